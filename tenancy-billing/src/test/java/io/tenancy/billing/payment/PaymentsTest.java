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
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.ledger.LedgerEntry;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real control database. */
class PaymentsTest {

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

    private static String reference() {
        return "bank-" + UUID.randomUUID();
    }

    /** Moves on so far that what is not known is asked again. */
    private static void askAgain() {
        fixture.clock.move(Payments.ASK_AGAIN);
        billing.payments().collectDue();
    }

    @Test
    void anInvoiceIsMarkedAsPaid() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        String reference = reference();

        Payment payment = billing.payments().markPaid(tenant, invoice.id(), reference, NOTE);

        assertThat(payment.amount()).isEqualTo(usd("10.00"));
        assertThat(payment.reference()).isEqualTo(reference);
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(again(invoice).paid()).isEqualTo(usd("10.00"));
        assertThat(billing.payments().of(tenant)).containsExactly(payment);
        assertThat(payment.note()).isEqualTo(NOTE);
        assertThat(bookedBy(tenant, "payment:" + payment.id())).containsOnly(NOTE);
    }

    private static List<ChangeNote> bookedBy(TenantId tenant, String reference) {
        return billing.ledger().entries(tenant).stream()
                .filter(entry -> entry.reference().equals(reference))
                .map(LedgerEntry::note)
                .toList();
    }

    @Test
    void whatAProviderCollectedIsToldWithItsName() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");

        billing.payments().collectDue();

        Payment payment = billing.payments().of(tenant).get(0);
        assertThat(payment.note())
                .isEqualTo(new ChangeNote(
                        ScriptedProvider.NAME,
                        "payment of invoice " + again(invoice).number()));
        assertThat(bookedBy(tenant, "payment:" + payment.id())).containsOnly(payment.note());
    }

    @Test
    void aProviderWithoutANameIsRefused() {
        TenancyBilling.Builder settings = TenancyBilling.builder(fixture.installation);

        for (String name : List.of(" ", "n".repeat(201))) {
            assertThatThrownBy(() -> settings.provider(new Named(name)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("1 to 200 characters");
        }
    }

    private record Named(String name) implements PaymentProvider {
        @Override
        public boolean collects() {
            return false;
        }

        @Override
        public PaymentResult collect(PaymentRequest request) {
            throw new IllegalStateException("never asked");
        }

        @Override
        public PaymentResult refund(PaymentRequest request) {
            throw new IllegalStateException("never asked");
        }
    }

    @Test
    void whatAProviderSaysAtLengthIsCutAndTheRefundIsCreditAgain() {
        TenantId tenant = tenantWithCard();
        billing.payments().topUp(tenant, usd("10.00"), reference(), NOTE);
        CARDS.then(request -> new PaymentResult.Declined("no", "no ".repeat(2_000), true));

        UUID request = billing.payments().refund(tenant, usd("10.00"), NOTE);
        billing.payments().collectDue();

        assertThat(credit(tenant)).isEqualTo(usd("10.00"));
        assertThat(bookedBy(tenant, "refund:" + request)).containsOnly(NOTE);
        assertThat(bookedBy(tenant, "refund-declined:" + request))
                .allSatisfy(note -> assertThat(note.reason())
                        .startsWith("refund was declined: no")
                        .hasSize(1_000));
    }

    @Test
    void aDoubleClickPaysOnce() throws Exception {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        String reference = reference();

        AtOnce.Outcomes<Payment> outcomes =
                AtOnce.run(8, number -> () -> billing.payments().markPaid(tenant, invoice.id(), reference, NOTE));

        assertThat(outcomes.failures()).isEmpty();
        assertThat(outcomes.results())
                .hasSize(8)
                .extracting(Payment::id)
                .containsOnly(billing.payments().of(tenant).get(0).id());
        assertThat(billing.payments().of(tenant)).hasSize(1);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void aPaidInvoiceIsNotMarkedAsPaidWithAnotherReference() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        billing.payments().markPaid(tenant, invoice.id(), reference(), NOTE);

        assertThatThrownBy(() -> billing.payments().markPaid(tenant, invoice.id(), reference(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("nothing is due")
                .hasMessageContaining("PAID");
    }

    @Test
    void aPartIsTakenInAndTheRestStaysDue() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");

        billing.payments().receive(tenant, invoice.id(), usd("4.00"), reference(), NOTE);

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(again(invoice).due()).isEqualTo(usd("6.00"));
        assertThat(billing.payments()
                        .markPaid(tenant, invoice.id(), reference(), NOTE)
                        .amount())
                .isEqualTo(usd("6.00"));
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void whatIsMoreThanDueGoesToTheCredit() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");

        billing.payments().receive(tenant, invoice.id(), usd("12.50"), reference(), NOTE);
        billing.payments().receive(tenant, invoice.id(), usd("1.00"), reference(), NOTE);

        assertThat(again(invoice).paid()).isEqualTo(usd("10.00"));
        assertThat(credit(tenant)).isEqualTo(usd("3.50"));
    }

    @Test
    void aReferenceIsThatOfOnePayment() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        Invoice other = charge(tenant, "10.00");
        String reference = reference();
        billing.payments().receive(tenant, invoice.id(), usd("4.00"), reference, NOTE);

        assertThatThrownBy(() -> billing.payments().receive(tenant, invoice.id(), usd("5.00"), reference, NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("taken in before");
        assertThatThrownBy(() -> billing.payments().receive(tenant, other.id(), usd("4.00"), reference, NOTE))
                .isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> billing.payments().topUp(tenant, usd("4.00"), reference, NOTE))
                .isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> billing.payments().topUp(fixture.tenant(), usd("4.00"), reference, NOTE))
                .isInstanceOf(BillingException.class);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void ofTwoTenantsWithOneReferenceAtTheSameMomentOneIsRefused() throws Exception {
        List<TenantId> tenants = List.of(fixture.tenant(), fixture.tenant(), fixture.tenant(), fixture.tenant());
        String reference = reference();

        AtOnce.Outcomes<Payment> outcomes = AtOnce.run(
                4, number -> () -> billing.payments().topUp(tenants.get(number), usd("4.00"), reference, NOTE));

        assertThat(outcomes.results()).hasSize(1);
        assertThat(outcomes.failures())
                .hasSize(3)
                .allSatisfy(failure -> assertThat(failure)
                        .isExactlyInstanceOf(BillingException.class)
                        .hasMessageContaining(reference));
    }

    @Test
    void aPaymentHasAReference() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");

        assertThatThrownBy(() -> billing.payments().markPaid(tenant, invoice.id(), " ", NOTE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> billing.payments().topUp(tenant, usd("1.00"), "", NOTE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nothingOrLessIsNoPayment() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");

        assertThatThrownBy(() -> billing.payments().receive(tenant, invoice.id(), usd("0.00"), reference(), NOTE))
                .isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> billing.payments().receive(tenant, invoice.id(), usd("-1.00"), reference(), NOTE))
                .isInstanceOf(BillingException.class);
    }

    @Test
    void aVoidInvoiceTakesNoPayment() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);

        assertThatThrownBy(() -> billing.payments().receive(tenant, invoice.id(), usd("1.00"), reference(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("VOID");
    }

    @Test
    void noTransferIsEverCollected() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        fixture.clock.move(Duration.ofDays(16));
        billing.run().run();
        fixture.clock.move(Duration.ofDays(2));
        billing.run().run();

        assertThat(fixture.rows("select id from payment_attempt where invoice_id = '" + invoice.id() + "'"))
                .isEmpty();
    }

    @Test
    void aTopUpIsTakenInOnce() {
        TenantId tenant = fixture.tenant();
        String reference = reference();

        Payment first = billing.payments().topUp(tenant, usd("5.00"), reference, NOTE);
        Payment second = billing.payments().topUp(tenant, usd("5.00"), reference, NOTE);

        assertThat(second).isEqualTo(first);
        assertThat(credit(tenant)).isEqualTo(usd("5.00"));
    }

    @Test
    void creditIsGivenOnceForAKeyAndATenant() throws Exception {
        TenantId tenant = fixture.tenant();
        TenantId other = fixture.tenant();

        AtOnce.Outcomes<Integer> outcomes = AtOnce.run(8, number -> () -> {
            billing.payments().grantCredit(tenant, usd("5.00"), "welcome", NOTE);
            return number;
        });
        billing.payments().grantCredit(other, usd("5.00"), "welcome", NOTE);

        assertThat(outcomes.failures()).isEmpty();
        assertThat(credit(tenant)).isEqualTo(usd("5.00"));
        assertThat(credit(other)).isEqualTo(usd("5.00"));
        assertThat(billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.PROMOTION, usd("5.00"))
                .containsEntry(LedgerAccount.CASH, usd("0.00"));
    }

    @Test
    void aKeyIsThatOfOneGift() {
        TenantId tenant = fixture.tenant();
        billing.payments().grantCredit(tenant, usd("5.00"), "welcome", NOTE);

        assertThatThrownBy(() -> billing.payments().grantCredit(tenant, usd("6.00"), "welcome", NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("USD 5.00 was given before")
                .hasMessageContaining("a key of its own");
        assertThat(credit(tenant)).isEqualTo(usd("5.00"));
    }

    @Test
    void whatTakesNoPaymentSaysWhereTheMoneyGoes() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);

        assertThatThrownBy(() -> billing.payments().receive(tenant, invoice.id(), usd("10.00"), reference(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("is VOID and takes no payment")
                .hasMessageContaining("topUp");
    }

    @Test
    void creditGrowsByMoreThanNothing() {
        assertThatThrownBy(() -> billing.payments().topUp(fixture.tenant(), usd("0.00"), reference(), NOTE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> billing.payments().grantCredit(fixture.tenant(), usd("-1.00"), "x", NOTE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void creditIsPaidBackOnceHoweverManyAskAtOnce() throws Exception {
        TenantId tenant = tenantWithCard();
        billing.payments().topUp(tenant, usd("10.00"), reference(), NOTE);

        AtOnce.Outcomes<UUID> outcomes =
                AtOnce.run(8, number -> () -> billing.payments().refund(tenant, usd("4.00"), NOTE));

        assertThat(outcomes.results()).hasSize(2);
        assertThat(outcomes.failures()).hasSize(6).allMatch(BillingException.class::isInstance);
        assertThat(credit(tenant)).isEqualTo(usd("2.00"));
        billing.payments().collectDue();
        assertThat(billing.payments().of(tenant))
                .extracting(Payment::amount)
                .containsExactlyInAnyOrder(usd("-4.00"), usd("-4.00"), usd("10.00"));
        assertThat(CARDS.asked).extracting(PaymentRequest::key).containsExactlyInAnyOrderElementsOf(outcomes.results());
    }

    @Test
    void moreThanTheCreditIsNotPaidBack() {
        TenantId tenant = tenantWithCard();
        billing.payments().topUp(tenant, usd("10.00"), reference(), NOTE);

        assertThatThrownBy(() -> billing.payments().refund(tenant, usd("10.01"), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("10.00");
    }

    @Test
    void aRefundThatIsDeclinedIsCreditAgain() {
        TenantId tenant = tenantWithCard();
        billing.payments().topUp(tenant, usd("10.00"), reference(), NOTE);
        CARDS.thenDecline(true);

        var unused = billing.payments().refund(tenant, usd("10.00"), NOTE);
        billing.payments().collectDue();

        assertThat(credit(tenant)).isEqualTo(usd("10.00"));
        assertThat(billing.payments().of(tenant)).hasSize(1);
    }

    @Test
    void aRefundWhoseAnswerGotLostIsAskedAgainAndMadeOnce() {
        TenantId tenant = tenantWithCard();
        billing.payments().topUp(tenant, usd("10.00"), reference(), NOTE);
        CARDS.thenMoveAndFail();
        int before = CARDS.moves();

        var unused = billing.payments().refund(tenant, usd("10.00"), NOTE);
        billing.payments().collectDue();
        askAgain();

        assertThat(CARDS.moves() - before).isEqualTo(1);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
        assertThat(billing.payments().of(tenant)).hasSize(2);
    }

    @Test
    void anInvoiceIsCollectedWithTheNextRun() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");

        int asked = billing.payments().collectDue();

        assertThat(asked).isEqualTo(1);
        assertThat(CARDS.asked).singleElement().satisfies(request -> {
            assertThat(request.tenant()).isEqualTo(tenant);
            assertThat(request.invoice()).isEqualTo(invoice.id());
            assertThat(request.number()).isEqualTo(invoice.number());
            assertThat(request.amount()).isEqualTo(usd("10.00"));
            assertThat(request.sandbox()).isFalse();
        });
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.payments().collectDue()).isZero();
    }

    @Test
    void manyNodesCollectEachInvoiceOnce() throws Exception {
        List<Invoice> invoices = IntStream.range(0, 12)
                .mapToObj(number -> charge(tenantWithCard(), "10.00"))
                .toList();

        AtOnce.Outcomes<Integer> outcomes =
                AtOnce.run(4, number -> () -> billing.payments().collectDue());

        assertThat(outcomes.failures()).isEmpty();
        assertThat(outcomes.results().stream().mapToInt(Integer::intValue).sum())
                .isEqualTo(12);
        assertThat(CARDS.asked).hasSize(12);
        assertThat(invoices).allMatch(invoice -> again(invoice).status() == InvoiceStatus.PAID);
    }

    @Test
    void aDeclineBeginsDunningAndMovesNoMoney() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenDecline(false);

        billing.payments().collectDue();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(billing.payments().of(tenant)).isEmpty();
        assertThat(billing.dunning().of(tenant)).hasSize(1);
        assertThat(fixture.rows("select state || ' ' || code || ' ' || final from payment_attempt where invoice_id = '"
                        + invoice.id() + "'"))
                .containsExactly("DECLINED no_funds false");
    }

    @Test
    void afterAHardDeclineThereIsNoOtherTry() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenDecline(true);

        billing.payments().collectDue();
        for (int day = 0; day < 8; day++) {
            fixture.clock.move(Duration.ofDays(1));
            billing.run().run();
        }

        assertThat(CARDS.asked).hasSize(1);
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
    }

    @Test
    void whatIsPendingIsAskedAgainWithTheSameKeyUntilItIsKnown() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenPending().thenPending();

        billing.payments().collectDue();
        assertThat(billing.payments().collectDue()).isZero();
        askAgain();
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        askAgain();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(CARDS.asked)
                .hasSize(3)
                .extracting(PaymentRequest::key)
                .containsOnly(CARDS.asked.get(0).key());
    }

    @Test
    void aProviderReportsByItselfAndOnce() throws Exception {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenPending();
        billing.payments().collectDue();
        UUID key = CARDS.asked.get(0).key();
        String reference = "card:" + key;

        AtOnce.Outcomes<Integer> outcomes = AtOnce.run(8, number -> () -> {
            billing.payments().finish(key, tenant, new PaymentResult.Succeeded(reference));
            return number;
        });

        assertThat(outcomes.failures()).isEmpty();
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.payments().of(tenant)).hasSize(1);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
        askAgain();
        assertThat(CARDS.asked).hasSize(1);
    }

    @Test
    void aReportOfWhatWasNeverAskedIsRefused() {
        TenantId tenant = tenantWithCard();

        assertThatThrownBy(() -> billing.payments()
                        .finish(UUID.randomUUID(), tenant, new PaymentResult.Succeeded("card:unknown")))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("Nothing was asked");
    }

    @Test
    void aReportForAnotherTenantIsRefused() {
        TenantId tenant = tenantWithCard();
        charge(tenant, "10.00");
        CARDS.thenPending();
        billing.payments().collectDue();
        UUID key = CARDS.asked.get(0).key();
        TenantId other = tenantWithCard();

        assertThatThrownBy(() -> billing.payments().finish(key, other, new PaymentResult.Succeeded("card:x")))
                .isInstanceOf(BillingException.class);
        billing.payments().finish(key, tenant, new PaymentResult.Succeeded("card:" + key));
    }

    @Test
    void anAnswerThatGotLostIsAskedForAgainWithTheSameKeyAndPaysOnce() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenMoveAndFail();
        int before = CARDS.moves();

        billing.payments().collectDue();
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        fixture.clock.move(Payments.ASK_AGAIN.minusSeconds(1));
        assertThat(billing.payments().collectDue()).isZero();
        fixture.clock.move(Duration.ofSeconds(1));
        billing.payments().collectDue();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(CARDS.moves() - before).isEqualTo(1);
        assertThat(CARDS.asked)
                .extracting(PaymentRequest::key)
                .hasSize(2)
                .containsOnly(CARDS.asked.get(0).key());
    }

    @Test
    void aCrashBetweenTheRequestAndItsResultLosesNothing() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        // As if the process had died: the money is moved, and nothing more happens.
        CARDS.then(request -> {
            fixture.sql("update payment_attempt set message = 'asked' where id = '" + request.key() + "'");
            throw new Error("The process dies");
        });
        assertThatThrownBy(() -> billing.payments().collectDue()).isInstanceOf(Error.class);

        askAgain();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(CARDS.asked)
                .extracting(PaymentRequest::key)
                .hasSize(2)
                .containsOnly(CARDS.asked.get(0).key());
    }

    @Test
    void whatWasStoredBeforeACrashAndPaidMeanwhileIsNotAsked() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        // Stored, but the process died before it asked.
        fixture.sql("update invoice set collect_at = null where id = '" + invoice.id() + "';"
                + "insert into payment_attempt (id, tenant_id, invoice_id, kind, provider, currency, amount, state,"
                + " started_at, ask_at) values (gen_random_uuid(), '" + tenant + "', '" + invoice.id()
                + "', 'COLLECT', 'cards', 'USD', 1000, 'STARTED', '2026-01-10T09:00:00Z', '2026-01-10T09:00:00Z')");
        billing.payments().markPaid(tenant, invoice.id(), reference(), NOTE);

        billing.payments().collectDue();

        assertThat(CARDS.asked).isEmpty();
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void whatWasStoredBeforeACrashAndPaidInPartIsAskedForTheRest() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        fixture.sql("update invoice set collect_at = null where id = '" + invoice.id() + "';"
                + "insert into payment_attempt (id, tenant_id, invoice_id, kind, provider, currency, amount, state,"
                + " started_at, ask_at) values (gen_random_uuid(), '" + tenant + "', '" + invoice.id()
                + "', 'COLLECT', 'cards', 'USD', 1000, 'STARTED', '2026-01-10T09:00:00Z', '2026-01-10T09:00:00Z')");
        billing.payments().receive(tenant, invoice.id(), usd("4.00"), reference(), NOTE);

        billing.payments().collectDue();

        assertThat(CARDS.asked).extracting(PaymentRequest::amount).containsExactly(usd("6.00"));
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void anInvoiceThatIsTakenBackWhileTheProviderIsAskedGivesCredit() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.then(request -> {
            var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);
            return new PaymentResult.Succeeded("card:" + request.key());
        });

        billing.payments().collectDue();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.VOID);
        assertThat(credit(tenant)).isEqualTo(usd("10.00"));
    }

    @Test
    void aTransferThatComesWhileTheProviderIsAskedIsPaidTwiceAndBecomesCredit() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.then(request -> {
            billing.payments().markPaid(tenant, invoice.id(), reference(), NOTE);
            return new PaymentResult.Succeeded("card:" + request.key());
        });

        billing.payments().collectDue();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.payments().of(tenant)).hasSize(2);
        assertThat(credit(tenant)).isEqualTo(usd("10.00"));
    }

    @Test
    void anInvoiceThatIsPaidBeforeItIsCollectedIsNotCollected() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        billing.payments().markPaid(tenant, invoice.id(), reference(), NOTE);

        assertThat(billing.payments().collectDue()).isZero();
    }

    @Test
    void aReferenceOfAnotherPaymentIsNotTakenForThisOne() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        AtomicReference<String> first = new AtomicReference<>();
        CARDS.then(request -> {
            first.set("card:" + request.key());
            return new PaymentResult.Succeeded(first.get());
        });
        billing.payments().collectDue();
        TenantId other = tenantWithCard();
        Invoice unpaid = charge(other, "10.00");
        CARDS.then(request -> new PaymentResult.Succeeded(first.get()));

        billing.payments().collectDue();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(again(unpaid).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(fixture.rows("select state from payment_attempt where invoice_id = '" + unpaid.id() + "'"))
                .containsExactly("STARTED");
        askAgain();
        assertThat(again(unpaid).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void oneWhoseResultCannotBeStoredHoldsUpNoOther() {
        // Which of them is asked for first is nobody's promise: they are due at the same moment.
        Invoice one = charge(tenantWithCard(), "10.00");
        Invoice other = charge(tenantWithCard(), "10.00");
        CARDS.then(request -> new PaymentResult.Succeeded(null));

        billing.payments().collectDue();

        assertThat(List.of(again(one).status(), again(other).status()))
                .containsExactlyInAnyOrder(InvoiceStatus.OPEN, InvoiceStatus.PAID);
        askAgain();
    }

    @Test
    void whereItsProviderIsGoneAnInvoiceWaitsForATransfer() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        TenancyBilling without = fixture.another(settings -> settings);

        without.run().run();

        assertThat(CARDS.asked).isEmpty();
        assertThat(fixture.rows("select id from payment_attempt where invoice_id = '" + invoice.id() + "'"))
                .isEmpty();
        fixture.clock.move(Duration.ofDays(15));
        without.run().run();
        assertThat(without.dunning().of(tenant)).hasSize(1);
        without.payments().markPaid(tenant, invoice.id(), reference(), NOTE);
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void whatWasAskedOfAProviderThatIsGoneIsAskedOnceItIsBack() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenPending();
        billing.payments().collectDue();
        fixture.clock.move(Payments.ASK_AGAIN);
        fixture.another(settings -> settings).run().run();
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.OPEN);

        askAgain();

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void moneyThatWasMovedCountsThoughItWasSaidToBeDeclinedBefore() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenDecline(true);
        billing.payments().collectDue();
        UUID key = CARDS.asked.get(0).key();

        for (int twice = 0; twice < 2; twice++) {
            billing.payments().finish(key, tenant, new PaymentResult.Succeeded("card:" + key));
        }

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.payments().of(tenant)).hasSize(1);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void moneyThatWasMovedForAnInvoiceThatIsPaidByThenIsCreditAndPaysWhatIsOpen() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenDecline(true);
        billing.payments().collectDue();
        UUID key = CARDS.asked.get(0).key();
        billing.payments().markPaid(tenant, invoice.id(), reference(), NOTE);
        billing.accounts().use(tenant, "acme", ManualPayments.NAME);
        Invoice open = charge(tenant, "4.00");

        billing.payments().finish(key, tenant, new PaymentResult.Succeeded("card:" + key));

        assertThat(again(open).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(credit(tenant)).isEqualTo(usd("6.00"));
    }

    @Test
    void aDeclineThatIsReportedAfterTheMoneyWasMovedTakesNothingBack() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        billing.payments().collectDue();
        UUID key = CARDS.asked.get(0).key();

        billing.payments().finish(key, tenant, new PaymentResult.Declined("late", "late", true));

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.dunning().of(tenant)).isEmpty();
    }

    @Test
    void moneyForAVoidInvoicePaysWhatIsOpen() {
        TenantId tenant = tenantWithCard();
        Invoice invoice = charge(tenant, "10.00");
        CARDS.thenPending();
        billing.payments().collectDue();
        UUID key = CARDS.asked.get(0).key();
        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);
        billing.accounts().use(tenant, "acme", ManualPayments.NAME);
        Invoice open = charge(tenant, "4.00");

        billing.payments().finish(key, tenant, new PaymentResult.Succeeded("card:" + key));

        assertThat(again(open).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(credit(tenant)).isEqualTo(usd("6.00"));
    }

    @Test
    void ofTwoTransfersThatMarkAnInvoiceAsPaidAtOnceOneIsRefused() throws Exception {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");

        AtOnce.Outcomes<Payment> outcomes =
                AtOnce.run(4, number -> () -> billing.payments().markPaid(tenant, invoice.id(), reference(), NOTE));

        assertThat(outcomes.results()).hasSize(1);
        assertThat(outcomes.failures()).hasSize(3).allMatch(BillingException.class::isInstance);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void anInvoiceIsNotMarkedAsPaidByATransferThatWasTakenInAsAPart() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00");
        String reference = reference();
        billing.payments().receive(tenant, invoice.id(), usd("4.00"), reference, NOTE);

        assertThatThrownBy(() -> billing.payments().markPaid(tenant, invoice.id(), reference, NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("6.00 is still due");
    }
}
