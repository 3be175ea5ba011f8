package io.tenancy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.TenantId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RateLimitTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    @ParameterizedTest
    @ValueSource(longs = {0, -2, Long.MIN_VALUE, 1_000_000_001, Long.MAX_VALUE})
    void capacityOutOfBoundsIsRefused(long capacity) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateLimit.of("burst", RateLimit.Scope.TENANT, capacity, MINUTE, RateLimit.Kind.BURST))
                .withMessageContaining("'burst'")
                .withMessageContaining("its capacity is " + capacity);
    }

    @ParameterizedTest
    @ValueSource(strings = {"PT0S", "PT-1S", "PT0.5S", "PT1.5S", "P367D"})
    void windowOutOfBoundsIsRefused(Duration window) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateLimit.of("burst", RateLimit.Scope.TENANT, 1, window, RateLimit.Kind.BURST))
                .withMessageContaining("its window is " + window);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Burst", "9", "a b", "a\"b", "a/b", "ä", "a\r\nb"})
    void nameThatCallersShouldNotSeeIsRefused(String name) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateLimit.of(name, RateLimit.Scope.TENANT, 1, MINUTE, RateLimit.Kind.BURST))
                .withMessageContaining("a name has 1 to 63 characters");
    }

    @Test
    void everythingThatIsWrongIsToldTogether() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new RateLimit("X", RateLimit.Scope.ENDPOINT, 0, Duration.ZERO, RateLimit.Kind.FIXED, null))
                .withMessageContaining("a name has")
                .withMessageContaining("its capacity is 0")
                .withMessageContaining("its window is PT0S")
                .withMessageContaining("says which paths it counts");
    }

    @Test
    void pathPatternBelongsToEndpointsOnly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RateLimit("a", RateLimit.Scope.USER, 1, MINUTE, RateLimit.Kind.BURST, "/reports"))
                .withMessageContaining("only a limit of an endpoint has a path pattern");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "reports", "/re*", "/**/x", "/***"})
    void patternThatIsNotOneIsRefused(String pattern) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RateLimit.ofEndpoint("a", pattern, 1, MINUTE, RateLimit.Kind.BURST));
    }

    @ParameterizedTest
    @CsvSource({
        "/reports,/reports,true",
        "/reports,/reports/,true",
        "/reports,//reports,true",
        "/reports,/reports;x=1,true",
        "/reports,/Reports,false",
        "/reports,/reports/2026,false",
        "/reports/*,/reports/2026,true",
        "/reports/*,/reports,false",
        "/reports/*,/reports/2026/1,false",
        "/reports/**,/reports,true",
        "/reports/**,/reports//a;b=c/d,true",
        "/reports/**,/report,false",
        "/**,/,true",
        "/,/,true",
        "/,/a,false"
    })
    void patternCountsThePathsItSays(String pattern, String path, boolean counts) {
        assertThat(PathMatch.of(pattern).matches(path)).isEqualTo(counts);
    }

    @Test
    void textInAHeaderCannotEndItsQuotes() {
        assertThat(StructuredField.string("a\"b\\c\r\nd\u00e9")).isEqualTo("\"a\\\"b\\\\c??d?\"");
        assertThat(StructuredField.integer(Long.MAX_VALUE)).isEqualTo(999_999_999_999_999L);
        assertThat(StructuredField.integer(-1)).isZero();
    }

    @Test
    void headersSayWhatAppliesAndWhatIsLeft() {
        RateLimit burst = RateLimit.of("burst", RateLimit.Scope.TENANT, 100, MINUTE, RateLimit.Kind.BURST);
        RateLimit daily = RateLimit.of("daily", RateLimit.Scope.TENANT, 1000, Duration.ofDays(1), RateLimit.Kind.FIXED);
        RateLimitDecision decision = new RateLimitDecision(
                List.of(
                        new RateLimitStanding(burst, true, 50, 0, 30_000_000_000L),
                        new RateLimitStanding(daily, true, 999, 0, 86_399_000_000_001L)),
                true);

        assertThat(decision.headers())
                .isEqualTo(Map.of(
                        "RateLimit-Policy", "\"burst\";q=100;w=60,\"daily\";q=1000;w=86400",
                        "RateLimit", "\"burst\";r=50;t=30,\"daily\";r=999;t=86400"));
    }

    @Test
    void refusalNamesTheViolatedPolicyAndNoTenant() {
        TenantId tenant = TenantId.next(InstantSource.system());
        RateLimit burst = RateLimit.of("burst", RateLimit.Scope.TENANT, 100, MINUTE, RateLimit.Kind.BURST);
        RateLimitDecision decision = new RateLimitDecision(
                List.of(new RateLimitStanding(burst, false, 0, 1_000_000_001L, 60_000_000_000L)), true);

        RateLimitedException refusal = new RateLimitedException(RateLimitRequest.of(tenant), decision);

        assertThat(refusal.status()).isEqualTo(429);
        assertThat(refusal.problemType()).hasValue("https://iana.org/assignments/http-problem-types#quota-exceeded");
        assertThat(refusal.problemMembers()).isEqualTo(Map.of("violated-policies", List.of("burst")));
        assertThat(refusal.responseHeaders())
                .containsEntry("Retry-After", "2")
                .containsEntry("RateLimit", "\"burst\";r=0;t=2")
                .allSatisfy((name, value) -> assertThat(value).doesNotContain(tenant.toString()));
        assertThat(refusal.publicDetail()).doesNotContain(tenant.toString());
    }

    @Test
    void keysOfTwoSubjectsAreNeverTheSame() {
        TenantId one = TenantId.next(InstantSource.system());
        TenantId two = TenantId.next(InstantSource.system());
        RateLimit a = RateLimit.of("a", RateLimit.Scope.USER, 1, MINUTE, RateLimit.Kind.BURST);
        RateLimit b = RateLimit.of("a.b", RateLimit.Scope.USER, 1, MINUTE, RateLimit.Kind.BURST);
        List<String> keys = List.of(
                SubjectKeys.user(one, a, "ada"),
                SubjectKeys.user(two, a, "ada"),
                SubjectKeys.user(one, b, "ada"),
                SubjectKeys.user(one, a, "b/ada"),
                SubjectKeys.user(one, a, ""),
                SubjectKeys.apiKey(one, a, "ada"),
                SubjectKeys.tenant(one, a),
                SubjectKeys.endpoint(one, a),
                SubjectKeys.global(a),
                SubjectKeys.global(b));

        assertThat(keys).doesNotHaveDuplicates().noneMatch(key -> key.contains("ada"));
        assertThat(SubjectKeys.user(one, a, "x".repeat(1_000_000))).hasSizeLessThan(150);
    }

    @Test
    void apiKeyIsNotPrinted() {
        assertThat(new RateLimitRequest(TenantId.next(InstantSource.system()), "/", "ada", "secret").toString())
                .doesNotContain("secret");
    }
}
