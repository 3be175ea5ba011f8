package io.tenancy.billing.subscription;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.payment.PaymentProvider;
import io.tenancy.billing.payment.PaymentRequest;
import io.tenancy.billing.payment.PaymentResult;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What credit pays, which plans can be exchanged, and what is real for tenants in the sandbox. */
class CreditAndAccessTest {

    private static final String CATALOGUE = """
            format: 1
            billing: {currency: USD, trial_days: 0}
            definitions: {users: {kind: limit, unit: user}}
            plans:
              small:
                billing: {family: clinics, rank: 1}
                versions:
                  - {version: 1, entitlements: {users: 1}, billing: {charges: [{code: base, kind: fixed, price: {month: 31}}]}}
              large:
                billing: {family: clinics, rank: 2}
                versions:
                  - {version: 1, entitlements: {users: 9}, billing: {charges: [{code: base, kind: fixed, price: {month: 310}}]}}
              partner:
                billing: {family: resellers, rank: 1}
                versions:
                  - {version: 1, entitlements: {users: 1}, billing: {charges: [{code: base, kind: fixed, price: {month: 50}}]}}
            """;

    private static BillingFixture fixture;
    private static TenancyBilling billing;
    private static final List<BillingNotice> TOLD = new ArrayList<>();

    /** Would move real money. */
    private static final class Card implements PaymentProvider {
        @Override
        public String name() {
            return "card";
        }

        @Override
        public boolean collects() {
            return true;
        }

        @Override
        public PaymentResult collect(PaymentRequest request) {
            return new PaymentResult.Succeeded("card:" + request.key());
        }

        @Override
        public PaymentResult refund(PaymentRequest request) {
            return new PaymentResult.Succeeded("refund:" + request.key());
        }
    }

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                CATALOGUE,
                builder -> builder.provider(new ManualPayments())
                        .provider(new Card())
                        .notifier(TOLD::add));
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void backToTheStart() {
        fixture.clock.moveTo(BillingFixture.START);
        TOLD.clear();
    }

    @Test
    void whatATenantPaysInAdvancePaysItsOpenInvoicesFirstAndGivesAccessBack() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("small"), NOTE);
        fixture.runUntil("2026-02-01T09:00:00Z");
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.RESTRICTED);

        billing.payments().topUp(tenant, usd("100.00"), "top-1", NOTE);

        assertThat(billing.invoices().of(tenant).get(0).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("69.00"));
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void creditThatAnEndGivesBackPaysAnOverdueInvoiceAndTheStandingIsNotLost() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("large"), NOTE);
        fixture.clock.moveTo("2026-01-25T09:00:00Z");
        billing.run().run();
        assertThat(billing.subscriptions().find(tenant).orElseThrow().standing())
                .isEqualTo(Standing.PAST_DUE);

        Subscription ended =
                billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);

        // 16 of 31 days are unused: 310 × 16/31 = 160 of the 310 that are due.
        assertThat(ended.phase()).isEqualTo(Phase.ENDED);
        assertThat(billing.invoices().of(tenant))
                .filteredOn(invoice -> invoice.status() == InvoiceStatus.OPEN)
                .singleElement()
                .satisfies(invoice -> assertThat(invoice.due()).isEqualTo(usd("150.00")));
        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("0.00"));
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void aDowngradeWhoseCreditPaysWhatIsOverdueGivesAccessBackInTheSameStep() {
        TenantId tenant = fixture.tenant();
        billing.payments().topUp(tenant, usd("300.00"), "top-2-" + tenant, NOTE);
        billing.subscriptions().start(tenant, NewSubscription.of("large"), NOTE);
        fixture.clock.moveTo("2026-01-24T10:00:00Z");
        billing.run().run();
        assertThat(billing.subscriptions().find(tenant).orElseThrow().standing())
                .isEqualTo(Standing.PAST_DUE);

        billing.subscriptions().change(tenant, new SubscriptionChange.Pause(), NOTE);
        fixture.clock.moveTo("2026-02-01T09:00:00Z");
        billing.subscriptions().change(tenant, new SubscriptionChange.ToPlan("small"), NOTE);
        billing.subscriptions().change(tenant, new SubscriptionChange.Resume(), NOTE);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();

        // The next invoice comes to less than nothing, and what it gives back pays the ten that were left.
        Subscription after = billing.subscriptions().find(tenant).orElseThrow();
        assertThat(after.standing()).isEqualTo(Standing.GOOD);
        assertThat(fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
        assertThat(billing.invoices().of(tenant))
                .allMatch(invoice -> invoice.due().isZero());
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void whatWasNotPaidIsNotCreditedWhenTheSubscriptionEndsForIt() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("large"), NOTE);

        fixture.runUntil("2026-02-25T09:00:00Z");

        assertThat(billing.subscriptions().find(tenant).orElseThrow().status()).isEqualTo(SubscriptionStatus.ENDED);
        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("0.00"));
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void aPlanOfAnotherFamilyIsRefusedAndTheOnesThatCanBeHadAreTold() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("small"), NOTE);
        SubscriptionChange change = new SubscriptionChange.ToPlan("partner");

        for (Runnable attempt : List.<Runnable>of(
                () -> billing.subscriptions().change(tenant, change, NOTE),
                () -> billing.subscriptions().preview(tenant, change),
                () -> billing.subscriptions().changeAtRenewal(tenant, change, NOTE))) {
            assertThatExceptionOfType(BillingException.class)
                    .isThrownBy(attempt::run)
                    .withMessageContaining("[large]");
        }
    }

    @Test
    void aTrialThatEndsSoonIsToldOnce() {
        TenantId tenant = fixture.tenant();
        billing.subscriptions().start(tenant, NewSubscription.of("small").withTrial(14), NOTE);

        fixture.runUntil("2026-01-22T09:00:00Z");

        assertThat(TOLD)
                .filteredOn(notice -> notice.tenant().equals(tenant))
                .extracting(BillingNotice::kind)
                .containsExactly(BillingNotice.Kind.TRIAL_ENDS);
    }

    @Test
    void noRealMoneyIsMovedAndNobodyIsToldInTheSandbox() {
        TenantId tenant = fixture.tenant();
        TenantId other = fixture.tenant();
        billing.accounts().use(other, "acme", "card");
        billing.sandbox().enter(tenant, BillingFixture.START);

        assertThatExceptionOfType(BillingException.class)
                .isThrownBy(() -> billing.accounts().use(tenant, "acme", "card"))
                .withMessageContaining("moves no real money");
        assertThatExceptionOfType(BillingException.class)
                .isThrownBy(() -> billing.sandbox().enter(other, BillingFixture.START))
                .withMessageContaining("moves no real money");
        billing.subscriptions().start(tenant, NewSubscription.of("small"), NOTE);
        billing.run().run();
        assertThat(TOLD).noneMatch(notice -> notice.tenant().equals(tenant));
        assertThat(billing.notices().of(tenant)).isNotEmpty();
    }
}
