package io.tenancy.billing.subscription;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.coupon.Coupon;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.payment.ManualPayments;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Many who do things to subscriptions at the same moment. */
class SubscriptionsConcurrencyTest {

    private static final NewSubscription STARTER = NewSubscription.of("starter").withTrial(0);

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                BillingFixture.TWO_PLANS,
                settings -> settings.connections(8).seller(Seller.of("acme-us", "Acme Inc.", "US")));
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

    @AfterEach
    void theBooksAreRight() {
        assertThat(billing.ledger().faults()).isEmpty();
        assertThat(fixture.rows("select fault from subscription where fault is not null"))
                .isEmpty();
    }

    private static List<TenantId> subscribed(int count) {
        List<TenantId> tenants = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            TenantId tenant = fixture.tenant();
            if (i % 2 == 1) {
                billing.accounts().use(tenant, "acme-us", ManualPayments.NAME);
            }
            billing.subscriptions().start(tenant, STARTER, NOTE);
            tenants.add(tenant);
        }
        return tenants;
    }

    @Test
    void aDoubleClickOnAnUpgradeUpgradesOnce() throws Exception {
        TenantId tenant = subscribed(1).get(0);
        fixture.clock.moveTo("2026-01-20T09:00:00Z");
        SubscriptionPreview preview = billing.subscriptions().preview(tenant, new SubscriptionChange.ToPlan("pro"));

        AtOnce.Outcomes<Subscription> outcomes =
                AtOnce.run(8, number -> () -> billing.subscriptions().change(preview, NOTE));

        assertThat(outcomes.results()).hasSize(1);
        assertThat(outcomes.failures()).hasSize(7).allMatch(PreviewOutdatedException.class::isInstance);
        assertThat(billing.invoices().of(tenant))
                .extracting(Invoice::total)
                .containsExactly(preview.total(), usd("31.00"));
    }

    @Test
    void aPreviewOfYesterdayIsNotTakenUp() {
        TenantId tenant = subscribed(1).get(0);
        SubscriptionPreview preview = billing.subscriptions().preview(tenant, new SubscriptionChange.ToPlan("pro"));
        fixture.clock.move(Subscriptions.PREVIEW_LASTS.plusSeconds(1));

        assertThat(catchThrowable(() -> billing.subscriptions().change(preview, NOTE)))
                .isInstanceOf(PreviewOutdatedException.class);
        assertThat(billing.invoices().of(tenant)).hasSize(1);
    }

    @Test
    void aPreviewFromBeforeAnotherChangeIsNotTakenUpEvenIfItCostsTheSame() {
        TenantId tenant = subscribed(1).get(0);
        SubscriptionPreview preview = billing.subscriptions().preview(tenant, new SubscriptionChange.ToPlan("pro"));
        billing.subscriptions().cancel(tenant, "no longer", NOTE);

        assertThat(catchThrowable(() -> billing.subscriptions().change(preview, NOTE)))
                .isInstanceOf(PreviewOutdatedException.class);
        assertThat(billing.invoices().of(tenant)).hasSize(1);
    }

    @Test
    void aPreviewFromBeforeARenewalIsNotTakenUp() {
        TenantId tenant = subscribed(1).get(0);
        fixture.clock.moveTo("2026-02-10T08:59:50Z");
        SubscriptionPreview preview = billing.subscriptions().preview(tenant, new SubscriptionChange.ToPlan("pro"));
        fixture.clock.moveTo("2026-02-10T09:00:10Z");

        assertThat(catchThrowable(() -> billing.subscriptions().change(preview, NOTE)))
                .isInstanceOf(PreviewOutdatedException.class);
    }

    @Test
    void ofManyBeginningsOneTakesPlace() throws Exception {
        TenantId tenant = fixture.tenant();

        AtOnce.Outcomes<Subscription> outcomes =
                AtOnce.run(8, number -> () -> billing.subscriptions().start(tenant, STARTER, NOTE));

        assertThat(outcomes.results()).hasSize(1);
        assertThat(outcomes.failures()).hasSize(7).allMatch(BillingException.class::isInstance);
        assertThat(billing.invoices().of(tenant)).hasSize(1);
    }

    @Test
    void twoClicksOnAnotherSeatAreOneSeatEachTimeTheyAreCounted() throws Exception {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);

        AtOnce.Outcomes<Subscription> outcomes = AtOnce.run(
                8, number -> () -> billing.subscriptions().change(tenant, new SubscriptionChange.Seats(2), NOTE));

        assertThat(outcomes.failures()).isEmpty();
        assertThat(billing.invoices().of(tenant)).hasSize(2);
    }

    @Test
    void manyNodesInvoiceEachPeriodOnceWithTwoSellers() throws Exception {
        List<TenantId> tenants = subscribed(120);
        for (String now : List.of("2026-02-10T09:00:00Z", "2026-03-10T09:00:00Z")) {
            fixture.clock.moveTo(now);
            AtOnce.Outcomes<Integer> outcomes =
                    AtOnce.run(4, number -> () -> billing.run().runSubscriptions());
            assertThat(outcomes.failures()).isEmpty();
            var unused = billing.run().runSubscriptions();
        }

        assertThat(tenants)
                .allSatisfy(tenant -> assertThat(billing.invoices().of(tenant))
                        .hasSize(3)
                        .extracting(invoice -> invoice.lines().get(0).from())
                        .doesNotHaveDuplicates());
    }

    @Test
    void changesDuringARunTakePlaceOnceEach() throws Exception {
        List<TenantId> tenants = subscribed(60);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");

        AtOnce.Outcomes<Integer> outcomes = AtOnce.run(4, number -> () -> {
            if (number < 2) {
                return billing.run().runSubscriptions();
            }
            for (int i = number - 2; i < tenants.size(); i += 2) {
                billing.subscriptions().change(tenants.get(i), new SubscriptionChange.ToPlan("pro"), NOTE);
            }
            return 0;
        });

        assertThat(outcomes.failures()).isEmpty();
        // The renewal by the old price comes first, then the whole difference.
        assertThat(tenants)
                .allSatisfy(tenant -> assertThat(billing.invoices().of(tenant))
                        .extracting(Invoice::total)
                        .containsExactlyInAnyOrder(usd("31.00"), usd("31.00"), usd("62.00")));
    }

    @Test
    void whoRedeemsTheSameCouponDuringARunWaitsForNobodyForEver() throws Exception {
        billing.coupons().offer(Coupon.share("ALL", new BigDecimal("0.1"), null));
        List<TenantId> tenants = subscribed(40);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");

        AtOnce.Outcomes<Integer> outcomes = AtOnce.run(4, number -> () -> {
            for (int i = number; i < tenants.size(); i += 4) {
                if (number < 2) {
                    // Renews first, and counts the series before it redeems.
                    billing.subscriptions().redeem(tenants.get(i), "ALL", NOTE);
                } else {
                    // Redeems first, and counts the series afterwards.
                    billing.subscriptions().start(fixture.tenant(), STARTER.withCoupon("ALL"), NOTE);
                }
            }
            return 0;
        });

        assertThat(outcomes.failures()).isEmpty();
        assertThat(fixture.rows("select redemptions from coupon")).containsExactly("40");
    }

    @Test
    void afterALongDowntimeEachPeriodIsInvoicedOnceAtItsOwnPrice() {
        TenantId tenant = subscribed(1).get(0);
        billing.subscriptions().changeAtRenewal(tenant, new SubscriptionChange.ToPlan("pro"), NOTE);
        fixture.clock.moveTo("2026-07-01T00:00:00Z");

        billing.run().runSubscriptions();

        assertThat(billing.invoices().of(tenant))
                .extracting(invoice -> invoice.lines().get(0).from().toString().substring(0, 10) + " "
                        + invoice.total().amount())
                .containsExactlyInAnyOrder(
                        "2026-01-10 31.00",
                        "2026-02-10 93.00",
                        "2026-03-10 93.00",
                        "2026-04-10 93.00",
                        "2026-05-10 93.00",
                        "2026-06-10 93.00");
        assertThat(billing.run().runSubscriptions()).isZero();
    }

    @Test
    void aBrokenSubscriptionHoldsUpNoOtherAndHealsByItself() {
        List<TenantId> tenants = subscribed(5);
        TenantId broken = tenants.get(2);
        String where = " where tenant_id = '" + broken + "'";
        String state = fixture.rows("select state from subscription" + where).get(0);
        fixture.sql("update subscription set state = '{\"format\": 1, \"unknown\": true}'" + where);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");

        billing.run().runSubscriptions();

        for (TenantId tenant : tenants) {
            assertThat(billing.invoices().of(tenant)).hasSize(tenant.equals(broken) ? 1 : 2);
        }
        assertThat(fixture.rows("select fault from subscription" + where)).doesNotContainNull();
        assertThat(billing.run().runSubscriptions()).isZero();
        fixture.sql("update subscription set state = '" + state.replace("'", "''") + "'" + where);
        fixture.clock.move(Duration.ofMinutes(15));
        billing.run().runSubscriptions();
        assertThat(billing.invoices().of(broken)).hasSize(2);
        assertThat(fixture.rows("select fault from subscription" + where)).containsExactly((String) null);
    }

    @Test
    void whatIsDueOfADeletedTenantEndsItsSubscription() {
        TenantId tenant = subscribed(1).get(0);
        fixture.installation.setStatus(tenant, TenantStatus.DELETED);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");

        billing.run().runSubscriptions();

        assertThat(billing.subscriptions().find(tenant).orElseThrow().phase()).isEqualTo(Phase.ENDED);
        assertThat(billing.invoices().of(tenant)).hasSize(1);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.DELETED);
    }

    @Test
    void killedAgainAndAgainARunStillInvoicesEachPeriodOnce() throws Exception {
        List<TenantId> tenants = subscribed(60);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        AtomicInteger failed = new AtomicInteger();

        AtOnce.Outcomes<Integer> outcomes = AtOnce.run(3, number -> () -> {
            for (int i = 0; i < 15; i++) {
                if (number == 2) {
                    fixture.killTransactions();
                } else {
                    try {
                        billing.subscriptions().runDue(5);
                    } catch (BillingException killed) {
                        failed.incrementAndGet();
                    }
                }
            }
            return 0;
        });
        fixture.clock.move(Duration.ofMinutes(15));
        billing.run().runSubscriptions();

        assertThat(outcomes.failures()).isEmpty();
        assertThat(tenants)
                .allSatisfy(tenant -> assertThat(billing.invoices().of(tenant)).hasSize(2));
    }
}
