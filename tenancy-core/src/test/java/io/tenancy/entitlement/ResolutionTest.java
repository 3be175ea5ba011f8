package io.tenancy.entitlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.TenantId;
import io.tenancy.entitlement.EntitlementGrants.AddOnGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideMode;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.EntitlementGrants.ResellerCap;
import io.tenancy.entitlement.EntitlementGrants.ResellerMembership;
import io.tenancy.entitlement.EntitlementGrants.TrialGrant;
import io.tenancy.entitlement.EntitlementValue.OfModule;
import io.tenancy.entitlement.EntitlementValue.OfQuantity;
import java.math.BigInteger;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random grants against a second, slower way to resolve them, written without the first. */
class ResolutionTest {

    private static final int ROUNDS = Boolean.getBoolean("tenancy.soak") ? 200_000 : 20_000;
    private static final TenantId TENANT = TenantId.next(InstantSource.system());
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

    private static final PlanCatalogue CATALOGUE = CatalogueReader.read("""
            format: 1
            definitions:
              reports: {kind: module}
              users: {kind: limit}
              calls: {kind: allowance, period: month}
            plans:
              small:
                versions:
                  - {version: 1, entitlements: {users: 5, calls: 9223372036854775000}}
                  - {version: 2, effective_from: '2026-01-01T00:00:10Z', entitlements: {users: 7}}
                  - {version: 3, effective_from: '2026-01-01T00:00:20Z', entitlements: {users: -1, reports: true}}
              large:
                versions:
                  - {version: 1, effective_from: '2026-01-01T00:00:05Z', entitlements: {users: 50, calls: -1, reports: true}}
            add_ons:
              seats: {entitlements: {users: 3, calls: 500}}
              reporting: {plans: [small], entitlements: {reports: true}}
              endless: {plans: [large], entitlements: {users: -1}}
            """);

    private final Random random = new Random();
    private long ids;

    @Test
    void anyMixOfGrantsComesToWhatASecondWayComesTo() {
        long seed = random.nextLong();
        System.out.println("seed " + seed);
        random.setSeed(seed);
        EntitlementResolver resolver = new EntitlementResolver(CATALOGUE);
        for (int round = 0; round < ROUNDS; round++) {
            EntitlementGrants grants = someGrants();
            Instant at = instant();
            Entitlements resolved = resolver.resolve(grants, at);
            String where = "seed " + seed + ", round " + round + ", at " + at + ": " + grants;
            assertThat(resolved.allows("reports")).as(where).isEqualTo(reports(grants, at));
            for (String key : List.of("users", "calls")) {
                assertThat(resolved.quantity(key)
                                .map(EntitlementQuantity::limit)
                                .orElse(null))
                        .as(where)
                        .isEqualTo(amount(key, grants, at));
            }
            assertThat(resolved.explain("users").outcome())
                    .as(where)
                    .isEqualTo(
                            resolved.quantity("users").isEmpty()
                                    ? "not given"
                                    : Amounts.words(resolved.limit("users")));
        }
    }

    @Test
    void nothingChangesBeforeTheInstantThatIsTold() {
        long seed = random.nextLong();
        System.out.println("seed " + seed);
        random.setSeed(seed);
        EntitlementResolver resolver = new EntitlementResolver(CATALOGUE);
        for (int round = 0; round < ROUNDS / 10; round++) {
            EntitlementGrants grants = someGrants();
            Entitlements before = resolver.resolve(grants, instant());
            for (Instant at = before.at();
                    at.isBefore(before.changesAt().orElse(START.plusSeconds(40)));
                    at = at.plusSeconds(1)) {
                Entitlements later = resolver.resolve(grants, at);
                assertThat(later.keys()).as("seed %s, round %s", seed, round).isEqualTo(before.keys());
                assertThat(later.quantity("users")).isEqualTo(before.quantity("users"));
                assertThat(later.quantity("calls")).isEqualTo(before.quantity("calls"));
            }
        }
    }

