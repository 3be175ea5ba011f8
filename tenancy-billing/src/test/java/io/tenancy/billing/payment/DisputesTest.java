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
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.payment.PaymentDispute.State;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Chargebacks, against a real control database. */
class DisputesTest {

    static BillingFixture fixture;
    static TenancyBilling billing;

    private TenantId tenant;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                "",
                settings -> settings.provider(new ManualPayments())
                        .provider(new ScriptedProvider())
                        .connections(8));
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
        tenant = fixture.tenant();
    }

    @AfterEach
    void theBooksAreRight() {
        assertThat(billing.ledger().faults()).isEmpty();
    }

    private Invoice charge(String amount) {
        return billing.invoices().charge(tenant, List.of(Charge.of("Setup", usd(amount), Tax.NONE)), NOTE);
    }

    private Payment pay(Invoice invoice, String amount, String reference) {
        return fixture.transact(transaction -> billing.payments()
                .receiveThrough(
                        transaction, ScriptedProvider.NAME, tenant, invoice.id(), usd(amount), reference, NOTE));
    }

    private Invoice paid(String amount, String reference) {
        Invoice invoice = charge(amount);
        pay(invoice, amount, reference);
        return invoice;
    }

    private PaymentDispute dispute(String reference, String dispute, String amount) {
        return fixture.transact(transaction -> billing.payments()
                .disputed(transaction, ScriptedProvider.NAME, tenant, reference, dispute, usd(amount), NOTE));
    }

    private PaymentDispute won(String dispute) {
        return fixture.transact(transaction ->
                billing.payments().disputeWon(transaction, ScriptedProvider.NAME, tenant, dispute, NOTE));
    }

    private PaymentDispute lost(String dispute) {
        return fixture.transact(transaction ->
                billing.payments().disputeLost(transaction, ScriptedProvider.NAME, tenant, dispute, NOTE));
    }

    private Money balance(LedgerAccount account) {
        return billing.ledger().balances(tenant, "USD").get(account);
    }

    private void balances(String cash, String disputed, String lost) {
        assertThat(balance(LedgerAccount.CASH)).isEqualTo(usd(cash));
        assertThat(balance(LedgerAccount.DISPUTED)).isEqualTo(usd(disputed));
        assertThat(balance(LedgerAccount.WRITE_OFF)).isEqualTo(usd(lost));
    }

    private Invoice again(Invoice invoice) {
        return billing.invoices().find(tenant, invoice.id()).orElseThrow();
    }

    private Money refundable() {
        return billing.payments().refundable(tenant, "USD");
    }

    @Test
    void whatIsDisputedIsNoCashAndTheInvoiceStaysPaid() {
        Invoice invoice = paid("10.00", "p1");

        PaymentDispute dispute = dispute("p1", "d1", "10.00");

        balances("0.00", "10.00", "0.00");
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(dispute.state()).isEqualTo(State.OPEN);
        assertThat(dispute.invoice()).isEqualTo(invoice.id());
        assertThat(dispute.payment()).isEqualTo("p1");
        assertThat(billing.payments().disputes(tenant)).containsExactly(dispute);
        assertThat(billing.ledger().entries(tenant))
                .filteredOn(entry -> entry.kind().equals("dispute"))
                .allSatisfy(entry -> {
                    assertThat(entry.note()).isEqualTo(NOTE);
                    assertThat(entry.invoice()).isEqualTo(invoice.id());
                });
    }

    @Test
    void theTenantIsToldOnceThatAPaymentIsDisputed() {
        Invoice invoice = paid("10.00", "p1");
        dispute("p1", "d1", "10.00");
        dispute("p1", "d1", "10.00");
        lost("d1");

        assertThat(billing.notices().of(tenant))
                .filteredOn(notice -> notice.kind() == BillingNotice.Kind.PAYMENT_DISPUTED)
                .singleElement()
                .satisfies(notice -> {
                    assertThat(notice.invoice()).isEqualTo(invoice.id());
                    assertThat(notice.amount()).isEqualTo(usd("10.00"));
                });
    }

    @Test
    void whatIsWonIsCashAgain() {
        paid("10.00", "p1");
        dispute("p1", "d1", "4.00");
        balances("6.00", "4.00", "0.00");

        PaymentDispute dispute = won("d1");

        balances("10.00", "0.00", "0.00");
        assertThat(dispute.state()).isEqualTo(State.WON);
        assertThat(dispute.endedAt()).isEqualTo(fixture.clock.instant());
    }

    @Test
    void whatIsLostIsALossAndTheInvoiceIsNotDueAgain() {
        Invoice invoice = paid("10.00", "p1");
        dispute("p1", "d1", "10.00");

        assertThat(lost("d1").state()).isEqualTo(State.LOST);

        balances("0.00", "0.00", "10.00");
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(again(invoice).due()).isEqualTo(usd("0.00"));
    }

    @Test
    void whatIsReportedTwiceIsBookedOnceAlsoByManyAtOnce() throws Exception {
        paid("10.00", "p1");

        AtOnce.Outcomes<PaymentDispute> opened = AtOnce.run(6, number -> () -> dispute("p1", "d1", "10.00"));
        AtOnce.Outcomes<PaymentDispute> ended = AtOnce.run(6, number -> () -> lost("d1"));
        PaymentDispute late = dispute("p1", "d1", "10.00");

        assertThat(opened.failures()).isEmpty();
        assertThat(ended.failures()).isEmpty();
        assertThat(late.state()).isEqualTo(State.LOST);
        balances("0.00", "0.00", "10.00");
    }

    @Test
    void whatIsReportedLastCounts() {
        paid("10.00", "p1");
        dispute("p1", "d1", "10.00");
        lost("d1");
        won("d1");
        balances("10.00", "0.00", "0.00");

        lost("d1");

        balances("0.00", "0.00", "10.00");
        assertThat(billing.payments().disputes(tenant))
                .singleElement()
                .extracting(PaymentDispute::state)
                .isEqualTo(State.LOST);
    }

    @Test
    void aPaymentIsNotDisputedForMoreThanItWas() {
        paid("10.00", "p1");
        dispute("p1", "d1", "6.00");

        assertThatThrownBy(() -> dispute("p1", "d2", "4.01")).isInstanceOf(BillingException.class);
        dispute("p1", "d3", "4.00");
        won("d3");
        dispute("p1", "d4", "4.00");

        assertThatThrownBy(() -> lost("d3")).isInstanceOf(BillingException.class);
        balances("0.00", "10.00", "0.00");
    }

    @Test
    void whatDoesNotFitWhatIsKnownIsRefused() {
        paid("10.00", "p1");
        paid("10.00", "p2");
        dispute("p1", "d1", "6.00");

        assertThatThrownBy(() -> dispute("p1", "d1", "5.00")).isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> dispute("p2", "d1", "6.00")).isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> dispute("p3", "d2", "6.00"))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("no such payment");
        assertThatThrownBy(() -> won("d9")).isInstanceOf(BillingException.class).hasMessageContaining("none is known");
        tenant = fixture.tenant();
        assertThatThrownBy(() -> dispute("p1", "d3", "1.00")).isInstanceOf(BillingException.class);
        assertThatThrownBy(() -> lost("d1")).isInstanceOf(BillingException.class);
    }

    @Test
    void moneyThatIsDisputedOrLostIsNotPaidBack() {
        Invoice invoice = paid("10.00", "p1");
        paid("20.00", "p2");
        billing.invoices().credit(tenant, invoice.id(), usd("8.00"), NOTE);
        assertThat(refundable()).isEqualTo(usd("8.00"));

        dispute("p1", "d1", "10.00");
        assertThat(refundable()).isEqualTo(usd("0.00"));
        assertThatThrownBy(() -> billing.payments().refund(tenant, usd("0.01"), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("took USD 10.00 back");
        lost("d1");
        assertThat(refundable()).isEqualTo(usd("0.00"));
        won("d1");

        assertThat(refundable()).isEqualTo(usd("8.00"));
    }

    @Test
    void whatWasPaidTwiceAndLostIsTakenFromTheCreditAgain() {
        Invoice invoice = paid("10.00", "p1");
        pay(invoice, "10.00", "p2");
        dispute("p2", "d1", "10.00");
        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("10.00"));

        lost("d1");

        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("0.00"));
        balances("10.00", "0.00", "0.00");
    }

    @Test
    void ofCreditThatIsSpentTheRestIsALossAndWhatIsWonComesBack() {
        Invoice invoice = paid("10.00", "p1");
        pay(invoice, "10.00", "p2");
        charge("7.00");
        dispute("p2", "d1", "10.00");

        lost("d1");
        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("0.00"));
        balances("10.00", "0.00", "7.00");
        Invoice next = charge("2.00");
        won("d1");

        assertThat(again(next).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("1.00"));
        balances("20.00", "0.00", "0.00");
    }

    @Test
    void creditOfOthersIsNotTouchedByWhatAnInvoiceLost() {
        paid("10.00", "p1");
        billing.payments().topUp(tenant, usd("50.00"), "bank-of-" + tenant, NOTE);
        dispute("p1", "d1", "10.00");

        lost("d1");

        assertThat(billing.payments().credit(tenant, "USD")).isEqualTo(usd("50.00"));
        balances("50.00", "0.00", "10.00");
    }

    @Test
    void aDisputeIsUndoneWithTheTransactionOfItsAdapter() {
        paid("10.00", "p1");

        assertThatThrownBy(() -> fixture.transact(transaction -> {
                    var unused = billing.payments()
                            .disputed(transaction, ScriptedProvider.NAME, tenant, "p1", "d1", usd("10.00"), NOTE);
                    throw new IllegalStateException("the adapter could not store it");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(billing.payments().disputes(tenant)).isEmpty();
        balances("10.00", "0.00", "0.00");
    }

    private void isFound(String planted, String fault) {
        fixture.sql("set session_replication_role = replica; " + planted);
        assertThat(billing.ledger().faults())
                .anySatisfy(found -> assertThat(found).contains(fault));
        fixture.forgetAll();
    }

    @Test
    void aDisputeThatIsNotBookedIsFound() {
        paid("10.00", "p1");
        dispute("p1", "d1", "10.00");

        isFound(
                "delete from ledger_entry where transaction_id in (select id from ledger_transaction where kind = 'dispute');"
                        + " delete from ledger_transaction where kind = 'dispute'",
                "dispute cards d1 of USD 1000 is OPEN, but the books say 0 taken back");
    }

    @Test
    void aDisputeThatIsBookedTwiceIsFound() {
        paid("10.00", "p1");
        dispute("p1", "d1", "10.00");

        isFound(
                "insert into ledger_transaction (tenant_id, kind, reference, at, recorded_at, actor, reason, sandbox)"
                        + " select tenant_id, kind, reference || '0', at, recorded_at, actor, reason, sandbox"
                        + " from ledger_transaction where kind = 'dispute';"
                        + " insert into ledger_entry select (select max(id) from ledger_transaction), position, account,"
                        + " tenant_id, invoice_id, currency, amount from ledger_entry e where e.transaction_id ="
                        + " (select min(id) from ledger_transaction where kind = 'dispute')",
                "but the books say 2000 taken back, 2000 disputed and 0 lost");
    }

    @Test
    void anEndThatIsNotBookedIsFound() {
        paid("10.00", "p1");
        dispute("p1", "d1", "10.00");

        isFound("update payment_dispute set state = 'LOST', ended_at = at", "is LOST, but the books say");
    }

    @Test
    void aBookingOfADisputeThatIsNotThereIsFound() {
        paid("10.00", "p1");
        dispute("p1", "d1", "10.00");

        isFound("delete from payment_dispute", "but nothing is disputed");
    }

    @Test
    void moneyThatIsDisputedWithoutADisputeIsFound() {
        paid("10.00", "p1");
        dispute("p1", "d1", "10.00");

        isFound(
                "update ledger_transaction set kind = 'test' where kind = 'dispute'; delete from payment_dispute",
                "disputed by the books, but its disputes come to 0");
    }

    @Test
    void aDisputeOfMoreThanWasPaidOrOfAnothersPaymentIsFound() {
        paid("10.00", "p1");
        dispute("p1", "d1", "10.00");
        isFound("update payment_dispute set amount = 1001", "1001 of it is disputed");
        paid("10.00", "p1");
        dispute("p1", "d1", "10.00");
        isFound("update payment_dispute set provider = 'manual'", "of another tenant, currency or provider");
    }
}
