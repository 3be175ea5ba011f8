package io.tenancy.entitlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.entitlement.PlannedRateLimit.Kind;
import io.tenancy.entitlement.PlannedRateLimit.Scope;
import io.tenancy.ratelimit.RateLimit;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PlannedRateLimitTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static PlannedRateLimit tenants(long capacity, Duration per) {
        return new PlannedRateLimit("requests", Scope.TENANT, capacity, per, Kind.FIXED, List.of());
    }

    private static PlannedRateLimit endpoint(String... paths) {
        return new PlannedRateLimit("reports", Scope.ENDPOINT, 10, MINUTE, Kind.BURST, List.of(paths));
    }

    @Test
    void aLimitOnEndpointsNamesThem() {
        assertThatIllegalArgumentException()
                .isThrownBy(PlannedRateLimitTest::endpoint)
                .withMessageContaining("'reports' has the scope ENDPOINT and 0 paths");
    }

    @ParameterizedTest
    @EnumSource(value = Scope.class, mode = EnumSource.Mode.EXCLUDE, names = "ENDPOINT")
    void noOtherLimitNamesPaths(Scope scope) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new PlannedRateLimit("r", scope, 1, MINUTE, Kind.BURST, List.of("/reports")))
                .withMessageContaining("scope " + scope + " and 1 paths");
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.5S", "PT1.5S", "PT0.000000001S", "P367D"})
    void aWindowIsWholeSecondsUpToAYear(String per) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tenants(1, Duration.parse(per)))
                .withMessageContaining("'requests'")
                .withMessageContaining("whole seconds");
    }

    @ParameterizedTest
    @ValueSource(longs = {Long.MIN_VALUE, -1, 0, PlannedRateLimit.MAXIMUM_CAPACITY + 1, Long.MAX_VALUE})
    void aCapacityIsBounded(long capacity) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> tenants(capacity, MINUTE))
                .withMessageContaining("capacity of 1 to 1000000000")
                .withMessageContaining(Long.toString(capacity));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "reports", "/re*", "/*x/y", "/a/**/b", "/**x", "/***"})
    void anAsteriskStandsForWholeSegments(String path) {
        assertThatIllegalArgumentException().isThrownBy(() -> endpoint("/fine", path));
    }

    @Test
    void aPathHasABoundedLength() {
        assertThatIllegalArgumentException().isThrownBy(() -> endpoint("/" + "a".repeat(500)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "/reports", "/reports/", "/reports/*", "/*/reports/*/pages", "/reports/**", "/**"})
    void whatACatalogueMaySayTheRateLimiterTakes(String path) {
        PlannedRateLimit planned = endpoint(path);

        assertThat(planned.paths()).containsExactly(path);
        assertThatCode(() -> RateLimit.ofEndpoint(
                        planned.name(), path, planned.capacity(), planned.per(), RateLimit.Kind.BURST))
                .doesNotThrowAnyException();
    }

    @Test
    void theGreatestCapacityAndTheLongestWindowAreTheRateLimiters() {
        PlannedRateLimit planned = tenants(PlannedRateLimit.MAXIMUM_CAPACITY, PlannedRateLimit.MAXIMUM_WINDOW);

        assertThatCode(() -> RateLimit.of(
                        planned.name(),
                        RateLimit.Scope.TENANT,
                        planned.capacity(),
                        planned.per(),
                        RateLimit.Kind.FIXED))
                .doesNotThrowAnyException();
    }

    @Test
    void itsPathsCannotBeChangedAfterwards() {
        List<String> paths = new ArrayList<>(List.of("/reports"));
        PlannedRateLimit planned = new PlannedRateLimit("reports", Scope.ENDPOINT, 10, MINUTE, Kind.BURST, paths);

        paths.add("/re*");

        assertThat(planned.paths()).containsExactly("/reports");
    }
}
