package io.tenancy.billing.stripe.meter;

import static io.tenancy.billing.BillingFixture.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.billing.Meter;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.billing.MeterCreateParams;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.stripe.StripeFixture;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.test.stripe.StripeFault;
import io.tenancy.test.stripe.StripeRequest;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class StripeMetersTest {

    private static final String METRIC = "api_calls";
    private static final String EVENT = "calls_of_the_api";
    private static final Duration HOUR = Duration.ofHours(1);

    private static StripeFixture at;
    private static StripeClient byHand;
    private static ControlTransactions database;
    private static Meter meter;

    @BeforeAll
    static void start() throws StripeException {
        at = new StripeFixture();
        byHand = StripeClient.builder()
                .setApiKey(at.fake.apiKey())
                .setApiBase(at.fake.apiBase())
                .build();
        database = new ControlTransactions(
                at.fixture.installation.control().platformFor("meters", 4),
                at.fixture.clock,
                BillingUnavailableException::new);
        at.fixture.installation.usage().store().define(List.of(UsageMetric.max("peak", "unit")));
        meter = make(EVENT);
    }

    private static Meter make(String event) throws StripeException {
        return byHand.v1()
                .billing()
                .meters()
                .create(MeterCreateParams.builder()
                        .setDisplayName(event)
                        .setEventName(event)
                        .setDefaultAggregation(MeterCreateParams.DefaultAggregation.builder()
                                .setFormula(MeterCreateParams.DefaultAggregation.Formula.SUM)
                                .build())
                        .build());
    }

    @AfterAll
    static void stop() {
        at.close();
    }

    @AfterEach
    void nothingIsLeftForOthers() {
        at.fake.clearFaults();
        at.fixture.sql(
                "truncate stripe_usage_event, stripe_usage_progress, stripe_usage_tenant, stripe_usage_given_up");
        // The next test begins with an hour of its own.
        at.fixture.clock.moveTo(at.fixture
                .clock
                .instant()
                .truncatedTo(ChronoUnit.HOURS)
                .plus(1, ChronoUnit.HOURS)
                .plusSeconds(600));
    }

    private static StripeMeters meters(StripeMeter... all) {
        return new StripeMeters(
                new StripeMeters.Parts(
                        database,
                        at.fixture.installation.usage().store(),
                        at.fixture.installation.usage().reports(),
                        new StripeCalls(StripeFixture.settings(at.fake)),
                        at.stripe.objects(),
                        at.stripe.findings(),
                        new Ownership("test", false)),
                List.of(all));
    }

    private static StripeMeters meters() {
        return meters(new StripeMeter(METRIC, EVENT));
    }

    private static Instant hour() {
        return at.fixture.clock.instant().truncatedTo(ChronoUnit.HOURS);
    }

    private static void use(TenantId tenant, String quantity, Instant hour) {
        at.fixture.use(tenant, METRIC, quantity, hour.plusSeconds(60).toString());
    }

    /** What Stripe's meter adds up to. */
    private static BigDecimal atStripe(TenantId tenant) throws StripeException {
        String customer =
                String.valueOf(at.stripe.customers().find(tenant).orElseThrow().id());
        var summaries = byHand.v1()
                .billing()
                .meters()
                .eventSummaries()
                .list(
                        meter.getId(),
                        com.stripe.param.billing.MeterEventSummaryListParams.builder()
                                .setCustomer(customer)
                                .setStartTime(0L)
                                .setEndTime(at.fixture.clock.instant().getEpochSecond() / 60 * 60)
                                .build())
                .getData();
        return summaries.isEmpty() ? BigDecimal.ZERO : summaries.get(0).getAggregatedValue();
    }

    private static List<StripeFinding> findings(TenantId tenant) {
        return at.stripe.findings().open().stream()
                .filter(each -> tenant.equals(each.tenant()))
                .toList();
    }

    private static long requests() {
        return at.fake.requests().stream()
                .map(StripeRequest::path)
                .filter("/v1/billing/meter_events"::equals)
                .count();
    }

    private static TenantId enabled() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        meters().enable(tenant, NOTE);
        return tenant;
    }

    @Test
    void anHourThatIsOverIsToldOnce() throws StripeException {
        TenantId tenant = enabled();
        Instant hour = hour();
        use(tenant, "7", hour);
        assertThat(meters().run().told()).as("while it is not over").isZero();

        at.pass(HOUR);
        StripeMeters.Done done = meters().run();

        assertThat(done).isEqualTo(new StripeMeters.Done(1, 1, 0, 0, ""));
        assertThat(atStripe(tenant)).isEqualByComparingTo("7");
        assertThat(meters().run()).isEqualTo(new StripeMeters.Done(0, 0, 0, 0, ""));
        assertThat(meters().told(tenant)).singleElement().satisfies(told -> {
            assertThat(told.id())
                    .isEqualTo(
                            "test/" + tenant + "/api_calls/" + hour.toString().substring(0, 13));
            assertThat(told.state()).isEqualTo(ToldUsage.State.TOLD);
            assertThat(told.hour()).isEqualTo(hour);
        });
    }

    @Test
    void whatNobodyUsedIsNotTold() {
        TenantId tenant = enabled();
        long before = requests();
        at.pass(Duration.ofHours(5));
        assertThat(meters().run().stored()).isZero();
        assertThat(requests()).isEqualTo(before);
        assertThat(meters().told(tenant)).isEmpty();
    }

    @Test
    void onlyTenantsThatAreEnabledAreToldOf() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        use(tenant, "7", hour());
        at.pass(HOUR);
        assertThat(meters().run().told()).isZero();
        assertThat(meters().isEnabled(tenant)).isFalse();
    }

    @Test
    void usageOfBeforeItWasEnabledIsNotTold() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_visa");
        use(tenant, "7", hour().minus(HOUR));
        meters().enable(tenant, NOTE);
        use(tenant, "3", hour());
        at.pass(Duration.ofHours(8));
        meters().run();
        assertThat(atStripe(tenant)).isEqualByComparingTo("3");
    }

    @Test
    void usageUntilItWasDisabledIsToldAndWhatComesAfterIsNot() throws StripeException {
        TenantId tenant = enabled();
        use(tenant, "5", hour());
        at.pass(HOUR);
        meters().disable(tenant, NOTE);
        assertThat(meters().isEnabled(tenant)).isFalse();
        use(tenant, "7", hour());
        at.pass(HOUR);
        meters().run();
        assertThat(atStripe(tenant)).isEqualByComparingTo("5");

        meters().enable(tenant, NOTE);
        use(tenant, "9", hour());
        at.pass(Duration.ofHours(8));
        meters().run();
        assertThat(atStripe(tenant)).isEqualByComparingTo("14");
    }

    @Test
    void usageThatComesInLateIsToldAsADifference() throws StripeException {
        TenantId tenant = enabled();
        Instant hour = hour();
        use(tenant, "7", hour);
        at.pass(HOUR);
        meters().run();
        use(tenant, "2.5", hour);
        use(tenant, "4", hour.plus(HOUR));
        at.pass(Duration.ofHours(7));
        meters().run();
        assertThat(atStripe(tenant)).isEqualByComparingTo("13.5");
        assertThat(meters().told(tenant)).extracting(ToldUsage::part).containsExactlyInAnyOrder(1, 2, 1);
        assertThat(findings(tenant)).isEmpty();
    }

    @Test
    void usageThatIsTakenBackIsShownUntilItIsThereAgain() throws StripeException {
        TenantId tenant = enabled();
        Instant hour = hour();
        use(tenant, "7", hour);
        at.pass(HOUR);
        meters().run();
        at.fixture.use(tenant, METRIC, "1", hour.toString());
        at.fixture.sql("update usage_rollup set value = value - 3 where tenant_id = '" + tenant + "'");
        at.pass(Duration.ofHours(7));
        meters().run();
        assertThat(findings(tenant)).singleElement().satisfies(each -> {
            assertThat(each.kind()).isEqualTo(FindingKind.USAGE_REFUSED);
            assertThat(each.detail()).startsWith("2 of api_calls").contains("taken back");
        });
        assertThat(atStripe(tenant)).isEqualByComparingTo("7");

        at.fixture.use(tenant, METRIC, "2", hour.toString());
        at.pass(Duration.ofHours(7));
        meters().run();
        assertThat(findings(tenant)).isEmpty();
    }

    @Test
    void tenantsThatAreNoCustomerWait() throws StripeException {
        TenantId tenant = at.tenant();
        meters().enable(tenant, NOTE);
        use(tenant, "7", hour());
        at.pass(HOUR);
        assertThat(meters().run()).isEqualTo(new StripeMeters.Done(1, 0, 0, 0, ""));

        at.leave(tenant, "pm_card_visa");
        assertThat(meters().run().told()).isEqualTo(1);
        assertThat(atStripe(tenant)).isEqualByComparingTo("7");
    }

    @Test
    void nothingIsToldOfACustomerOnWhichAnotherTenantStands() throws StripeException {
        TenantId tenant = enabled();
        String customer =
                String.valueOf(at.stripe.customers().find(tenant).orElseThrow().id());
        write(customer, at.tenant());
        use(tenant, "7", hour());
        at.pass(HOUR);
        assertThat(meters().run().told()).isZero();
        assertThat(findings(tenant)).extracting(StripeFinding::kind).containsExactly(FindingKind.TENANT_MISMATCH);

        write(customer, tenant);
        at.pass(HOUR);
        assertThat(meters().run().told()).isEqualTo(1);
    }

    private static void write(String customer, TenantId tenant) throws StripeException {
        byHand.v1()
                .customers()
                .update(
                        customer,
                        CustomerUpdateParams.builder()
                                .putMetadata(Ownership.TENANT, tenant.toString())
                                .build());
    }

    @Test
    void whatWasTakenWithoutAnAnswerIsToldAgainAndCountsOnce() throws StripeException {
        TenantId tenant = enabled();
        use(tenant, "7", hour());
        at.pass(HOUR);
        at.fake.inject(
                StripeFault.dropAfter().on("POST", "/v1/billing/meter_events").times(2));
        StripeMeters.Done lost = meters().run();
        assertThat(lost.told()).isZero();
        assertThat(lost.note()).contains("tell usage");

        at.pass(Duration.ofMinutes(11));
        assertThat(meters().run().told()).isEqualTo(1);
        assertThat(atStripe(tenant)).isEqualByComparingTo("7");
    }

    @Test
    void whatIsUnknownForADayIsNotToldAgainAndShown() throws StripeException {
        TenantId tenant = enabled();
        use(tenant, "7", hour());
        at.pass(HOUR);
        at.fake.inject(
                StripeFault.dropAfter().on("POST", "/v1/billing/meter_events").times(2));
        meters().run();
        at.pass(Duration.ofHours(25));
        long before = requests();

        assertThat(meters().run()).isEqualTo(new StripeMeters.Done(0, 0, 0, 1, ""));
        assertThat(requests()).isEqualTo(before);
        assertThat(findings(tenant)).extracting(StripeFinding::kind).containsExactly(FindingKind.UNKNOWN_OUTCOME);
        assertThat(atStripe(tenant)).isEqualByComparingTo("7");
    }

    @Test
    void whatIsKnownNotToBeTakenIsToldForLongerThanADay() throws StripeException {
        TenantId tenant = enabled();
        use(tenant, "7", hour());
        at.pass(HOUR);
        for (int i = 0; i < 3; i++) {
            at.fake.inject(StripeFault.error(429).on("POST", "/v1/billing/meter_events"));
            assertThat(meters().run().told()).isZero();
            at.pass(Duration.ofHours(20));
        }
        assertThat(meters().run().told()).isEqualTo(1);
        assertThat(atStripe(tenant)).isEqualByComparingTo("7");
    }

    @Test
    void usageWithoutAMeterIsShownAndToldOnceThereIsOne() throws StripeException {
        StripeMeter missing = new StripeMeter("storage_gb", "storage_" + UUID.randomUUID());
        TenantId tenant = at.tenantWith("pm_card_visa");
        meters(missing).enable(tenant, NOTE);
        at.fixture.use(tenant, "storage_gb", "7", hour().toString());
        at.pass(HOUR);
        assertThat(meters(missing).run().refused()).isEqualTo(1);
        assertThat(findings(tenant)).singleElement().satisfies(each -> {
            assertThat(each.kind()).isEqualTo(FindingKind.USAGE_REFUSED);
            assertThat(each.detail()).contains(missing.eventName());
        });

        make(missing.eventName());
        at.pass(HOUR);
        assertThat(meters(missing).run().told()).isEqualTo(1);
        assertThat(findings(tenant)).isEmpty();
    }

    @Test
    void whatIsTooOldForStripeIsShownAndNotTold() throws StripeException {
        TenantId tenant = enabled();
        Instant hour = hour();
        use(tenant, "7", hour);
        at.pass(Duration.ofDays(36));
        Instant recent = hour();
        use(tenant, "3", recent);
        at.pass(HOUR);

        StripeMeters.Done done = meters().run();

        assertThat(done.told()).isEqualTo(1);
        assertThat(done.givenUp()).isPositive();
        assertThat(atStripe(tenant)).isEqualByComparingTo("3");
        assertThat(findings(tenant)).isNotEmpty().allSatisfy(each -> {
            assertThat(each.kind()).isEqualTo(FindingKind.USAGE_REFUSED);
            assertThat(each.detail()).contains("35 days");
        });
    }

    @Test
    void whatWaitedForTooLongIsGivenUpAndShown() {
        TenantId tenant = at.tenant();
        meters().enable(tenant, NOTE);
        use(tenant, "7", hour());
        at.pass(HOUR);
        meters().run();
        at.pass(Duration.ofDays(35));
        assertThat(meters().run().givenUp()).isEqualTo(1);
        assertThat(meters().told(tenant)).extracting(ToldUsage::state).containsExactly(ToldUsage.State.GIVEN_UP);
        assertThat(findings(tenant)).extracting(StripeFinding::kind).containsExactly(FindingKind.USAGE_REFUSED);
    }

    @Test
    void whatIsGivenUpOfATenantIsOneFindingPerMetricThatSaysAllOfIt() {
        TenantId tenant = at.tenant();
        meters().enable(tenant, NOTE);
        Instant first = hour();
        use(tenant, "7", first);
        use(tenant, "2", first.plus(HOUR));
        use(tenant, "3.5", first.plus(HOUR).plus(HOUR));
        at.pass(Duration.ofHours(3));
        meters().run();
        at.pass(Duration.ofDays(34).minus(Duration.ofMinutes(90)));
        assertThat(meters().run().givenUp()).isEqualTo(2);
        at.pass(HOUR);
        assertThat(meters().run().givenUp()).isEqualTo(1);

        assertThat(findings(tenant)).singleElement().satisfies(each -> {
            assertThat(each.kind()).isEqualTo(FindingKind.USAGE_REFUSED);
            assertThat(each.detail())
                    .contains("12.5 of " + METRIC, "in 3 hours", first.toString())
                    .contains(first.plus(HOUR).plus(HOUR).toString());
        });

        // Once somebody has settled it, the next one begins anew.
        at.stripe.findings().resolve(findings(tenant).get(0).id(), NOTE);
        use(tenant, "4", hour());
        at.pass(HOUR);
        meters().run();
        at.pass(Duration.ofDays(35));
        meters().run();
        assertThat(findings(tenant))
                .singleElement()
                .satisfies(each -> assertThat(each.detail()).contains("4 of " + METRIC, "in the hour of"));
    }

    @Test
    void manyHoursOfManyTenantsAreToldAndNoneTwice() throws StripeException {
        List<TenantId> tenants = List.of(enabled(), enabled(), enabled());
        Instant first = hour();
        for (int i = 0; i < 60; i++) {
            for (TenantId tenant : tenants) {
                use(tenant, "1", first.plus(i, ChronoUnit.HOURS));
            }
        }
        at.pass(Duration.ofHours(61));
        assertThat(meters().run()).isEqualTo(new StripeMeters.Done(180, 180, 0, 0, ""));
        for (TenantId tenant : tenants) {
            assertThat(atStripe(tenant)).isEqualByComparingTo("60");
        }
    }

    @Test
    void aNameThatIsTooLongIsHashedAndStaysTheSame() {
        TenantId tenant = TenantId.next(at.fixture.clock);
        String metric = "m".repeat(60);
        String id = UsageEventId.of("i".repeat(40), tenant, metric, hour(), 1);
        assertThat(id).hasSizeLessThanOrEqualTo(UsageEventId.LONGEST).startsWith("sha256:");
        assertThat(UsageEventId.of("i".repeat(40), tenant, metric, hour(), 1)).isEqualTo(id);
        assertThat(UsageEventId.of("i".repeat(40), tenant, metric, hour(), 2)).isNotEqualTo(id);
        assertThat(UsageEventId.of("i".repeat(40), tenant, metric, hour().plus(HOUR), 1))
                .isNotEqualTo(id);
    }

    @Test
    void metricsThatDoNotAddUpAreRefused() {
        assertThatThrownBy(() -> meters(new StripeMeter("peak", "peaks")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("do not add up");
        assertThatThrownBy(() -> meters(new StripeMeter("nobody_defined", "x")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not defined");
        assertThatThrownBy(() -> meters(new StripeMeter(METRIC, EVENT), new StripeMeter("storage_gb", EVENT)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("meter of its own");
        assertThatThrownBy(() -> new StripeMeter(METRIC, " ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> meters(new StripeMeter[0]).enable(TenantId.next(at.fixture.clock), NOTE))
                .isInstanceOf(BillingException.class);
    }
}