    private EntitlementGrants someGrants() {
        List<PlanGrant> plans = new ArrayList<>();
        List<AddOnGrant> addOns = new ArrayList<>();
        List<TrialGrant> trials = new ArrayList<>();
        List<OverrideGrant> overrides = new ArrayList<>();
        List<ResellerMembership> resellers = new ArrayList<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            boolean small = random.nextBoolean();
            Integer version = random.nextBoolean() ? null : small ? 1 + random.nextInt(3) : 1;
            plans.add(new PlanGrant(++ids, small ? "small" : "large", version, validity()));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            String code = List.of("seats", "reporting", "endless").get(random.nextInt(3));
            long quantity = random.nextInt(5) == 0 ? Long.MAX_VALUE / 2 : 1 + random.nextInt(4);
            addOns.add(new AddOnGrant(++ids, code, quantity, validity()));
        }
        if (random.nextInt(3) == 0) {
            Instant from = instant();
            trials.add(new TrialGrant(++ids, "reports", Validity.between(from, from.plusSeconds(random.nextInt(10)))));
        }
        for (int i = random.nextInt(3); i > 0; i--) {
            overrides.add(
                    random.nextInt(3) == 0
                            ? new OverrideGrant(
                                    ++ids, "reports", OverrideMode.SET, new OfModule(random.nextBoolean()), validity())
                            : new OverrideGrant(
                                    ++ids,
                                    random.nextBoolean() ? "users" : "calls",
                                    random.nextBoolean() ? OverrideMode.SET : OverrideMode.ADD,
                                    OfQuantity.of(amount()),
                                    validity()));
        }
        if (random.nextBoolean()) {
            List<ResellerCap> caps = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                caps.add(
                        random.nextInt(3) == 0
                                ? new ResellerCap(++ids, "reports", new OfModule(false), validity())
                                : new ResellerCap(
                                        ++ids,
                                        random.nextBoolean() ? "users" : "calls",
                                        OfQuantity.of(amount()),
                                        validity()));
            }
            resellers.add(new ResellerMembership(++ids, Reseller.ofCode("partner"), validity(), caps));
        }
        return new EntitlementGrants(TENANT, plans, addOns, trials, overrides, resellers);
    }

    private long amount() {
        return switch (random.nextInt(4)) {
            case 0 -> -1;
            case 1 -> Long.MAX_VALUE - random.nextInt(3);
            default -> random.nextInt(20);
        };
    }

    private Instant instant() {
        return START.plusSeconds(random.nextInt(30));
    }

    private Validity validity() {
        Instant from = instant();
        return new Validity(from, random.nextBoolean() ? null : from.plusSeconds(random.nextInt(20)));
    }

    // The second way: seconds since the start, infinity as null within an Amount, no sharing with the first.

    private static boolean counts(Validity validity, Instant at) {
        return validity.from().compareTo(at) <= 0 && (validity.until() == null || at.compareTo(validity.until()) < 0);
    }

    private static @Nullable PlanVersion version(EntitlementGrants grants, Instant at, StringBuilder code) {
        PlanGrant plan = null;
        for (PlanGrant each : grants.plans()) {
            if (counts(each.validity(), at)
                    && (plan == null
                            || each.validity().from().isAfter(plan.validity().from())
                            || (each.validity().from().equals(plan.validity().from()) && each.id() > plan.id()))) {
                plan = each;
            }
        }
        if (plan == null) {
            return null;
        }
        code.append(plan.plan());
        long second = at.getEpochSecond() - START.getEpochSecond();
        int number = plan.version() != null
                ? plan.version()
                : plan.plan().equals("large") ? (second >= 5 ? 1 : 0) : second >= 20 ? 3 : second >= 10 ? 2 : 1;
        return CATALOGUE.plan(plan.plan()).orElseThrow().versions().stream()
                .filter(each -> each.version() == number)
                .findAny()
                .orElse(null);
    }

    private static boolean reports(EntitlementGrants grants, Instant at) {
        StringBuilder code = new StringBuilder();
        PlanVersion version = version(grants, at, code);
        boolean has = version != null && version.entitlements().containsKey("reports");
        has |= version != null
                && code.toString().equals("small")
                && grants.addOns().stream()
                        .anyMatch(each -> each.addOn().equals("reporting") && counts(each.validity(), at));
        has |= grants.trials().stream().anyMatch(each -> counts(each.validity(), at));
        for (OverrideGrant each : inOrder(grants.overrides())) {
            if (each.key().equals("reports") && counts(each.validity(), at)) {
                has = ((OfModule) each.value()).entitled();
            }
        }
        return has
                && grants.resellers().stream()
                        .filter(each -> counts(each.validity(), at))
                        .flatMap(each -> each.caps().stream())
                        .noneMatch(each -> each.key().equals("reports") && counts(each.validity(), at));
    }

    private static List<OverrideGrant> inOrder(List<OverrideGrant> overrides) {
        TreeSet<OverrideGrant> sorted = new TreeSet<>(
                Comparator.comparing((OverrideGrant each) -> each.validity().from())
                        .thenComparing(OverrideGrant::id));
        sorted.addAll(overrides);
        return List.copyOf(sorted);
    }

    private static @Nullable Long amount(String key, EntitlementGrants grants, Instant at) {
        StringBuilder code = new StringBuilder();
        PlanVersion version = version(grants, at, code);
        boolean given = false;
        boolean infinite = false;
        BigInteger sum = BigInteger.ZERO;
        if (version != null && version.entitlements().get(key) instanceof OfQuantity planned) {
            given = true;
            infinite = planned.limit() == -1;
            sum = BigInteger.valueOf(planned.limit());
        }
        for (AddOnGrant each : grants.addOns()) {
            if (version == null || !counts(each.validity(), at)) {
                continue;
            }
            if (each.addOn().equals("seats")) {
                given = true;
                long one = key.equals("users") ? 3 : 500;
                sum = sum.add(BigInteger.valueOf(one).multiply(BigInteger.valueOf(each.quantity())));
            } else if (each.addOn().equals("endless")
                    && key.equals("users")
                    && code.toString().equals("large")) {
                given = true;
                infinite = true;
            }
        }
        sum = sum.min(MOST);
        for (OverrideGrant each : inOrder(grants.overrides())) {
            if (!each.key().equals(key) || !counts(each.validity(), at)) {
                continue;
            }
            long value = ((OfQuantity) each.value()).limit();
            if (each.mode() == OverrideMode.SET) {
                infinite = value == -1;
                sum = BigInteger.valueOf(value);
            } else if (value == -1) {
                infinite = true;
            } else if (!infinite) {
                sum = (given ? sum : BigInteger.ZERO)
                        .add(BigInteger.valueOf(value))
                        .min(MOST);
            }
            given = true;
        }
        for (ResellerMembership membership : grants.resellers()) {
            for (ResellerCap each : membership.caps()) {
                boolean applies = counts(membership.validity(), at)
                        && counts(each.validity(), at)
                        && each.key().equals(key)
                        && ((OfQuantity) each.value()).limit() != -1;
                if (applies) {
                    BigInteger cap = BigInteger.valueOf(((OfQuantity) each.value()).limit());
                    sum = infinite ? cap : sum.min(cap);
                    infinite = false;
                }
            }
        }
        return given ? (Long) (infinite ? -1L : sum.longValueExact()) : null;
    }

    @Test
    void unlimitedStaysUnlimitedWhateverIsAddedAndAnyCapLowersIt() {
        assertThat(Amounts.add(-1, 5)).isEqualTo(-1);
        assertThat(Amounts.add(5, -1)).isEqualTo(-1);
        assertThat(Amounts.times(-1, 3)).isEqualTo(-1);
        assertThat(Amounts.lower(-1, 10)).isEqualTo(10);
        assertThat(Amounts.lower(10, -1)).isEqualTo(10);
        assertThat(Amounts.lower(-1, -1)).isEqualTo(-1);
        assertThat(Amounts.lower(-1, 0)).isZero();
    }

    @Test
    void sumTooGreatStaysFinite() {
        assertThat(Amounts.add(Long.MAX_VALUE, 1)).isEqualTo(Long.MAX_VALUE);
        assertThat(Amounts.times(Long.MAX_VALUE / 2, 3)).isEqualTo(Long.MAX_VALUE);
        assertThat(Amounts.percent(Long.MAX_VALUE, 100)).isEqualTo(Long.MAX_VALUE);
        assertThat(Amounts.percent(99, 80)).isEqualTo(79);
    }

    @Test
    void softLimitKeepsItsDistanceAndEndsAtACap() {
        OfQuantity plan = new OfQuantity(10, 8L, true);

        assertThat(plan.plus(5)).isEqualTo(new OfQuantity(15, 13L, true));
        assertThat(plan.plus(-1)).isEqualTo(new OfQuantity(-1, 8L, true));
        assertThat(plan.cappedAt(6)).isEqualTo(new OfQuantity(6, 6L, false));
        assertThat(plan.cappedAt(-1)).isEqualTo(plan);
    }

    @Test
    void aTenantOfTwoResellersAtOnceIsRefused() {
        ResellerMembership one = new ResellerMembership(1, Reseller.ofCode("one"), Validity.from(START), List.of());
        ResellerMembership two = new ResellerMembership(2, Reseller.ofCode("two"), Validity.from(START), List.of());

        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        new EntitlementGrants(TENANT, List.of(), List.of(), List.of(), List.of(), List.of(one, two)))
                .withMessageContaining("one reseller at a time");
    }
}
