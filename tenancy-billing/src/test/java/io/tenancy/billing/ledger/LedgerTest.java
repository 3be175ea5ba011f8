package io.tenancy.billing.ledger;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.Money;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.CreditNote;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real control database, whose books are new for each test, because faults are looked for in all of them. */
class LedgerTest {

    static BillingFixture fixture;
    static TenancyBilling billing;

    private TenantId tenant;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture("");
        billing = fixture.billing;
    }

    @BeforeEach
    void newBooks() {
        fixture.clock.moveTo(BillingFixture.START);
        fixture.forgetAll();
        tenant = fixture.tenant();
        var unused = charge();
        billing.payments().topUp(tenant, usd("5.00"), "in-advance", NOTE);
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    private Invoice charge() {
        return billing.invoices()
                .charge(
                        tenant,
                        List.of(Charge.of("Setup", usd("100.00"), Tax.onTop("VAT 19 %", new BigDecimal("0.19")))),
                        NOTE);
    }

    private static void plant(String statement) {
        fixture.sql("set session_replication_role = replica; " + statement);
    }

    private String newTransaction() {
        return "insert into ledger_transaction (tenant_id, kind, reference, at, recorded_at, actor, reason, sandbox) values ('"
                + tenant + "', 'test', gen_random_uuid()::text, now(), now(), 'x', 'x', false)";
    }

    private String entry(String account, String amount, int position, String currency) {
        return "((select max(id) from ledger_transaction), " + position + ", '" + account + "', '" + tenant
                + "', null, '" + currency + "', " + amount + ")";
    }

    private static String entries(String... rows) {
        return "insert into ledger_entry (transaction_id, position, account, tenant_id, invoice_id, currency, amount)"
                + " values " + String.join(", ", rows);
    }

    @Test
    void aBookingThatDoesNotComeToZeroIsRefusedBeforeItIsSent() {
        Booking booking = new Booking(tenant, "test", "test:1", fixture.clock.instant(), NOTE, false)
                .debit(LedgerAccount.CASH, usd("1.00"), null)
                .credit(LedgerAccount.CREDIT, usd("0.99"), null);

        assertThatThrownBy(() -> booking.requireZero())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("test:1")
                .hasMessageContaining("0.01");
    }

    @Test
    void eachTransactionTellsWhoBookedItAndWhy() {
        ChangeNote gift = new ChangeNote("grace", "sorry for the outage");
        ChangeNote lost = new ChangeNote("linus", "insolvent");
        Invoice invoice = charge();
        CreditNote part = billing.invoices()
                .credit(tenant, invoice.id(), usd("4.00"), new ChangeNote("ada", "one seat too many"));
        billing.payments().grantCredit(tenant, usd("25.00"), "outage", gift);
        billing.invoices().writeOff(tenant, invoice.id(), lost);

        assertThat(billing.ledger().entries(tenant))
                .filteredOn(entry -> entry.amount().minorUnits() > 0)
                .extracting(LedgerEntry::kind, LedgerEntry::note)
                .contains(
                        tuple("invoice", NOTE),
                        tuple("credit-note", new ChangeNote("ada", "one seat too many")),
                        tuple("credit-grant", gift),
                        tuple("write-off", lost));
        assertThat(part.note()).isEqualTo(new ChangeNote("ada", "one seat too many"));
        assertThat(billing.invoices().creditNotes(tenant)).containsExactly(part);
    }

    @Test
    void whoAnnulledAnInvoiceAndWhyIsOnItsCreditNoteAndInTheBooks() {
        ChangeNote wrong = new ChangeNote("grace", "wrong tenant");

        CreditNote note = billing.invoices().annul(tenant, charge().id(), wrong);

        assertThat(note.note()).isEqualTo(wrong);
        assertThat(billing.ledger().entries(tenant))
                .filteredOn(entry -> entry.reference().equals("credit-note:" + note.id()))
                .isNotEmpty()
                .allSatisfy(entry -> assertThat(entry.note()).isEqualTo(wrong));
    }

    @Test
    void entriesOfNothingAreLeftOut() {
        Booking booking = new Booking(tenant, "test", "test:1", fixture.clock.instant(), NOTE, false)
                .debit(LedgerAccount.CASH, usd("0.00"), null);

        assertThat(booking.lines).isEmpty();
    }

    @Test
    void theDatabaseRefusesEntriesThatDoNotComeToZero() {
        assertThatThrownBy(() -> fixture.sqlAsPlatform("begin; " + newTransaction() + "; "
                        + entries(entry("CASH", "100", 0, "USD"), entry("CREDIT", "-99", 1, "USD"))))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("does not come to zero");
    }

    @Test
    void theDatabaseRefusesEntriesThatComeToZeroInTwoCurrenciesTogetherOnly() {
        assertThatThrownBy(() -> fixture.sqlAsPlatform("begin; " + newTransaction() + "; "
                        + entries(entry("CASH", "100", 0, "USD"), entry("CREDIT", "-100", 1, "EUR"))))
                .hasMessageContaining("does not come to zero");
    }

    @Test
    void theDatabaseRefusesFurtherEntriesOfATransactionThatIsBooked() {
        assertThatThrownBy(() -> fixture.sqlAsPlatform(
                        entries(entry("CASH", "100", 7, "USD"), entry("CREDIT", "-100", 8, "USD"))))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("has all of its entries already");
    }

    @Test
    void theBooksAreNeitherChangedNorCutNorEmptiedByThePlatformLogin() {
        for (String change : List.of(
                "update ledger_entry set amount = amount + 1",
                "delete from ledger_entry",
                "truncate ledger_entry",
                "update ledger_transaction set at = now()",
                "delete from ledger_transaction",
                "truncate ledger_transaction cascade",
                "update subscription_record set monthly = 0",
                "delete from subscription_record",
                "truncate subscription_record")) {
            assertThatThrownBy(() -> fixture.sqlAsPlatform(change))
                    .as(change)
                    .isInstanceOf(SQLException.class)
                    .message()
                    .containsAnyOf("only takes further rows", "permission denied");
        }
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void thePlatformLoginCannotSwitchTheGuardsOff() {
        assertThatThrownBy(() -> fixture.sqlAsPlatform("set session_replication_role = replica"))
                .hasMessageContaining("permission denied");
        assertThatThrownBy(() -> fixture.sqlAsPlatform("alter table ledger_entry disable trigger user"))
                .hasMessageContaining("must be owner");
        assertThatThrownBy(() -> fixture.sqlAsPlatform("alter table invoice disable trigger user"))
                .hasMessageContaining("must be owner");
    }

    @Test
    void nothingIsBookedTwice() {
        assertThatThrownBy(() -> fixture.sqlAsPlatform(
                        "insert into ledger_transaction (tenant_id, kind, reference, at, recorded_at, actor, reason, sandbox)"
                                + " select tenant_id, kind, reference, at, recorded_at, actor, reason, sandbox"
                                + " from ledger_transaction limit 1"))
                .hasMessageContaining("ledger_transaction_reference_key");
    }

    @Test
    void whatTheApplicationBooksTwiceIsRefusedAsAWhole() {
        Booking opening = new Booking(tenant, "opening", "opening:1", fixture.clock.instant(), NOTE, false)
                .debit(LedgerAccount.CASH, usd("7.00"), null)
                .credit(LedgerAccount.CREDIT, usd("7.00"), null);
        Booking other = new Booking(tenant, "opening", "opening:2", fixture.clock.instant(), NOTE, false)
                .debit(LedgerAccount.CASH, usd("1.00"), null)
                .credit(LedgerAccount.CREDIT, usd("1.00"), null);
        billing.ledger().post(List.of(opening));

        assertThatThrownBy(() -> billing.ledger().post(List.of(other, opening)))
                .isInstanceOf(BillingException.class)
                .isNotInstanceOf(BillingUnavailableException.class)
                .hasMessageContaining("'opening:1'")
                .hasMessageContaining("booked before");
        assertThat(billing.ledger().entries(tenant))
                .extracting(LedgerEntry::reference)
                .contains("opening:1")
                .doesNotContain("opening:2");
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void aTransactionThatDoesNotComeToZeroIsFound() {
        plant(newTransaction() + "; " + entries(entry("CASH", "100", 0, "USD"), entry("CREDIT", "-99", 1, "USD")));

        assertThat(billing.ledger().faults()).singleElement().asString().contains("comes to USD 1");
    }

    @Test
    void aTransactionWithoutEntriesIsFound() {
        plant(newTransaction());

        assertThat(billing.ledger().faults()).singleElement().asString().contains("has no entries");
    }

    @Test
    void anInvoiceWhoseDueIsNotInTheBooksIsFound() {
        plant("update invoice set due = due - 1");

        assertThat(billing.ledger().faults())
                .singleElement()
                .asString()
                .contains("is OPEN with 11399 due, but the books say 11400");
    }

    @Test
    void anInvoiceThatWasGivenUpAndIsStillOwedInTheBooksIsFound() {
        plant("update invoice set status = 'UNCOLLECTIBLE'");

        assertThat(billing.ledger().faults()).singleElement().asString().contains("is UNCOLLECTIBLE");
    }

    @Test
    void lessThanNoCreditIsFound() {
        plant(newTransaction() + "; " + entries(entry("CREDIT", "600", 0, "USD"), entry("CASH", "-600", 1, "USD")));

        assertThat(billing.ledger().faults()).singleElement().asString().contains("has a credit of USD -600");
    }

    @Test
    void aNumberThatIsMissingIsFound() {
        var unused = charge();
        plant(
                "delete from ledger_entry where invoice_id = (select id from invoice where number = 1);"
                        + " delete from ledger_transaction t where not exists"
                        + " (select 1 from ledger_entry e where e.transaction_id = t.id); delete from invoice where number = 1");

        assertThat(billing.ledger().faults()).singleElement().asString().contains("series 2026 of acme is at 3");
    }

    @Test
    void aSeriesThatIsGoneIsFound() {
        plant("delete from invoice_series");

        assertThat(billing.ledger().faults()).singleElement().asString().contains("series 2026 of acme");
    }

    @Test
    void aPaymentThatIsNotInTheBooksIsFound() {
        plant(
                "insert into payment (id, tenant_id, provider, reference, currency, amount, at, recorded_at, actor, reason)"
                        + " values (gen_random_uuid(), '" + tenant
                        + "', 'manual', 'planted', 'USD', 700, now(), now(), 'x', 'x')");

        assertThat(billing.ledger().faults())
                .singleElement()
                .asString()
                .contains("payment")
                .contains("700");
    }

    @Test
    void aCreditNoteThatIsNotInTheBooksIsFound() {
        Invoice invoice = charge();
        var unused = billing.invoices().credit(tenant, invoice.id(), usd("10.00"), NOTE);
        plant("update credit_note set total = total + 1");

        assertThat(billing.ledger().faults())
                .anySatisfy(fault -> assertThat(fault).contains("credit note C2026-000001 takes back 1001"));
    }

    private String theInvoice() {
        return "(select id from invoice where tenant_id = '" + tenant + "')";
    }

    private void isFound(String planted, String fault) {
        plant(planted);

        assertThat(billing.ledger().faults())
                .anySatisfy(found -> assertThat(found).contains(fault));
    }

    @Test
    void aGiftOfLessThanNothingIsFound() {
        isFound(
                newTransaction() + "; " + entries(entry("GIFT", "600", 0, "USD"), entry("CREDIT", "-600", 1, "USD")),
                "has a gift of USD -600");
    }

    @Test
    void anInvoiceOfAnotherAmountThanWasBookedIsFound() {
        isFound("update invoice set total = total + 100, subtotal = subtotal + 100", "is of 12000 with a tax of 1900");
    }

    @Test
    void anInvoiceOfAnotherTaxThanWasBookedIsFound() {
        isFound("update invoice set tax = tax + 100, subtotal = subtotal - 100", "with a tax of 2000");
    }

    @Test
    void anInvoiceThatIsSaidToBePaidOtherwiseThanItWasIsFound() {
        Invoice paid = charge();
        billing.payments().markPaid(tenant, paid.id(), "bank-1", NOTE);

        isFound(
                "update invoice set paid = 0, credited = credited + paid where id = '" + paid.id() + "'",
                "has 0 paid and 11900 paid by credit, but the books say 11900 and 0");
    }

    @Test
    void anOpenInvoiceWithNothingDueIsFound() {
        Invoice paid = charge();
        billing.payments().markPaid(tenant, paid.id(), "bank-2", NOTE);

        isFound("update invoice set status = 'OPEN' where id = '" + paid.id() + "'", "is OPEN with nothing due");
    }

    @Test
    void aVoidInvoiceThatWasNotTakenBackIsFound() {
        isFound("update invoice set status = 'VOID'", "is VOID, but 0 of 11900 was taken back");
    }

    @Test
    void aCreditNoteWithAnotherTaxIsFound() {
        Invoice invoice = charge();
        var unused = billing.invoices().credit(tenant, invoice.id(), usd("10.00"), NOTE);

        isFound("update credit_note set tax = tax + 1", "has a tax of 160 taken back, but its credit notes 161");
        assertThat(billing.ledger().faults())
                .anySatisfy(found -> assertThat(found).contains("is of 1000, but comes to 1001"));
    }

    @Test
    void anEntryOfAnotherTenantIsFound() {
        isFound(
                newTransaction() + "; " + entries(entry("CASH", "5", 0, "USD"), entry("CREDIT", "-5", 1, "USD"))
                        + "; update ledger_entry set tenant_id = gen_random_uuid() where transaction_id ="
                        + " (select max(id) from ledger_transaction)",
                "has an entry of tenant");
    }

    @Test
    void aBookingOfAnInvoiceThatIsNotThereIsFound() {
        isFound(
                newTransaction() + "; "
                        + entries(entry("RECEIVABLE", "5", 0, "USD"), entry("REVENUE", "-5", 1, "USD"))
                        + "; update ledger_entry set invoice_id = gen_random_uuid() where transaction_id ="
                        + " (select max(id) from ledger_transaction)",
                "which is not there");
    }

    @Test
    void aBookingOfAnInvoiceInAnotherCurrencyIsFound() {
        isFound(
                newTransaction() + "; " + entries(entry("CASH", "5", 0, "EUR"), entry("CREDIT", "-5", 1, "EUR"))
                        + "; update ledger_entry set invoice_id = " + theInvoice()
                        + " where transaction_id = (select max(id) from ledger_transaction)",
                "of another tenant or currency");
    }

    @Test
    void aPaymentOfAnotherCurrencyOrTenantThanWasBookedIsFound() {
        isFound("update payment set currency = 'EUR'", "is of EUR 500, but the books say 0");
        isFound(
                "update payment set currency = 'USD', tenant_id = gen_random_uuid()",
                "is of USD 500, but the books say 0");
    }

    @Test
    void aPaymentThatIsBookedAndGoneIsFound() {
        isFound("delete from payment", "books payment:");
    }

    @Test
    void aRefundThatNobodyAskedForIsFound() {
        isFound(
                "update ledger_transaction set kind = 'refund', reference = 'refund:' || gen_random_uuid()"
                        + " where kind = 'top-up'",
                "but nobody asked for one");
    }

    @Test
    void aRefundThatIsNotBookedIsFound() {
        var unused = billing.payments().topUp(tenant, usd("200.00"), "for-a-refund", NOTE);
        UUID refund = billing.payments().refund(tenant, usd("50.00"), NOTE);
        assertThat(billing.ledger().faults()).isEmpty();

        isFound(
                "update payment_attempt set amount = 4000 where id = '" + refund + "'",
                "of USD 4000 is STARTED, but the books say 5000");
        isFound("update payment_attempt set amount = 5000, state = 'DECLINED'", "is DECLINED, but the books say 5000");
        isFound("update payment_attempt set state = 'SUCCEEDED', reference = 'x'", "but there is no such payment");
    }

    @Test
    void aPaymentBackThatNobodyAskedForIsFound() {
        isFound(
                "insert into payment (id, tenant_id, provider, reference, currency, amount, at, recorded_at, actor, reason)"
                        + " values (gen_random_uuid(), '" + tenant
                        + "', 'manual', 'planted', 'USD', -700, now(), now(), 'x', 'y')",
                "paid back USD 700, but nobody asked for it");
    }

    @Test
    void balancesAreThoseOfTheTenantAndTheCurrency() {
        TenantId other = fixture.tenant();
        billing.payments().topUp(other, usd("7.00"), "of-another", NOTE);
        billing.payments().topUp(tenant, Money.of(new BigDecimal("3.00"), "EUR"), "euros", NOTE);

        assertThat(billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.RECEIVABLE, usd("114.00"))
                .containsEntry(LedgerAccount.CASH, usd("5.00"))
                .containsEntry(LedgerAccount.CREDIT, usd("0.00"))
                .containsEntry(LedgerAccount.WRITE_OFF, usd("0.00"));
        assertThat(billing.ledger().balances(other, "USD")).containsEntry(LedgerAccount.CREDIT, usd("-7.00"));
    }

    @Test
    void balancesOfAPastInstantLeaveOutWhatCameLaterAndTheSandbox() {
        fixture.clock.move(Duration.ofDays(1));
        billing.payments().topUp(tenant, usd("1.00"), "later", NOTE);
        TenantId madeUp = fixture.tenant();
        billing.sandbox().enter(madeUp, BillingFixture.START);
        billing.payments().topUp(madeUp, usd("1000.00"), "made-up", NOTE);

        assertThat(billing.ledger().balancesAt(fixture.clock.instant()).get("USD"))
                .containsEntry(LedgerAccount.CASH, usd("5.00"));
        assertThat(billing.ledger()
                        .balancesAt(fixture.clock.instant().plusSeconds(1))
                        .get("USD"))
                .containsEntry(LedgerAccount.CASH, usd("6.00"));
    }

    @Test
    void theSumOfAllAccountsIsZero() {
        assertThat(fixture.rows("select sum(amount) from ledger_entry")).containsExactly("0");
    }
}
