package io.tenancy.billing.subscription;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.coupon.Coupon;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.entitlement.Validity;
import io.tenancy.usage.UsageEvent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real control database, with tenants of the catalog and a clock that is moved. */
class SubscriptionsTest {

    static final String CATALOGUE = BillingFixture.TWO_PLANS;

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(CATALOGUE);
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void backToTheStart() {
        fixture.clock.moveTo(BillingFixture.START);
    }

    @Test
    void aSubscriptionThatBeginsAcrossTheTurnOfASecondBeginsAtOneMoment() {
        TenantId tenant = fixture.tenant();
        AtomicInteger looks = new AtomicInteger();
        try (TenancyBilling node = fixture.another(
                builder -> builder.clock(() -> fixture.clock.instant().plusSeconds(looks.getAndIncrement())))) {
            Subscription begun = node.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);

            assertThat(begun.status()).isEqualTo(SubscriptionStatus.ACTIVE);
            assertThat(node.invoices().of(tenant)).hasSize(1);
        }
    }

    @Test
    void aTrialLeadsToAPeriodThatIsChargedAndInvoiced() {
        TenantId tenant = fixture.tenant();

        Subscription begun = billing.subscriptions().start(tenant, NewSubscription.of("starter"), NOTE);

        assertThat(begun.status()).isEqualTo(SubscriptionStatus.TRIAL);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.TRIAL);
        assertThat(billing.invoices().of(tenant)).isEmpty();
        fixture.clock.moveTo("2026-01-24T09:00:00Z");
        billing.run().run();
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(billing.invoices().of(tenant)).singleElement().satisfies(invoice -> {
            assertThat(invoice.status()).isEqualTo(InvoiceStatus.OPEN);
            assertThat(invoice.total()).isEqualTo(usd("31.00"));
            assertThat(invoice.number()).startsWith("2026-");
            assertThat(invoice.lines()).singleElement().satisfies(line -> {
                assertThat(line.from()).isEqualTo("2026-01-24T09:00:00Z");
                assertThat(line.until()).isEqualTo("2026-02-24T09:00:00Z");
            });
        });
        assertThat(fixture.installation.entitlements().of(tenant).limit("users"))
                .isEqualTo(5);
    }

    @Test
    void anUpgradeIsPreviewedAndChargedToTheSameCent() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);
        fixture.clock.moveTo("2026-01-20T09:00:00Z");

        SubscriptionPreview preview = billing.subscriptions().preview(tenant, new SubscriptionChange.ToPlan("pro"));
        Subscription after = billing.subscriptions().change(preview, NOTE);

        // 21 of 31 days are left: 31 × 21/31 = 21 back, 93 × 21/31 = 63 to pay.
        assertThat(preview.total()).isEqualTo(usd("42.00"));
        assertThat(after.plan().code()).isEqualTo("pro");
        Invoice invoice = billing.invoices().of(tenant).get(0);
        assertThat(invoice.total()).isEqualTo(preview.total());
        assertThat(invoice.lines()).isEqualTo(preview.lines());
        assertThat(fixture.installation.entitlements().of(tenant).limit("users"))
                .isEqualTo(50);
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void aModuleThatTheOperatorLendsIsHadForItsTimeAndCostsNothing() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);
        Instant end = fixture.clock.instant().plus(Duration.ofDays(7));

        fixture.installation
                .entitlementAdministration()
                .grantTrial(tenant, "reports", Validity.between(fixture.clock.instant(), end), NOTE);

        assertThat(fixture.installation.entitlements().of(tenant).allows("reports"))
                .isTrue();
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();
        assertThat(fixture.installation.entitlements().of(tenant).allows("reports"))
                .isFalse();
        assertThat(billing.invoices().of(tenant))
                .extracting(Invoice::total)
                .containsExactly(usd("31.00"), usd("31.00"));
    }

    @Test
    void usageIsChargedWhenThePeriodEndsAndWhatComesInLateWithTheNextOne() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        fixture.use(tenant, "api_calls", "1500", "2026-01-20T10:00:00Z");
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();
        fixture.use(tenant, "api_calls", "200", "2026-02-09T10:00:00Z");
        fixture.clock.moveTo("2026-03-10T09:00:00Z");
        billing.run().run();

        List<Invoice> invoices = billing.invoices().of(tenant);
        assertThat(invoices).extracting(Invoice::total).containsExactly(usd("95.00"), usd("98.00"), usd("93.00"));
        assertThat(invoices.get(0).lines().get(0).description()).isEqualTo("Late usage of Pro: API calls");
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void aPaymentThatDoesNotComeLessensAccessAndOneThatComesGivesItBack() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);

        fixture.runUntil("2026-01-25T09:00:00Z");
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.PAST_DUE);
        fixture.runUntil("2026-02-01T09:00:00Z");
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.RESTRICTED);
        fixture.runUntil("2026-02-08T09:00:00Z");
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.SUSPENDED);
        Invoice unpaid = billing.invoices().of(tenant).get(0);
        billing.payments().markPaid(tenant, unpaid.id(), "bank-1", NOTE);

        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void whatIsCancelledWorksUntilThePeriodEndsAndIsSuspendedThen() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        billing.payments().markPaid(tenant, billing.invoices().of(tenant).get(0).id(), "bank-2", NOTE);

        Subscription cancelled = billing.subscriptions().cancel(tenant, "too expensive", NOTE);

        assertThat(cancelled.cancelAt()).isEqualTo(Instant.parse("2026-02-10T09:00:00Z"));
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.CANCELLED);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.SUSPENDED);
        assertThat(billing.invoices().of(tenant)).hasSize(1);
    }

    @Test
    void aScheduledChangeThatCannotTakePlaceIsRecordedAndTheRenewalGoesOn() {
        TenantId tenant = fixture.tenant();
        Subscriptions subscriptions = billing.subscriptions();
        subscriptions.start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);
        subscriptions.change(tenant, new SubscriptionChange.AddOn("reports", 1), NOTE);
        subscriptions.changeAtRenewal(tenant, new SubscriptionChange.NoAddOn("reports"), NOTE);
        subscriptions.change(tenant, new SubscriptionChange.NoAddOn("reports"), NOTE);

        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();

        // 31.00 for the month, less the 6.20 of the add-on that was not kept for a second.
        assertThat(billing.invoices().of(tenant).get(0).total()).isEqualTo(usd("24.80"));
        assertThat(subscriptions.records(tenant))
                .filteredOn(record -> record.kind().equals("renew"))
                .singleElement()
                .satisfies(record -> assertThat(record.detail())
                        .startsWith("no add-on reports did not take place: ")
                        .contains("has no add-on 'reports'"));
    }

    @Test
    void usageThatIsTakenBackAfterACouponPaidForItIsNotGivenBack() {
        TenantId tenant = fixture.tenant();
        billing.coupons().offer(Coupon.amount("FREE2", usd("200"), 2));
        billing.subscriptions().start(tenant, NewSubscription.of("pro").withCoupon("FREE2"), NOTE);
        UsageEvent event = UsageEvent.record(
                tenant,
                "test",
                "1",
                "api_calls",
                new BigDecimal("1500"),
                Instant.parse("2026-01-20T10:00:00Z"),
                Map.of());
        fixture.installation.usage().store().store(List.of(event));
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();

        fixture.installation
                .usage()
                .store()
                .store(List.of(new UsageEvent(
                        tenant,
                        "test",
                        "2",
                        "api_calls",
                        BigDecimal.ZERO,
                        event.occurredAt(),
                        Map.of(),
                        UsageEvent.Kind.RETRACTION,
                        "1")));
        fixture.clock.moveTo("2026-03-10T09:00:00Z");
        billing.run().run();

        assertThat(billing.invoices().of(tenant))
                .extracting(Invoice::total)
                .containsExactly(usd("93.00"), usd("0.00"), usd("0.00"));
        assertThat(billing.ledger().faults()).isEmpty();
    }
}
