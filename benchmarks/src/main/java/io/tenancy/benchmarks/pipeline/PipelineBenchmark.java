package io.tenancy.benchmarks.pipeline;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.CachingTenantStore;
import io.tenancy.catalog.TenantKey;
import io.tenancy.catalog.TenantStore;
import io.tenancy.context.Tenancy;
import io.tenancy.lifecycle.StatusGate;
import io.tenancy.pipeline.TenantPipeline;
import io.tenancy.resolution.CustomDomainResolver;
import io.tenancy.resolution.ResolverChain;
import io.tenancy.resolution.SubdomainResolver;
import io.tenancy.resolution.TenantRequest;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * One request from its Host header to the bound tenant and back: parse and resolve by subdomain or custom domain, load
 * from the warm cache of 1,000 tenants, pass the gate by status, bind, ask for the tenant once, unbind. The description
 * of the request is made anew each time, as a filter would.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PipelineBenchmark {

    /** How many tenants the catalog has. */
    public static final int TENANTS = 1_000;

    private final String[] subdomains = new String[TENANTS];
    private final String[] domains = new String[TENANTS];
    private TenantPipeline pipeline = pipeline(key -> Optional.empty());
    private int next;

    /** Creates the benchmark; {@link #fill} completes it. */
    public PipelineBenchmark() {}

    /** Fills the catalog and its cache. */
    @Setup
    public void fill() {
        Map<TenantKey, Tenant> catalog = new HashMap<>();
        for (int i = 0; i < TENANTS; i++) {
            TenantSlug slug = new TenantSlug("clinic-" + (1_000 + i));
            Tenant tenant = new Tenant(
                    TenantId.next(InstantSource.system()),
                    slug,
                    "Clinic " + i,
                    TenantStatus.ACTIVE,
                    new Placement(Placement.PRIMARY_SERVER, "app", "t_clinic_" + (1_000 + i), IsolationLevel.SCHEMA, 1),
                    1,
                    Map.of("region", "eu"));
            subdomains[i] = slug + ".cms.example.com";
            domains[i] = "www.clinic-" + (1_000 + i) + ".test";
            catalog.put(new TenantKey.BySlug(slug), tenant);
            catalog.put(new TenantKey.ByDomain(domains[i]), tenant);
        }
        pipeline = pipeline(key -> Optional.ofNullable(catalog.get(key)));
        for (int i = 0; i < TENANTS; i++) {
            bySubdomain();
            byCustomDomain();
        }
    }

    // The time to live is the default's; an expired entry is loaded from the map above within the measurement.
    private static TenantPipeline pipeline(TenantStore origin) {
        List<String> base = List.of("cms.example.com");
        return new TenantPipeline(
                new ResolverChain(List.of(new SubdomainResolver(base), new CustomDomainResolver(base))),
                new CachingTenantStore(origin),
                List.of(new StatusGate()));
    }

    /**
     * A host such as {@code clinic-1042.cms.example.com}.
     *
     * @return the tenant, so that nothing is optimised away
     */
    @Benchmark
    public Tenant bySubdomain() {
        return request(subdomains);
    }

    /**
     * A host such as {@code www.clinic-1042.test}.
     *
     * @return the tenant, so that nothing is optimised away
     */
    @Benchmark
    public Tenant byCustomDomain() {
        return request(domains);
    }

    private Tenant request(String[] hosts) {
        int index = next;
        next = index + 1 == TENANTS ? 0 : index + 1;
        TenantRequest request = new TenantRequest(hosts[index], "/articles/42", TenantRequest.Headers.NONE);
        return pipeline.call(request, Tenancy::require);
    }
}
