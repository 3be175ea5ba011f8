package io.tenancy.entitlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogueReaderTest {

    private static final String GOOD = """
            format: 1
            definitions:
              stock_take: {kind: module}
              users: {kind: limit, unit: user}
              calls: {kind: allowance, period: month, soft_limit_percent: 80, overage: true}
              support: {kind: setting}
            plans:
              starter:
                name: Starter
                versions:
                  - version: 1
                    entitlements: {stock_take: false, users: 5, calls: {limit: 1000, soft_limit: 900}, support: email}
                  - version: 2
                    effective_from: 2026-12-01
                    entitlements: {users: -1}
                    rate_limits:
                      - {name: api, scope: endpoint, capacity: 10, per: PT1M, kind: sliding, paths: [/api/]}
            add_ons:
              seats: {name: Seats, plans: [starter], entitlements: {users: 5}}
            """;

    private static List<CatalogueError> errorsOf(String document) {
        InvalidCatalogueException refusal =
                catchThrowableOfType(InvalidCatalogueException.class, () -> CatalogueReader.read(document));
        assertThat(refusal).as(document).isNotNull();
        return refusal.errors();
    }

    @Test
    void valuesOfEveryKindAreRead() {
        Plan starter = CatalogueReader.read(GOOD).plan("starter").orElseThrow();

        assertThat(starter.versions().get(0).entitlements())
                .containsEntry("stock_take", new EntitlementValue.OfModule(false))
                .containsEntry("users", EntitlementValue.OfQuantity.of(5))
                .containsEntry("calls", new EntitlementValue.OfQuantity(1000, 900L, true))
                .containsEntry("support", new EntitlementValue.OfSetting("email"));
        assertThat(starter.versions().get(1).effectiveFrom()).isEqualTo(Instant.parse("2026-12-01T00:00:00Z"));
        assertThat(starter.versions().get(1).rateLimits())
                .singleElement()
                .satisfies(limit -> assertThat(limit.paths()).containsExactly("/api/"));
    }

    @Test
    void aLimitOfAllTenantsThatWasStoredOnceIsLeftOutWhereNobodyCouldMendIt() {
        String document = """
                {"format": 1, "definitions": {"users": {"kind": "limit"}}, "plans": {"starter": {"versions": [
                  {"version": 1, "entitlements": {"users": 5}, "rate_limits": [
                    {"name": "all", "scope": "global", "capacity": 9, "per": "PT1M", "kind": "fixed"},
                    {"name": "own", "scope": "tenant", "capacity": 9, "per": "PT1M", "kind": "fixed"}]}]}}}
                """;

        assertThat(CatalogueReader.readStored(document)
                        .plan("starter")
                        .orElseThrow()
                        .versions()
                        .get(0)
                        .rateLimits())
                .extracting(PlannedRateLimit::name)
                .containsExactly("own");
        assertThatExceptionOfType(InvalidCatalogueException.class).isThrownBy(() -> CatalogueReader.read(document));
    }

    @Test
    void jsonIsReadLikeYaml() {
        PlanCatalogue catalogue = CatalogueReader.read(GOOD);

        assertThat(CatalogueReader.read(CatalogueWriter.write(catalogue))).isEqualTo(catalogue);
    }

    @Test
    void everyErrorIsToldAtOnceWithPathAndLine() {
        List<CatalogueError> errors = errorsOf("""
                format: 1
                definitions:
                  users: {kind: limit}
                  sound: {kind: loud}
                plans:
                  starter:
                    versions:
                      - version: 1
                        entitlements: {users: 5}
                      - version: 2
                        effective_from: tomorrow
                        entitlements:
                          users: many
                          branches: 1
                          sound: 3
                        rate_limits:
                          - {name: api, scope: tenant, capacity: 0, per: PT1M, kind: fixed}
                  Big Plan:
                    versions: []
                add_ons:
                  seats: {plans: [gold], entitlements: {users: 5}, colour: red}
                """);

        assertThat(errors)
                .extracting(CatalogueError::path, CatalogueError::line)
                .containsExactly(
                        tuple("definitions.sound.kind", 4),
                        tuple("plans.starter.versions[1].effective_from", 11),
                        tuple("plans.starter.versions[1].entitlements.users", 13),
                        tuple("plans.starter.versions[1].entitlements.branches", 14),
                        tuple("plans.starter.versions[1].rate_limits[0]", 17),
                        tuple("plans.Big Plan", 19),
                        tuple("add_ons.seats.colour", 21),
                        tuple("add_ons.seats.plans[0]", 21));
    }

    @Test
    void aLimitOfAllTenantsTogetherIsNoPlansAndToldWhereItBelongs() {
        assertThat(errorsOf(GOOD.replace("scope: endpoint", "scope: global").replace(", paths: [/api/]", "")))
                .singleElement()
                .satisfies(error -> {
                    assertThat(error.path()).isEqualTo("plans.starter.versions[1].rate_limits[0].scope");
                    assertThat(error.line()).isEqualTo(17);
                    assertThat(error.message()).contains("is global", "tenancy.rate-limits.limits");
                });
    }

    @Test
    void theMessageNamesWhatWasFoundAndWhatIsExpected() {
        assertThatExceptionOfType(InvalidCatalogueException.class)
                .isThrownBy(() -> CatalogueReader.read(GOOD.replace("users: 5, calls", "users: 5.5, calls")))
                .withMessageContaining("line 12, plans.starter.versions[0].entitlements.users: is the number 5.5, but a"
                        + " whole number is expected; -1 stands for unlimited");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "users: 5, calls | users: -2, calls | -1 for unlimited, or 0 and more",
                "users: 5, calls | users: 99999999999999999999, calls | does not fit into 64 bits",
                "users: 5, calls | users: .nan, calls | a whole number is expected",
                "users: 5, calls | users: true, calls | a whole number is expected",
                "stock_take: false | stock_take: 1 | true or false is expected",
                "soft_limit: 900 | soft_limit: 1001 | at most the limit",
                "soft_limit: 900 | softlimit: 900 | is not known here",
                "version: 2 | version: 1 | rise in number",
                "2026-12-01 | 1970-01-01 | rise in number and in effective date",
                "2026-12-01 | 2026-13-01 | a date such as",
                "per: PT1M | per: PT0S | but not per",
                "per: PT1M | per: minute | a duration such as",
                "paths: [/api/] | paths: [api] | begins with a slash",
                "format: 1 | format: 2 | reads format 1",
                "support: email | support: [email] | a setting is a text",
                "kind: module | kind: module, unit: piece | Only a limit or an allowance has a unit",
                "kind: setting | kind: setting, period: day | Only an allowance has a period",
                "soft_limit_percent: 80 | soft_limit_percent: 800 | 1 to 100 percent",
                "users: 5}} | users: {limit: 5, overage: true}}} | an add-on adds to a limit",
            })
    void valueThatCannotBeRightIsRefusedInWords(String good, String bad, String said) {
        assertThat(GOOD).contains(good);
        assertThatExceptionOfType(InvalidCatalogueException.class)
                .isThrownBy(() -> CatalogueReader.read(GOOD.replaceFirst(Pattern.quote(good), bad)))
                .withMessageContaining(said);
    }

    @Test
    void billingIsLeftToBillingOnEveryLevel() {
        String document = GOOD.replace("format: 1", "format: 1\nbilling: {currency: [any, {thing: 1}]}")
                .replace("name: Starter", "name: Starter\n    billing: 3")
                .replace("- version: 1", "- version: 1\n        billing: {price: 99}")
                .replace("{name: Seats,", "{name: Seats, billing: {price: 9},");

        assertThat(CatalogueReader.read(document)).isEqualTo(CatalogueReader.read(GOOD));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "   ",
                "- a\n- b",
                "5",
                "{",
                "{\"format\": 1,",
                "format: 1\nformat: 1",
                "{\"format\": 1, \"format\": 1}",
                "a: &x 1\nb: *x",
                "a: [",
                "format: 1\n---\nformat: 1",
                "\t- x",
            })
    void documentThatCannotBeReadIsRefused(String document) {
        assertThat(errorsOf(document)).isNotEmpty();
    }

    @Test
    void documentThatIsTooLongOrTooDeepIsRefused() {
        assertThat(errorsOf("#" + "x".repeat(1_000_000)))
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("1000000 at most"));
        assertThat(errorsOf("{\"a\":".repeat(60) + "1" + "}".repeat(60)))
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("deeper than 50"));
    }

    @Test
    void damagedDocumentsAreRefusedOrReadButNeverFailOtherwise() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder damaged = new StringBuilder(GOOD);
            for (int j = random.nextInt(4); j >= 0; j--) {
                int place = random.nextInt(damaged.length());
                char other = "{}[]:-,&*'\"\n\t 0z\u0000\u00e9".charAt(random.nextInt(18));
                if (random.nextBoolean()) {
                    damaged.setCharAt(place, other);
                } else {
                    damaged.delete(place, Math.min(damaged.length(), place + random.nextInt(20)));
                }
            }
            try {
                CatalogueReader.read(damaged.toString());
            } catch (InvalidCatalogueException refused) {
                assertThat(refused.errors()).isNotEmpty();
            }
        }
    }
}
