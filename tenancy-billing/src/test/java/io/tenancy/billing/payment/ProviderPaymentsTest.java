package io.tenancy.billing.payment;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.Money;
import io.tenancy.billing.ScriptedProvider;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What adapters of providers do with payments, against a real control database. */
class ProviderPaymentsTest {

    static final ScriptedProvider CARDS = new ScriptedProvider();

    static BillingFixture fixture;
    static TenancyBilling billing;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                "",
                settings ->
                        settings.provider(new ManualPayments()).provider(CARDS).connections(8));
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void backToTheStart() {
        fixture.clock.moveTo(BillingFixture.START);
        CARDS.forget();
        fixture.forgetAll();
    }

    @AfterEach
    void theBooksAreRight() {
        assertThat(billing.ledger().faults()).isEmpty();
    }

    private static TenantId tenantWithCard() {
        TenantId tenant = fixture.tenant();
        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
        return tenant;
    }

    private static Invoice charge(TenantId tenant, String amount) {
        return billing.invoices().charge(tenant, List.of(Charge.of("Setup", usd(amount), Tax.NONE)), NOTE);
    }

    private static Invoice again(Invoice invoice) {
        return billing.invoices().find(invoice.tenant(), invoice.id()).orElseThrow();
    }

    private static Money credit(TenantId tenant) {
        return billing.payments().credit(tenant, "USD");
    }

    private static Payment receive(Invoice invoice, String amount, String reference) {
        return fixture.transact(transaction -> billing.payments()
                .receiveThrough(
                        transaction,
                        ScriptedProvider.NAME,
                        invoice.tenant(),
                        invoice.id(),
                        usd(amount),
                        reference,
                        NOTE));
    }

    private static int collectAgain(TenantId tenant) {
        return fixture.transact(
                transaction -> billing.payments().collectAgain(transaction, ScriptedProvider.NAME, tenant));
    }

    @Test
    void whatAPaymentPageTookPaysItsInvoice() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");

        Payment payment = receive(invoice, "10.00", "page-1");

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(payment.provider()).isEqualTo(ScriptedProvider.NAME);
        assertThat(billing.payments().of(tenant)).containsExactly(payment);
        assertThat(billing.payments().collectDue()).isZero();
    }

    @Test
    void whatAPaymentPageTookIsTakenInOnceAlsoByManyAtOnce() throws Exception {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");

        AtOnce.Outcomes<Payment> outcomes = AtOnce.run(6, number -> () -> receive(invoice, "10.00", "page-2"));

        assertThat(outcomes.failures()).isEmpty();
        assertThat(billing.payments().of(tenant)).hasSize(1);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void whatWasTakenInOnceIsNoOtherPayment() {
        Invoice invoice = charge(tenantWithCard(), "10.00");
        Invoice other = charge(tenantWithCard(), "10.00");
        receive(invoice, "4.00", "page-3");

        assertThatThrownBy(() -> receive(invoice, "5.00", "page-3")).isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> receive(other, "4.00", "page-3")).isInstanceOf(BillingException.class);
        assertThat(again(invoice).due()).isEqualTo(usd("6.00"));
    }

    @Test
    void moreThanIsDueIsTheTenantsCredit() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");

        receive(invoice, "12.50", "page-4");

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(credit(tenant)).isEqualTo(usd("2.50"));
    }

    @Test
    void moneyForAnInvoiceThatIsPaidOrTakenBackIsTheTenantsCreditAndPaysWhatIsOpen() {
        TenantId tenant = tenantWithCard();
        Invoice paid = charge(tenant, "10.00");
        receive(paid, "10.00", "page-5");
        Invoice taken = charge(tenant, "7.00");
        billing.invoices().annul(tenant, taken.id(), NOTE);

        receive(paid, "10.00", "page-6");
        assertThat(credit(tenant)).isEqualTo(usd("10.00"));
        receive(taken, "7.00", "page-7");
        assertThat(credit(tenant)).isEqualTo(usd("17.00"));
        Invoice open = charge(tenant, "20.00");
        receive(taken, "3.00", "page-8");

        assertThat(again(open).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void moneyForADraftAnUnknownInvoiceAnUnknownProviderOrInAnotherCurrencyIsRefused() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        Payments payments = billing.payments();

        assertThatThrownBy(() -> fixture.transact(transaction -> payments.receiveThrough(
                        transaction, ScriptedProvider.NAME, tenant, UUID.randomUUID(), usd("1.00"), "page-9", NOTE)))
                .isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> fixture.transact(transaction -> payments.receiveThrough(
                        transaction, "nobody", tenant, invoice.id(), usd("1.00"), "page-9", NOTE)))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("'nobody'");
        assertThatThrownBy(() -> fixture.transact(transaction -> payments.receiveThrough(
                        transaction,
                        ScriptedProvider.NAME,
                        tenant,
                        invoice.id(),
                        Money.ofMinor(100, "EUR"),
                        "page-9",
                        NOTE)))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("USD");
        assertThatThrownBy(() -> receive(invoice, "0.00", "page-9")).isInstanceOf(BillingException.class);
        fixture.sql("set session_replication_role = replica; update invoice set status = 'DRAFT', number = null,"
                + " finalised_at = null where id = '" + invoice.id() + "'");
        assertThatThrownBy(() -> receive(invoice, "1.00", "page-9"))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("DRAFT");
        fixture.forgetAll();
    }

    @Test
    void whatAnAdapterDoesIsUndoneWithItsTransaction() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenPending();
        billing.payments().collectDue();
        UUID key = CARDS.asked.get(0).key();

        assertThatThrownBy(() -> fixture.transact(transaction -> {
                    billing.payments().finish(transaction, key, tenant, new PaymentResult.Succeeded("card:1"));
                    throw new IllegalStateException("the adapter could not store it");
                }))
                .isInstanceOf(IllegalStateException.class);
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        fixture.transact(transaction -> {
            billing.payments().finish(transaction, key, tenant, new PaymentResult.Succeeded("card:1"));
            return key;
        });

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void anotherWayToPayCollectsAtOnceWhatIsOpenAndNotUnderWay() {
        TenantId tenant = tenantWithCard();
        TenantId other = tenantWithCard();
        Invoice declined = charge(tenant, "10.00");
        Invoice ofAnother = charge(other, "10.00");
        CARDS.thenDecline(false).thenDecline(false);
        billing.payments().collectDue();
        Invoice underWay = charge(tenant, "5.00");
        CARDS.thenPending();
        billing.payments().collectDue();
        assertThat(billing.payments().collectDue()).isZero();

        assertThat(collectAgain(tenant)).isEqualTo(1);
        assertThat(collectAgain(tenant)).isEqualTo(1);
        assertThat(billing.payments().collectDue()).isEqualTo(1);

        assertThat(again(declined).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(again(underWay).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(again(ofAnother).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(collectAgain(tenant)).isZero();
    }

    @Test
    void whatIsNotDueAnyMoreIsNoDeclineAndTheRestIsCollected() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.then(request -> {
            billing.payments().receive(tenant, invoice.id(), usd("4.00"), "part of " + tenant, NOTE);
            return new PaymentResult.NotDue("paid otherwise");
        });

        billing.payments().collectDue();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.dunning().of(tenant)).isEmpty();
        assertThat(CARDS.asked).extracting(PaymentRequest::amount).containsExactly(usd("10.00"), usd("6.00"));
    }

    @Test
    void aProviderThatSaysOfWhatIsDueThatItIsNotIsAskedAgainLaterAndNotInCircles() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.then(request -> new PaymentResult.NotDue("paid otherwise"));

        billing.payments().collectDue();
        assertThat(CARDS.asked).hasSize(1);
        fixture.clock.moveTo(fixture.clock.instant().plus(Duration.ofMinutes(10)));
        billing.payments().collectDue();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void whatIsLeftWithAnotherProviderThanTheTenantsCollectsNothing() {
        TenantId tenant = tenantWithCard();
        Invoice declined = charge(tenant, "10.00");
        CARDS.thenDecline(true);
        billing.payments().collectDue();

        assertThat(fixture.<Integer>transact(
                        transaction -> billing.payments().collectAgain(transaction, "elsewhere", tenant)))
                .isZero();

        assertThat(billing.payments().collectDue()).isZero();
        assertThat(again(declined).status()).isEqualTo(InvoiceStatus.OPEN);
    }

    @Test
    void whereNothingCollectsNothingIsCollectedAgain() {
        TenantId tenant = fixture.tenant();
        charge(tenant, "10.00");

        assertThat(collectAgain(tenant)).isZero();
        assertThat(billing.payments().collectNow(tenant, NOTE)).isZero();
    }

    @Test
    void aTenantIsMovedToAnotherProviderWithWhatItOwes() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        billing.payments().collectDue();
        assertThat(CARDS.asked).isEmpty();

        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
        int collected = billing.payments().collectNow(tenant, NOTE);
        billing.payments().collectDue();

        assertThat(collected).isEqualTo(1);
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.payments().of(tenant))
                .singleElement()
                .extracting(Payment::provider)
                .isEqualTo(ScriptedProvider.NAME);
        assertThat(fixture.rows(
                        "select kind || ' ' || detail || ' ' || actor || ' ' || reason from billing_account_record"
                                + " where tenant_id = '" + tenant + "' and kind = 'COLLECT'"))
                .containsExactly("COLLECT 1 invoices are collected at once ada asked for it");
    }

    @Test
    void whatIsUnderWayAtTheOldProviderGoesOnThere() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenPending();
        billing.payments().collectDue();

        billing.accounts().use(tenant, "acme", ManualPayments.NAME);
        assertThat(billing.payments().collectNow(tenant, NOTE)).isZero();
        fixture.clock.move(Payments.ASK_AGAIN);
        billing.payments().collectDue();

        assertThat(CARDS.asked)
                .hasSize(2)
                .extracting(PaymentRequest::key)
                .containsOnly(CARDS.asked.get(0).key());
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    private static ScriptedProvider.Answer busy() {
        return request -> {
            throw new ProviderBusyException("too many calls");
        };
    }

    @Test
    void aProviderThatIsBusyIsAskedAgainSoonAndThenLessAndLessOften() {
        Invoice invoice = charge(tenantWithCard(), "10.00");
        IntStream.range(0, 9).forEach(number -> CARDS.then(busy()));
        List<Long> asked = new ArrayList<>();
        Instant last = fixture.clock.instant();

        for (int second = 0; CARDS.asked.size() < 10 && second < 10_000; second += 5) {
            if (billing.payments().collectDue() > 0) {
                asked.add(Duration.between(last, fixture.clock.instant()).toSeconds());
                last = fixture.clock.instant();
            }
            fixture.clock.move(Duration.ofSeconds(5));
        }

        assertThat(asked).containsExactly(0L, 15L, 30L, 60L, 120L, 240L, 480L, 600L, 600L, 600L);
        assertThat(CARDS.asked)
                .extracting(PaymentRequest::key)
                .containsOnly(CARDS.asked.get(0).key());
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void anUnknownOutcomeIsLeftAloneAsLongAsEver() {
        charge(tenantWithCard(), "10.00");
        CARDS.thenMoveAndFail();
        billing.payments().collectDue();

        fixture.clock.move(Payments.ASK_AGAIN.minusSeconds(1));
        assertThat(billing.payments().collectDue()).isZero();
        fixture.clock.move(Duration.ofSeconds(1));

        assertThat(billing.payments().collectDue()).isEqualTo(1);
    }

    @Test
    void whatWasPaidWhileAProviderWasBusyIsNotAskedForAgain() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.then(busy()).then(busy());
        billing.payments().collectDue();
        fixture.clock.move(Payments.ASK_AGAIN);
        billing.payments().collectDue();

        billing.payments().markPaid(tenant, invoice.id(), "bank-" + UUID.randomUUID(), NOTE);
        fixture.clock.move(Payments.ASK_AGAIN);
        billing.payments().collectDue();

        assertThat(CARDS.asked).hasSize(2);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void whatMayHaveBeenMovedOnceIsAskedForThoughTheProviderWasBusyAfterwards() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenMoveAndFail().then(busy());
        billing.payments().collectDue();
        fixture.clock.move(Payments.ASK_AGAIN);
        billing.payments().collectDue();

        billing.payments().markPaid(tenant, invoice.id(), "bank-" + UUID.randomUUID(), NOTE);
        fixture.clock.move(Payments.ASK_AGAIN);
        billing.payments().collectDue();

        assertThat(CARDS.asked).hasSize(3);
        assertThat(credit(tenant)).isEqualTo(usd("10.00"));
    }

    @Test
    void anAnswerThatItWasBusyDoesNotCountOnceAnotherNodeHasAsked() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.then(request -> {
            // It takes so long that another node asks, moves the money and loses the answer.
            fixture.clock.move(Payments.ASK_AGAIN);
            billing.payments().collectDue();
            throw new ProviderBusyException("too many calls");
        });
        CARDS.thenMoveAndFail();
        billing.payments().collectDue();

        billing.payments().markPaid(tenant, invoice.id(), "bank-" + UUID.randomUUID(), NOTE);
        fixture.clock.move(Payments.ASK_AGAIN);
        billing.payments().collectDue();

        assertThat(CARDS.asked).hasSize(3);
        assertThat(credit(tenant)).isEqualTo(usd("10.00"));
    }

    private static InvoiceCollection collection(TenantId tenant) {
        List<InvoiceCollection> all = billing.payments().collections(tenant);
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    @Test
    void anInvoiceTellsByWhomAndWhenItIsCollected() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        Instant now = fixture.clock.instant();

        assertThat(collection(tenant))
                .isEqualTo(new InvoiceCollection(
                        invoice.id(),
                        invoice.number() == null ? "" : invoice.number(),
                        usd("10.00"),
                        ScriptedProvider.NAME,
                        true,
                        false,
                        now,
                        null));
        CARDS.thenPending();
        billing.payments().collectDue();

        assertThat(collection(tenant).underWay()).isTrue();
        assertThat(collection(tenant).nextAt()).isEqualTo(now.plus(Payments.ASK_AGAIN));
        billing.accounts().use(tenant, "acme", ManualPayments.NAME);
        assertThat(collection(tenant).provider()).isEqualTo(ScriptedProvider.NAME);
    }

    @Test
    void aDeclinedInvoiceTellsWhyAndWhenItIsTriedAgain() {
        TenantId tenant = tenantWithCard();
        charge(tenant, "10.00");
        Instant now = fixture.clock.instant();
        CARDS.thenDecline(false);
        billing.payments().collectDue();

        assertThat(collection(tenant).declined())
                .isEqualTo(new InvoiceCollection.Decline("no_funds", "there is no money", false, now));
        assertThat(collection(tenant).nextAt()).isEqualTo(now.plus(Duration.ofDays(1)));
        assertThat(collection(tenant).underWay()).isFalse();
    }

    @Test
    void whatWasDeclinedForGoodIsNotTriedAgainUntilThereIsAnotherWayToPay() {
        TenantId tenant = tenantWithCard();
        charge(tenant, "10.00");
        CARDS.thenDecline(true);
        billing.payments().collectDue();
        assertThat(collection(tenant).nextAt()).isNull();
        assertThat(collection(tenant).declined())
                .extracting(InvoiceCollection.Decline::hard)
                .isEqualTo(true);

        collectAgain(tenant);

        assertThat(collection(tenant).nextAt()).isEqualTo(fixture.clock.instant());
    }

    @Test
    void aTransferIsCollectedByNobody() {
        TenantId tenant = fixture.tenant();
        charge(tenant, "10.00");

        assertThat(collection(tenant).collects()).isFalse();
        assertThat(collection(tenant).nextAt()).isNull();
        assertThat(billing.payments().collections(tenantWithCard())).isEmpty();
    }
}
