package io.tenancy.billing.revenue;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.Money;
import io.tenancy.billing.coupon.Coupon;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.revenue.RevenueReports.Rates;
import io.tenancy.billing.revenue.RevenueReports.Recurring;
import io.tenancy.billing.revenue.RevenueReports.Waterfall;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.SubscriptionChange;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Figures that were worked out by hand. */
class RevenueReportsTest {

    private static final NewSubscription STARTER = NewSubscription.of("starter").withTrial(0);
    private static final NewSubscription PRO = NewSubscription.of("pro");
    private static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
    private static final Instant FEBRUARY = Instant.parse("2026-02-01T00:00:00Z");
    private static final Instant MARCH = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant APRIL = Instant.parse("2026-04-01T00:00:00Z");

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(BillingFixture.TWO_PLANS.replace(
                "price: {month: 31, year: 310}", "price: {month: {USD: 31, EUR: 30}, year: {USD: 310, EUR: 300}}"));
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void nobodyIsSubscribed() {
        fixture.clock.moveTo(BillingFixture.START);
        fixture.forgetAll();
    }

    private static TenantId start(NewSubscription wanted) {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, wanted, NOTE);
        return tenant;
    }

    private static void at(String instant) {
        fixture.clock.moveTo(instant);
        billing.run().runSubscriptions();
    }

    private static Recurring now() {
        return billing.revenue().at("USD", fixture.clock.instant().plusSeconds(1));
    }

    @Test
    void whatRecursIsTheSumOfPricesByTheMonth() {
        start(STARTER);
        start(STARTER.every(BillingInterval.YEARLY));
        start(PRO.withSeats(3));
        start(NewSubscription.of("starter"));

        Recurring now = now();

        // 31 + 310/12 + (93 + 2 × 10); one is in its trial.
        assertThat(now.monthly()).isEqualTo(usd("169.83"));
        assertThat(now.yearly()).isEqualTo(usd("2037.96"));
        assertThat(now.customers()).isEqualTo(3);
        assertThat(now.trials()).isEqualTo(1);
        assertThat(now.perCustomer()).isEqualTo(usd("56.61"));
        assertThat(now.byPlan()).isEqualTo(Map.of("starter", usd("56.83"), "pro", usd("113.00")));
    }

    @Test
    void nothingRecursOfNobody() {
        Recurring now = now();

        assertThat(now.monthly()).isEqualTo(usd("0.00"));
        assertThat(now.perCustomer()).isEqualTo(usd("0.00"));
        Rates rates = billing.revenue().rates("USD", JANUARY, FEBRUARY);
        assertThat(rates).isEqualTo(new Rates(null, null, null, null));
        assertThat(billing.revenue().currencies()).isEmpty();
    }

    @Test
    void addOnsCountAndUsageDoesNot() {
        TenantId tenant = start(PRO);
        billing.subscriptions().change(tenant, new SubscriptionChange.AddOn("reports", 2), NOTE);
        fixture.use(tenant, "api_calls", "500000", "2026-01-10T10:00:00Z");
        at("2026-02-10T09:00:00Z");

        // 93 + 2 × 6.20
        assertThat(now().monthly()).isEqualTo(usd("105.40"));
    }

    @Test
    void couponsCountThatAreForEver() {
        billing.coupons().offer(Coupon.share("EVER", new BigDecimal("0.1"), null));
        billing.coupons().offer(Coupon.amount("AMOUNT", usd("1.00"), null));
        billing.coupons().offer(Coupon.share("SOME", new BigDecimal("0.5"), 6));
        start(STARTER.withCoupon("EVER"));
        start(STARTER.withCoupon("AMOUNT"));
        start(STARTER.withCoupon("SOME"));

        // 27.90 + 30 + 31
        assertThat(now().monthly()).isEqualTo(usd("88.90"));
    }

    @Test
    void eachCurrencyIsToldByItself() {
        start(STARTER);
        start(STARTER.in("EUR"));

        assertThat(billing.revenue().currencies()).containsExactly("EUR", "USD");
        assertThat(now().monthly()).isEqualTo(usd("31.00"));
        assertThat(billing.revenue().at("EUR", FEBRUARY).monthly()).isEqualTo(Money.of(new BigDecimal("30.00"), "EUR"));
    }

    /** A quarter with each movement once. */
    private static void aQuarter() {
        TenantId grows = start(STARTER);
        TenantId shrinks = start(PRO);
        TenantId leaves = start(STARTER);
        TenantId returns = start(STARTER);
        at("2026-01-15T09:00:00Z");
        billing.subscriptions().cancel(returns, "a break", NOTE);
        at("2026-02-10T09:00:00Z");
        billing.subscriptions().change(grows, new SubscriptionChange.ToPlan("pro"), NOTE);
        billing.subscriptions().change(shrinks, new SubscriptionChange.ToPlan("starter"), NOTE);
        billing.subscriptions().cancel(leaves, "too much", NOTE);
        start(PRO.withSeats(2));
        at("2026-03-10T09:00:00Z");
        billing.subscriptions().start(returns, STARTER, NOTE);
        at("2026-03-31T00:00:00Z");
    }

    @Test
    void movementsComeOutEven() {
        aQuarter();

        // January: 31 + 93 + 31 + 31.
        assertThat(billing.revenue().waterfall("USD", JANUARY, FEBRUARY))
                .isEqualTo(new Waterfall(
                        usd("0.00"), usd("186.00"), usd("0.00"), usd("0.00"), usd("0.00"), usd("0.00"), usd("186.00")));
        // February: one leaves (31), one grows by 62, one shrinks by 62, one is new with 103.
        assertThat(billing.revenue().waterfall("USD", FEBRUARY, MARCH))
                .isEqualTo(new Waterfall(
                        usd("186.00"),
                        usd("103.00"),
                        usd("62.00"),
                        usd("-62.00"),
                        usd("-31.00"),
                        usd("0.00"),
                        usd("258.00")));
        // March: one leaves (31), one comes back (31).
        assertThat(billing.revenue().waterfall("USD", MARCH, APRIL))
                .isEqualTo(new Waterfall(
                        usd("258.00"),
                        usd("0.00"),
                        usd("0.00"),
                        usd("0.00"),
                        usd("-31.00"),
                        usd("31.00"),
                        usd("258.00")));
        assertThat(billing.revenue().monthlyAt("USD", List.of(APRIL, FEBRUARY, MARCH)))
                .containsExactly(usd("258.00"), usd("186.00"), usd("258.00"));
    }

    @Test
    void sharesAreOfThoseWhoWereThereAtFirst() {
        aQuarter();

        Rates february = billing.revenue().rates("USD", FEBRUARY, MARCH);

        // Of four, one left; 155 of 186 stayed: 93 + 31 + 31; one of three who stayed went up.
        assertThat(february.logoChurn()).isEqualByComparingTo("0.25");
        assertThat(february.netRetention()).isEqualByComparingTo("0.8333");
        assertThat(february.tierUpgrades()).isEqualByComparingTo("0.3333");
        assertThat(february.trialConversion()).isNull();
    }

    @Test
    void trialsThatAreChargedAreConverted() {
        start(NewSubscription.of("starter"));
        start(NewSubscription.of("starter"));
        TenantId leaves = start(NewSubscription.of("starter"));
        billing.subscriptions().cancel(leaves, "not for us", NOTE);
        start(NewSubscription.of("starter").withTrial(60));
        at("2026-01-31T00:00:00Z");

        // Of three trials that ended, two were charged; the fourth one goes on.
        assertThat(billing.revenue().rates("USD", JANUARY, FEBRUARY).trialConversion())
                .isEqualByComparingTo("0.6667");
        assertThat(billing.revenue().at("USD", FEBRUARY).trials()).isEqualTo(1);
    }

    @Test
    void figuresOfAPastDayStayAsTheyWere() {
        aQuarter();
        Recurring then = billing.revenue().at("USD", MARCH);
        Waterfall moved = billing.revenue().waterfall("USD", JANUARY, MARCH);
        Rates rates = billing.revenue().rates("USD", FEBRUARY, MARCH);

        start(PRO);
        at("2026-04-10T09:00:00Z");
        fixture.rows("select tenant_id from subscription where phase <> 'ENDED'")
                .forEach(id -> billing.subscriptions()
                        .change(TenantId.of(id), new SubscriptionChange.Cancel("all gone", true), NOTE));

        assertThat(now().monthly()).isEqualTo(usd("0.00"));
        assertThat(billing.revenue().at("USD", MARCH)).isEqualTo(then);
        assertThat(billing.revenue().waterfall("USD", JANUARY, MARCH)).isEqualTo(moved);
        assertThat(billing.revenue().rates("USD", FEBRUARY, MARCH)).isEqualTo(rates);
    }

    @Test
    void anInstantBelongsToWhatComesAfterIt() {
        start(STARTER);

        assertThat(billing.revenue().at("USD", BillingFixture.START).monthly()).isEqualTo(usd("0.00"));
        assertThat(billing.revenue()
                        .waterfall("USD", BillingFixture.START, FEBRUARY)
                        .fresh())
                .isEqualTo(usd("31.00"));
    }

    @Test
    void whoIsSuspendedDoesNotCountUntilItPays() {
        TenantId tenant = start(STARTER.every(BillingInterval.YEARLY));
        for (String day : List.of("2026-01-24", "2026-01-31", "2026-02-07", "2026-02-08")) {
            fixture.clock.moveTo(day + "T09:00:00Z");
            billing.run().run();
        }
        assertThat(now().monthly()).isEqualTo(usd("0.00"));

        Invoice invoice = billing.invoices().of(tenant).get(0);
        billing.payments().markPaid(tenant, invoice.id(), "late", NOTE);

        assertThat(now().monthly()).isEqualTo(usd("25.83"));
        Waterfall february = billing.revenue().waterfall("USD", FEBRUARY, MARCH);
        assertThat(february.churn()).isEqualTo(usd("-25.83"));
        assertThat(february.reactivation()).isEqualTo(usd("25.83"));
    }

    @Test
    void aPaymentThatComesBeforeALateRunDoesNotHideTheRenewal() {
        TenantId tenant = start(STARTER);
        billing.subscriptions().changeAtRenewal(tenant, new SubscriptionChange.ToPlan("pro"), NOTE);
        fixture.clock.moveTo("2026-01-24T09:00:00Z");
        billing.run().run();
        // The renewal is due and did not run yet.
        fixture.clock.moveTo("2026-02-10T09:00:05Z");
        billing.payments().markPaid(tenant, billing.invoices().of(tenant).get(0).id(), "just-then", NOTE);
        billing.run().runSubscriptions();

        assertThat(now().monthly()).isEqualTo(usd("93.00"));
    }
}
