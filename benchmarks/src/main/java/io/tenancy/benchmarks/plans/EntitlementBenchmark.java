package io.tenancy.benchmarks.plans;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.EntitlementGrants;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.entitlement.spi.EntitlementStore;
import io.tenancy.entitlement.spi.StoredCatalogue;
import io.tenancy.entitlement.spi.StoredGrants;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

/**
 * Whether the bound tenant's plan has a module. The store is a map, and is asked again for each tenant every five seconds,
 * as always.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EntitlementBenchmark {

    /** How many tenants there are. */
    public static final int TENANTS = 1_000;

    private static final int CHECKS = 1_000;
    private static final String MODULE = "stock_take";
    private static final PlanCatalogue CATALOGUE = CatalogueReader.read("""
            format: 1
            definitions:
              stock_take: {kind: module, title: Stock take}
              wards: {kind: module, title: Wards}
              billing_export: {kind: module, title: Billing export}
              messages: {kind: module, title: Messages}
              audit: {kind: module, title: Audit}
              users: {kind: limit, unit: user}
              articles: {kind: allowance, unit: article, period: month}
              support: {kind: setting}
            plans:
              clinic:
                name: Clinic
                versions:
                  - version: 1
                    effective_from: 2026-01-01
                    entitlements:
                      stock_take: true
                      wards: true
                      messages: true
                      users: 25
                      articles: {limit: 1000, overage: true}
                      support: email
            """);

    private final Tenant[] tenants = new Tenant[TENANTS];
    private final TenantEntitlements entitlements =
            TenantEntitlements.builder(new Plans()).build();
    private int next;

    /** Makes the tenants. */
    public EntitlementBenchmark() {
        for (int i = 0; i < TENANTS; i++) {
            String name = "clinic-" + (1_000 + i);
            tenants[i] = new Tenant(
                    TenantId.next(InstantSource.system()),
                    new TenantSlug(name),
                    name,
                    TenantStatus.ACTIVE,
                    new Placement(Placement.PRIMARY_SERVER, "app", "shared", IsolationLevel.SHARED, 1),
                    1,
                    Map.of());
        }
    }

    private Tenant tenant() {
        int index = next;
        next = index + 1 == TENANTS ? 0 : index + 1;
        return tenants[index];
    }

    /**
     * A tenant is bound once and asks a thousand times.
     *
     * @param answers takes the answers, so that nothing is optimised away
     */
    @Benchmark
    @OperationsPerInvocation(CHECKS)
    public void oneTenant(Blackhole answers) {
        Tenancy.runAs(tenants[0], () -> {
            for (int i = 0; i < CHECKS; i++) {
                answers.consume(entitlements.current().allows(MODULE));
            }
        });
    }

    /**
     * One tenant after the other is bound and asks once.
     *
     * @return the answer, so that nothing is optimised away
     */
    @Benchmark
    public boolean eachInTurn() {
        return Tenancy.callAs(tenant(), () -> entitlements.current().allows(MODULE));
    }

    /**
     * One tenant after the other is bound.
     *
     * @return the tenant, so that nothing is optimised away
     */
    @Benchmark
    public Tenant bindingAlone() {
        return Tenancy.callAs(tenant(), Tenancy::require);
    }

    /** Everybody has the same plan. */
    private static final class Plans implements EntitlementStore {
        private static final Validity SINCE = Validity.from(Instant.parse("2026-01-01T00:00:00Z"));

        @Override
        public StoredGrants grants(TenantId tenant) {
            return new StoredGrants(
                    new EntitlementGrants(
                            tenant,
                            List.of(new PlanGrant(1, "clinic", null, SINCE)),
                            List.of(),
                            List.of(),
                            List.of(),
                            List.of()),
                    1);
        }

        @Override
        public StoredCatalogue catalogue() {
            return new StoredCatalogue(1, CATALOGUE);
        }
    }
}
