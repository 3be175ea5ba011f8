package io.tenancy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.entitlement.PlannedTenants;
import io.tenancy.ratelimit.RateLimit.Kind;
import io.tenancy.ratelimit.RateLimit.Scope;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EntitledRateLimitsTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String LONGEST = "n".repeat(63);

    private static final String CATALOGUE = """
            format: 1
            definitions:
              concurrent_requests: {kind: limit}
              users: {kind: limit}
            plans:
              plain:
                versions: [{version: 1, entitlements: {users: 1}}]
              unlimited:
                versions: [{version: 1, entitlements: {concurrent_requests: -1}}]
              none:
                versions: [{version: 1, entitlements: {concurrent_requests: 0}}]
              some:
                versions: [{version: 1, entitlements: {concurrent_requests: 20}}]
              endless:
                versions: [{version: 1, entitlements: {concurrent_requests: 9223372036854775807}}]
              every_scope:
                versions:
                  - version: 1
                    entitlements: {users: 1}
                    rate_limits:
                      - {name: all, scope: tenant, capacity: 100, per: PT1M, kind: fixed}
                      - {name: each, scope: user, capacity: 10, per: PT1M, kind: sliding}
                      - {name: keys, scope: api_key, capacity: 20, per: PT1M, kind: burst}
                      - {name: reports, scope: endpoint, capacity: 5, per: PT1M, kind: burst, paths: [/reports/**]}
              several_paths:
                versions:
                  - version: 1
                    entitlements: {users: 1}
                    rate_limits:
                      - {name: slow, scope: endpoint, capacity: 5, per: PT1M, kind: burst, paths: [/a, /b]}
                      - {name: slow-1, scope: tenant, capacity: 9, per: PT1M, kind: burst}
                      - {name: %s, scope: endpoint, capacity: 5, per: PT1M, kind: burst, paths: [/c, /d]}
            """.formatted(LONGEST);

    private final PlannedTenants tenants = new PlannedTenants(CATALOGUE);
    private final EntitledRateLimits limits = new EntitledRateLimits(tenants.entitlements());

    @Test
    void limitsOfAPlanKeepTheirScopes() {
        assertThat(limits.of(tenants.with("every_scope")))
                .containsExactly(
                        RateLimit.of("all", Scope.TENANT, 100, MINUTE, Kind.FIXED),
                        RateLimit.of("each", Scope.USER, 10, MINUTE, Kind.SLIDING),
                        RateLimit.of("keys", Scope.API_KEY, 20, MINUTE, Kind.BURST),
                        RateLimit.ofEndpoint("reports", "/reports/**", 5, MINUTE, Kind.BURST));
    }

    @Test
    void eachOfSeveralPathsIsALimitWithANameOfItsOwn() {
        List<RateLimit> own = limits.of(tenants.with("several_paths"));

        assertThat(own).extracting(RateLimit::name).doesNotHaveDuplicates().contains("slow-1");
        assertThat(own).extracting(RateLimit::pathPattern).containsExactly("/a", "/b", null, "/c", "/d");
        assertThat(limits.of(tenants.with("several_paths"))).isEqualTo(own);
    }

    @Test
    void aPlanWithoutLimitsLimitsNothing() {
        assertThat(limits.of(tenants.with("plain"))).isEmpty();
    }

    @Test
    void aPlanThatSaysNothingOfRequestsAtOnceLeavesThemToOthersAndOneThatSaysUnlimitedDoesNot() {
        assertThat(limits.plannedConcurrencyOf(tenants.with("plain"))).isEmpty();
        assertThat(limits.plannedConcurrencyOf(tenants.with("unlimited"))).hasValue(ConcurrencyLimiter.UNLIMITED);
    }

    @ParameterizedTest
    @CsvSource({"plain,-1", "unlimited,-1", "none,1", "some,20", "endless,2147483647"})
    void asManyRequestsRunAtOnceAsThePlanSaysAndAtLeastOne(String plan, int atOnce) {
        assertThat(ConcurrencyLimiter.UNLIMITED).isEqualTo(-1);
        assertThat(limits.concurrencyOf(tenants.with(plan))).isEqualTo(atOnce);
    }
}
