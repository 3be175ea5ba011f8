package io.tenancy.billing.coupon;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.Money;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.Subscription;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real control database. */
class CouponsTest {

    private static final BigDecimal FIFTH = new BigDecimal("0.2");
    private static final NewSubscription STARTER = NewSubscription.of("starter").withTrial(0);

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(BillingFixture.TWO_PLANS, settings -> settings.connections(8));
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void nothingIsOffered() {
        fixture.clock.moveTo(BillingFixture.START);
        fixture.forgetAll();
    }

    private static Subscription start(TenantId tenant, String coupon) {
        return billing.subscriptions().start(tenant, STARTER.withCoupon(coupon), NOTE);
    }

    /** Totals of the first periods. */
    private static List<Money> totals(TenantId tenant, int months) {
        for (int month = 1; month < months; month++) {
            fixture.clock.moveTo("2026-%02d-10T09:00:00Z".formatted(month + 1));
            billing.run().run();
            // Paid, so that it goes on.
            for (Invoice invoice : billing.invoices().of(tenant)) {
                if (!invoice.due().isZero()) {
                    billing.payments().markPaid(tenant, invoice.id(), "bank-" + invoice.id(), NOTE);
                }
            }
        }
        List<Money> totals = new ArrayList<>(
                billing.invoices().of(tenant).stream().map(Invoice::total).toList());
        Collections.reverse(totals);
        return totals;
    }

    private static Coupon limited(String code, int most) {
        return new Coupon(code, code, FIFTH, null, null, List.of(), null, most);
    }

