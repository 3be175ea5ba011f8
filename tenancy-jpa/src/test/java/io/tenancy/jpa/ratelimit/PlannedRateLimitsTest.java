package io.tenancy.jpa.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.JdbcEntitlementStore;
import io.tenancy.ratelimit.EntitledRateLimits;
import io.tenancy.ratelimit.RateLimitRequest;
import io.tenancy.ratelimit.RateLimiter;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** How soon another plan's rate limits hold, by a real control database and clocks that are moved. */
class PlannedRateLimitsTest {

    private static final SettableClock CLOCK = new SettableClock(Instant.parse("2026-11-21T10:00:00Z"));
    private static final Duration ALMOST = RateLimiter.DEFAULT_POLICY_TIME.minusMillis(1);
    private static final ChangeNote NOTE = new ChangeNote("test", "test");
    private static final String CATALOGUE = """
            format: 1
            definitions: {}
            plans:
              small:
                versions:
                  - version: 1
                    rate_limits: [{name: daily, scope: tenant, capacity: 100, per: PT24H, kind: burst}]
              large:
                versions:
                  - version: 1
                    rate_limits: [{name: daily, scope: tenant, capacity: 200, per: PT24H, kind: burst}]
            """;

    private static TenancyInstallation installation;

    private Tenant tenant;

    @BeforeAll
    static void start() {
        installation = TestServer.installation(TestServer.newDatabase(), "classpath:clinic")
                .clock(CLOCK)
                .build()
                .start();
        installation.entitlementAdministration().importCatalogue(CATALOGUE, NOTE);
    }

    @AfterAll
    static void stop() {
        installation.close();
    }

    @BeforeEach
    void provision() {
        String slug = "t-" + CLOCK.millis();
        CLOCK.advance(Duration.ofSeconds(1));
        tenant = installation.provisioner().provision(NewTenant.of(slug, "T", IsolationLevel.SHARED));
        assign("small");
        CLOCK.advance(Duration.ofSeconds(1));
    }

    private void assign(String plan) {
        installation.entitlementAdministration().assignPlan(tenant.id(), plan, Validity.from(CLOCK.instant()), NOTE);
    }

    private static RateLimiter nodeWith(TenantEntitlements entitlements) {
        return RateLimiter.builder()
                .policies(new EntitledRateLimits(entitlements))
                .backend(new LocalRateLimitBackend())
                .clock(CLOCK)
                .build();
    }

    private static TenantEntitlements ofAnotherNode() {
        return TenantEntitlements.builder(
                        new JdbcEntitlementStore(installation.control().platform(), CLOCK))
                .clock(CLOCK)
                .build();
    }

    private String policyOn(RateLimiter node) {
        return node.check(RateLimitRequest.of(tenant.id())).headers().get("RateLimit-Policy");
    }

    @Test
    void onTheNodeThatChangedThePlanItsLimitsHoldAfterThePolicyTime() {
        RateLimiter node = nodeWith(installation.entitlements());
        assertThat(policyOn(node)).contains("q=100");

        assign("large");

        CLOCK.advance(ALMOST);
        assertThat(policyOn(node)).contains("q=100");
        CLOCK.advance(Duration.ofMillis(1));
        assertThat(policyOn(node)).contains("q=200");
    }

    @Test
    void onAnotherNodeThePlanIsRememberedBeforeItsLimitsAre() {
        TenantEntitlements remembered = ofAnotherNode();
        RateLimiter node = nodeWith(remembered);
        assertThat(remembered.of(tenant.id()).plan()).contains("small");
        assign("large");

        // Just before the plan is read again its limits are: they are believed for as long once more.
        CLOCK.advance(ALMOST);
        assertThat(policyOn(node)).contains("q=100");
        CLOCK.advance(ALMOST);
        assertThat(policyOn(node)).contains("q=100");
        CLOCK.advance(Duration.ofMillis(1));
        assertThat(policyOn(node)).contains("q=200");
    }
}
