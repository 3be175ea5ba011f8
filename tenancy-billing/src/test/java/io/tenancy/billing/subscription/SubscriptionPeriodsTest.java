package io.tenancy.billing.subscription;

import static io.tenancy.billing.BillingFixture.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.catalog.TenantKey;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.usage.UsageReports;
import io.tenancy.quota.QuotaExceededException;
import io.tenancy.quota.QuotaSpan;
import io.tenancy.quota.QuotaUsage;
import io.tenancy.usage.UsagePeriod;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Usage and quotas by the periods of real subscriptions. */
class SubscriptionPeriodsTest {

    private static final String WITH_JOBS = BillingFixture.TWO_PLANS
            .replace(
                    "  users: {kind: limit, unit: user}",
                    "  users: {kind: limit, unit: user}\n  jobs: {kind: allowance, period: billing}")
            .replace("{users: 5}", "{users: 5, jobs: 3}");

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(WITH_JOBS);
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void backToTheStart() {
        fixture.clock.moveTo(BillingFixture.START);
        fixture.forgetAll();
    }

    private TenantId start(NewSubscription wanted) {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, wanted, NOTE);
        return tenant;
    }

    private static void at(String instant) {
        fixture.clock.moveTo(instant);
        billing.run().runSubscriptions();
    }

    /** What was used in the period with an instant. */
    private static UsageReports.Point used(TenantId tenant, String at) {
        return Tenancy.callAsPlatform(
                "test",
                () -> fixture.installation
                        .usage()
                        .reports()
                        .billingPeriod(tenant, "api_calls", Instant.parse(at))
                        .orElseThrow());
    }

    private static UsagePeriod period(TenantId tenant, String at) {
        return used(tenant, at).period();
    }

    private static UsagePeriod of(String start, String until) {
        return new UsagePeriod(Instant.parse(start), Instant.parse(until));
    }

    @Test
    void withoutASubscriptionPeriodsAreMonths() {
        TenantId tenant = fixture.tenant();
        fixture.use(tenant, "api_calls", "1", "2026-01-20T00:00:00Z");

        assertThat(period(tenant, "2026-01-20T00:00:00Z"))
                .isEqualTo(of("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"));
    }

    @Test
    void usageIsRolledUpByThePeriodsOfTheSubscription() {
        TenantId tenant = start(NewSubscription.of("pro"));
        fixture.use(tenant, "api_calls", "1", "2026-01-10T08:59:59Z");
        fixture.use(tenant, "api_calls", "10", "2026-01-10T09:00:00Z");
        fixture.use(tenant, "api_calls", "100", "2026-02-10T08:59:59Z");
        fixture.use(tenant, "api_calls", "1000", "2026-02-10T09:00:00Z");

        UsageReports.Point january = used(tenant, "2026-01-31T00:00:00Z");

        assertThat(january.period()).isEqualTo(of("2026-01-10T09:00:00Z", "2026-02-10T09:00:00Z"));
        assertThat(january.value()).isEqualByComparingTo(BigDecimal.valueOf(110));
    }

    @Test
    void theMonthBeforeTheFirstPeriodEndsWhereItBegins() {
        TenantId tenant = start(NewSubscription.of("pro"));
        fixture.use(tenant, "api_calls", "1", "2026-01-05T00:00:00Z");
        fixture.use(tenant, "api_calls", "1", "2025-12-05T00:00:00Z");

        assertThat(period(tenant, "2026-01-05T00:00:00Z"))
                .isEqualTo(of("2026-01-01T00:00:00Z", "2026-01-10T09:00:00Z"));
        assertThat(period(tenant, "2025-12-05T00:00:00Z"))
                .isEqualTo(of("2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z"));
    }

    @Test
    void aTrialIsBeforeTheFirstPeriodAndMovesWithItsEnd() {
        TenantId tenant = start(NewSubscription.of("starter"));
        assertThat(periods().of(tenant, Instant.parse("2026-01-25T00:00:00Z")).start())
                .isEqualTo("2026-01-24T09:00:00Z");

        billing.subscriptions().extendTrial(tenant, Instant.parse("2026-02-05T12:30:00Z"), NOTE);

        assertThat(periods().of(tenant, Instant.parse("2026-01-25T00:00:00Z")))
                .isEqualTo(of("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"));
        assertThat(periods().of(tenant, Instant.parse("2026-02-05T11:59:59Z")))
                .isEqualTo(of("2026-02-01T00:00:00Z", "2026-02-05T12:00:00Z"));
        assertThat(periods().of(tenant, Instant.parse("2026-02-05T12:00:00Z")))
                .isEqualTo(of("2026-02-05T12:00:00Z", "2026-03-05T12:00:00Z"));
    }

    /** When what was known of the tenant is forgotten. */
    private static SubscriptionPeriods periods() {
        fixture.clock.move(SubscriptionPeriods.REMEMBERED);
        return fixture.periods;
    }

    @Test
    void anotherIntervalCutsThePeriodAndBeginsANewOne() {
        TenantId tenant = start(NewSubscription.of("pro"));
        fixture.clock.moveTo("2026-03-20T10:00:00Z");
        billing.subscriptions()
                .change(tenant, new SubscriptionChange.ToPlan("pro", 0, BillingInterval.YEARLY, 0), NOTE);

        assertThat(periods().of(tenant, Instant.parse("2026-03-20T09:59:59Z")))
                .isEqualTo(of("2026-03-10T09:00:00Z", "2026-03-20T10:00:00Z"));
        assertThat(periods().of(tenant, Instant.parse("2026-03-20T10:00:00Z")))
                .isEqualTo(of("2026-03-20T10:00:00Z", "2027-03-20T10:00:00Z"));
    }

    @Test
    void theTrialOfASecondSubscriptionBelongsToThePeriodsOfTheFirst() {
        TenantId tenant = start(NewSubscription.of("pro"));
        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("over", false), NOTE);
        at("2026-03-15T00:00:00Z");
        billing.subscriptions().start(tenant, NewSubscription.of("starter"), NOTE);

        assertThat(periods().of(tenant, Instant.parse("2026-03-20T00:00:00Z")))
                .isEqualTo(of("2026-03-10T09:00:00Z", "2026-03-29T00:00:00Z"));
        assertThat(periods().of(tenant, Instant.parse("2026-03-29T00:00:00Z")))
                .isEqualTo(of("2026-03-29T00:00:00Z", "2026-04-29T00:00:00Z"));
    }

    @Test
    void aQuotaByThePeriodCountsInThePeriodOfTheSubscription() {
        TenantId tenant = start(NewSubscription.of("starter").withTrial(0));
        Tenant snapshot =
                fixture.installation.catalog().find(new TenantKey.ById(tenant)).orElseThrow();

        // Quotas go by the clock of the database, so this is the real period that runs now.
        QuotaUsage usage = Tenancy.callAs(snapshot, () -> {
            fixture.installation.quotas().consume("jobs", 3);
            assertThatThrownBy(() -> fixture.installation.quotas().consume("jobs", 1))
                    .isInstanceOf(QuotaExceededException.class);
            return fixture.installation.quotas().usageOf("jobs");
        });

        UsagePeriod period = fixture.periods.of(tenant, usage.span().start());
        assertThat(usage.span()).isEqualTo(QuotaSpan.of(period.start(), period.until()));
        assertThat(period.start().toString()).endsWith("-10T09:00:00Z");
    }

    @Test
    void periodsOfAnySubscriptionsHaveNoGapAndNoOverlap() {
        long seed = new Random().nextLong();
        System.out.println("Seed of the periods: " + seed);
        Random random = new Random(seed);
        List<String> zones = List.of("UTC", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Europe/Berlin");
        for (int round = 0; round < 12; round++) {
            fixture.clock.moveTo(BillingFixture.START);
            TenantId tenant = fixture.tenant(ZoneId.of(zones.get(random.nextInt(zones.size()))));
            story(tenant, random);
            SubscriptionPeriods all = periods();
            Instant instant = Instant.parse("2025-11-01T00:00:00Z");
            Instant end = fixture.clock.instant().plus(Duration.ofDays(500));
            while (instant.isBefore(end)) {
                UsagePeriod period = all.of(tenant, instant);
                assertThat(period.start())
                        .as("round %s of seed %s", round, seed)
                        .isEqualTo(instant);
                assertThat(period.start().truncatedTo(ChronoUnit.HOURS)).isEqualTo(period.start());
                long seconds = Duration.between(period.start(), period.until()).toSeconds();
                assertThat(seconds).isPositive();
                Instant within = period.start().plusSeconds((long) (random.nextDouble() * seconds));
                assertThat(all.of(tenant, within))
                        .as("round %s of seed %s at %s", round, seed, within)
                        .isEqualTo(period);
                assertThat(all.of(tenant, period.until().minusSeconds(1))).isEqualTo(period);
                instant = period.until();
            }
        }
    }

    /** Begins, changes intervals, moves trials, ends and begins again. */
    private static void story(TenantId tenant, Random random) {
        List<BillingInterval> intervals = List.of(BillingInterval.MONTHLY, BillingInterval.YEARLY);
        for (int step = 0; step < 8; step++) {
            fixture.clock.move(Duration.ofSeconds(random.nextInt(40 * 86_400)));
            Phase phase = billing.subscriptions()
                    .find(tenant)
                    .map(Subscription::phase)
                    .orElse(Phase.ENDED);
            BillingInterval interval = intervals.get(random.nextInt(2));
            if (phase == Phase.ENDED) {
                NewSubscription wanted =
                        NewSubscription.of("starter").every(interval).withTrial(random.nextInt(3) * 20);
                billing.subscriptions().start(tenant, wanted, NOTE);
            } else if (phase == Phase.TRIAL && random.nextBoolean()) {
                Instant until = fixture.clock.instant().plusSeconds(1 + random.nextInt(20 * 86_400));
                try {
                    billing.subscriptions().extendTrial(tenant, until, NOTE);
                } catch (BillingException over) {
                    assertThat(over).hasMessageContaining("trial");
                }
            } else if (random.nextInt(4) == 0) {
                billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("over", false), NOTE);
            } else {
                billing.subscriptions().change(tenant, new SubscriptionChange.ToPlan("starter", 0, interval, 0), NOTE);
            }
        }
    }
}