    @Test
    void theLastRedemptionIsSoldOnce() throws Exception {
        billing.coupons().offer(limited("LAST", 3));
        List<TenantId> tenants =
                IntStream.range(0, 16).mapToObj(number -> fixture.tenant()).toList();

        AtOnce.Outcomes<Subscription> outcomes = AtOnce.run(16, number -> () -> start(tenants.get(number), "LAST"));

        assertThat(outcomes.results()).hasSize(3);
        assertThat(outcomes.failures())
                .hasSize(13)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(CouponRefusedException.class)
                        .hasMessageContaining("all 3 of it were redeemed"));
        assertThat(fixture.rows("select redemptions from coupon where code = 'LAST'"))
                .containsExactly("3");
        assertThat(fixture.rows("select count(*) from subscription")).containsExactly("3");
    }

    @Test
    void aTenantRedeemsACouponOnceHoweverOftenItClicks() throws Exception {
        billing.coupons().offer(limited("ONCE", 100));
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, STARTER, NOTE);

        AtOnce.Outcomes<Subscription> outcomes =
                AtOnce.run(8, number -> () -> billing.subscriptions().redeem(tenant, "ONCE", NOTE));

        assertThat(outcomes.results()).hasSize(1);
        assertThat(outcomes.failures())
                .hasSize(7)
                .allSatisfy(failure -> assertThat(failure)
                        .isInstanceOf(CouponRefusedException.class)
                        .hasMessageContaining("has redeemed it before"));
        assertThat(fixture.rows("select redemptions from coupon where code = 'ONCE'"))
                .containsExactly("1");
    }

    @Test
    void aTenantDoesNotRedeemItAgainWithItsNextSubscription() {
        billing.coupons().offer(limited("AGAIN", 100));
        TenantId tenant = fixture.tenant();
        start(tenant, "AGAIN");
        billing.subscriptions().cancel(tenant, "over", NOTE);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();

        assertThatThrownBy(() -> start(tenant, "AGAIN")).isInstanceOf(CouponRefusedException.class);
    }

    @Test
    void aPreviewRedeemsNothing() {
        billing.coupons().offer(limited("LOOK", 1));
        TenantId tenant = fixture.tenant();

        assertThat(billing.subscriptions()
                        .previewStart(tenant, STARTER.withCoupon("LOOK"))
                        .total())
                .isEqualTo(usd("24.80"));
        assertThat(fixture.rows("select redemptions from coupon")).containsExactly("0");
        assertThat(totals(start(tenant, "LOOK").tenant(), 1)).containsExactly(usd("24.80"));
    }

    @Test
    void aCouponThatExpiredIsRefused() {
        Instant end = BillingFixture.START.plusSeconds(10);
        billing.coupons().offer(new Coupon("SOON", "Soon", FIFTH, null, null, List.of(), end, null));
        start(fixture.tenant(), "SOON");
        fixture.clock.moveTo(end);

        assertThatThrownBy(() -> start(fixture.tenant(), "SOON"))
                .isInstanceOf(CouponRefusedException.class)
                .hasMessageContaining(end.toString());
    }

    @Test
    void aCouponForAnotherPlanIsRefused() {
        billing.coupons().offer(new Coupon("PRO", "Pro", FIFTH, null, null, List.of("pro"), null, null));

        assertThatThrownBy(() -> start(fixture.tenant(), "PRO"))
                .isInstanceOf(CouponRefusedException.class)
                .hasMessageContaining("[pro]");
    }

    @Test
    void anAmountOfAnotherCurrencyIsRefused() {
        billing.coupons().offer(Coupon.amount("EURO", Money.of(new BigDecimal("5.00"), "EUR"), null));

        assertThatThrownBy(() -> start(fixture.tenant(), "EURO"))
                .isInstanceOf(CouponRefusedException.class)
                .hasMessageContaining("in USD");
    }

    @Test
    void aCouponThatIsNotThereIsRefused() {
        assertThatThrownBy(() -> start(fixture.tenant(), "NOWHERE"))
                .isInstanceOfSatisfying(
                        CouponRefusedException.class,
                        refused -> assertThat(refused.code()).isEqualTo("NOWHERE"));
    }

    @Test
    void whatIsRefusedLeavesNothingBehind() {
        TenantId tenant = fixture.tenant();

        assertThatThrownBy(() -> start(tenant, "NOWHERE")).isInstanceOf(CouponRefusedException.class);

        assertThat(billing.subscriptions().find(tenant)).isEmpty();
        assertThat(fixture.installation.entitlements().of(tenant).keys()).isEmpty();
    }

    @Test
    void aShareCountsForItsPeriodsAndNoLonger() {
        billing.coupons().offer(Coupon.share("TWO", FIFTH, 2));
        TenantId tenant = fixture.tenant();
        start(tenant, "TWO");

        assertThat(totals(tenant, 4)).containsExactly(usd("24.80"), usd("24.80"), usd("31.00"), usd("31.00"));
    }

    @Test
    void anAmountForEverCountsForEachPeriod() {
        billing.coupons().offer(Coupon.amount("EVER", usd("1.00"), null));
        TenantId tenant = fixture.tenant();
        start(tenant, "EVER");

        assertThat(totals(tenant, 4)).containsOnly(usd("30.00")).hasSize(4);
    }

    @Test
    void anAmountOfMoreThanIsChargedTakesOffAllAndLapses() {
        billing.coupons().offer(Coupon.amount("MUCH", usd("100.00"), 1));
        TenantId tenant = fixture.tenant();
        start(tenant, "MUCH");

        assertThat(totals(tenant, 2)).containsExactly(usd("0.00"), usd("31.00"));
        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("0.00"));
    }

    @Test
    void aCouponThatIsRedeemedLaterCountsFromTheNextPeriod() {
        billing.coupons().offer(Coupon.share("LATER", FIFTH, 1));
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, STARTER, NOTE);
        fixture.clock.moveTo("2026-01-20T09:00:00Z");

        billing.subscriptions().redeem(tenant, "LATER", NOTE);

        assertThat(totals(tenant, 3)).containsExactly(usd("31.00"), usd("24.80"), usd("31.00"));
    }

    @Test
    void aCouponOfATrialCountsFromTheFirstPeriodThatIsCharged() {
        billing.coupons().offer(Coupon.share("TRIAL", FIFTH, 1));
        TenantId tenant = fixture.tenant();
        billing.subscriptions()
                .start(tenant, NewSubscription.of("starter").withTrial(10).withCoupon("TRIAL"), NOTE);

        fixture.clock.moveTo("2026-01-20T09:00:00Z");
        billing.run().run();

        assertThat(billing.invoices().of(tenant).get(0).total()).isEqualTo(usd("24.80"));
        assertThat(billing.invoices().of(tenant).get(0).discounts()).containsExactly("TRIAL");
    }

    @Test
    void whoRedeemedACouponKeepsItWhenItIsWithdrawn() {
        billing.coupons().offer(Coupon.share("GONE", FIFTH, null));
        TenantId tenant = fixture.tenant();
        start(tenant, "GONE");

        assertThat(billing.coupons().withdraw("GONE")).isTrue();
        assertThat(billing.coupons().withdraw("GONE")).isFalse();

        assertThat(totals(tenant, 2)).containsExactly(usd("24.80"), usd("24.80"));
        assertThatThrownBy(() -> start(fixture.tenant(), "GONE"))
                .isInstanceOf(CouponRefusedException.class)
                .hasMessageContaining("no such coupon on offer");
    }

    @Test
    void whatACouponGivesDoesNotChange() {
        billing.coupons().offer(Coupon.share("SAME", FIFTH, null));

        assertThatThrownBy(() -> billing.coupons().offer(Coupon.share("SAME", new BigDecimal("0.9"), null)))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("another code");
        assertThat(billing.coupons().find("SAME").orElseThrow().share()).isEqualByComparingTo(FIFTH);
    }

    @Test
    void aCouponIsFoundAsItWasOffered() {
        Coupon coupon = new Coupon(
                "WHOLE",
                "The whole of it",
                null,
                usd("5.00"),
                3,
                List.of("starter", "pro"),
                Instant.parse("2026-12-31T00:00:00Z"),
                7);
        billing.coupons().offer(coupon);

        assertThat(billing.coupons().find("WHOLE")).contains(coupon);
        assertThat(billing.coupons().find("NOWHERE")).isEmpty();
    }
}
