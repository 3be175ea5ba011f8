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
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.SubscriptionChange;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What leaves as money and what never does, against a real control database. */
class RefundsTest {

    static final ScriptedProvider CARDS = new ScriptedProvider();

    static BillingFixture fixture;
    static TenancyBilling billing;

    private TenantId tenant;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture(
                BillingFixture.TWO_PLANS,
                settings ->
                        settings.provider(new ManualPayments()).provider(CARDS).connections(8));
        billing = fixture.billing;
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void newTenant() {
        fixture.clock.moveTo(BillingFixture.START);
        CARDS.forget();
        fixture.forgetAll();
        tenant = fixture.tenant();
    }

    @AfterEach
    void theBooksAreRightAndNobodyWasPaidBackMoreThanItPaid() {
        assertThat(billing.ledger().faults()).isEmpty();
        assertThat(fixture.rows("select tenant_id from ledger_entry where account = 'CASH' group by tenant_id, currency"
                        + " having sum(amount) < 0"))
                .isEmpty();
    }

    private Invoice charge(String amount) {
        return billing.invoices().charge(tenant, List.of(Charge.of("Setup", usd(amount), Tax.NONE)), NOTE);
    }

    private void takeOff(String amount) {
        var unused =
                billing.invoices().charge(tenant, List.of(Charge.credit("Correction", usd(amount), Tax.NONE)), NOTE);
    }

    private Invoice again(Invoice invoice) {
        return billing.invoices().find(tenant, invoice.id()).orElseThrow();
    }

    private void give(String amount) {
        billing.payments().grantCredit(tenant, usd(amount), UUID.randomUUID().toString(), NOTE);
    }

    private void pay(String amount) {
        billing.payments().topUp(tenant, usd(amount), UUID.randomUUID().toString(), NOTE);
    }

    private Money credit() {
        return billing.payments().credit(tenant, "USD");
    }

    private Money refundable() {
        return billing.payments().refundable(tenant, "USD");
    }

    private Money gifts() {
        return billing.ledger().balances(tenant, "USD").get(LedgerAccount.GIFT).negated();
    }

    @Test
    void aGiftIsNeverPaidOut() {
        give("50.00");

        assertThat(credit()).isEqualTo(usd("50.00"));
        assertThat(refundable()).isEqualTo(usd("0.00"));
        assertThatThrownBy(() -> billing.payments().refund(tenant, usd("0.01"), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("at most USD 0.00")
                .hasMessageContaining("USD 50.00 of gifts");
    }

    @Test
    void besideAGiftWhatWasPaidIsPaidOut() {
        give("50.00");
        pay("20.00");

        var unused = billing.payments().refund(tenant, usd("20.00"), NOTE);

        assertThat(refundable()).isEqualTo(usd("0.00"));
        assertThat(credit()).isEqualTo(usd("50.00"));
    }

    @Test
    void aGiftIsUsedBeforeWhatWasPaid() {
        give("50.00");
        pay("20.00");

        Invoice invoice = charge("60.00");

        assertThat(invoice.status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(gifts()).isEqualTo(usd("0.00"));
        assertThat(refundable()).isEqualTo(usd("10.00"));
    }

    @Test
    void anInvoiceThatAGiftPaidAndIsTakenBackGivesTheGiftBack() {
        give("50.00");
        Invoice invoice = charge("50.00");

        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);

        assertThat(credit()).isEqualTo(usd("50.00"));
        assertThat(refundable()).isEqualTo(usd("0.00"));
    }

    @Test
    void creditNotesGiveMoneyBackFirstAndThenTheGift() {
        give("50.00");
        Invoice invoice = charge("80.00");
        billing.payments().markPaid(tenant, invoice.id(), "bank-1", NOTE);

        var first = billing.invoices().credit(tenant, invoice.id(), usd("20.00"), NOTE);
        assertThat(refundable()).isEqualTo(usd("20.00"));
        var second = billing.invoices().credit(tenant, invoice.id(), usd("20.00"), NOTE);
        assertThat(refundable()).isEqualTo(usd("30.00"));
        assertThat(gifts()).isEqualTo(usd("10.00"));
        var rest = billing.invoices().annul(tenant, invoice.id(), NOTE);

        assertThat(refundable()).isEqualTo(usd("30.00"));
        assertThat(gifts()).isEqualTo(usd("50.00"));
    }

    @Test
    void unusedTimeThatAGiftPaidIsAGiftAgain() {
        give("93.00");
        pay("93.00");
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        assertThat(refundable()).isEqualTo(usd("93.00"));

        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);

        assertThat(credit()).isEqualTo(usd("186.00"));
        assertThat(gifts()).isEqualTo(usd("93.00"));
        assertThat(refundable()).isEqualTo(usd("93.00"));
    }

    @Test
    void unusedTimeThatWasPaidIsMoneyThoughAGiftPaidAnEarlierPeriod() {
        give("93.00");
        pay("93.00");
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        fixture.clock.moveTo("2026-02-10T09:00:00Z");
        billing.run().run();
        assertThat(credit()).isEqualTo(usd("0.00"));

        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);

        assertThat(gifts()).isEqualTo(usd("0.00"));
        assertThat(refundable()).isEqualTo(usd("93.00"));
    }

    @Test
    void aChargeBelowZeroGivesBackTheGiftThatPaidForCharges() {
        give("50.00");
        charge("50.00");

        takeOff("30.00");

        assertThat(credit()).isEqualTo(usd("30.00"));
        assertThat(refundable()).isEqualTo(usd("0.00"));
    }

    @Test
    void whatIsStillOwedIsNotPaidOut() {
        pay("30.00");
        Invoice invoice = charge("100.00");
        billing.invoices().writeOff(tenant, invoice.id(), NOTE);
        pay("90.00");

        // 70 of the invoice were given up and are owed nevertheless.
        assertThat(credit()).isEqualTo(usd("90.00"));
        assertThat(refundable()).isEqualTo(usd("20.00"));
        assertThatThrownBy(() -> billing.payments().refund(tenant, usd("20.01"), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("owes USD 70.00");
    }

    @Test
    void unusedTimeThatNobodyPaidForIsNotPaidOut() {
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        Invoice invoice = billing.invoices().of(tenant).get(0);
        billing.invoices().writeOff(tenant, invoice.id(), NOTE);

        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);

        assertThat(refundable()).isEqualTo(usd("0.00"));
    }

    @Test
    void moreThanWasPaidIsNeverPaidOut() {
        pay("10.00");

        // A correction in the tenant's favour of something that it never paid.
        takeOff("40.00");

        assertThat(credit()).isEqualTo(usd("50.00"));
        assertThat(refundable()).isEqualTo(usd("10.00"));
    }

    @Test
    void creditOfOneCurrencyIsNotPaidOutInAnother() {
        pay("10.00");

        assertThat(billing.payments().refundable(tenant, "EUR").isZero()).isTrue();
        assertThatThrownBy(() -> billing.payments().refund(tenant, Money.ofMinor(100, "EUR"), NOTE))
                .isInstanceOf(BillingException.class);
    }

    @Test
    void creditThatComesBackPaysWhatIsOpenFirst() {
        Invoice paid = charge("100.00");
        billing.payments().markPaid(tenant, paid.id(), "bank-1", NOTE);
        Invoice open = charge("60.00");

        var unused = billing.invoices().annul(tenant, paid.id(), NOTE);

        assertThat(again(open).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(credit()).isEqualTo(usd("40.00"));
        assertThat(refundable()).isEqualTo(usd("40.00"));
    }

    @Test
    void aPartThatIsCreditedOfAPaidInvoicePaysWhatIsOpenFirst() {
        Invoice paid = charge("100.00");
        billing.payments().markPaid(tenant, paid.id(), "bank-1", NOTE);
        Invoice open = charge("60.00");

        var unused = billing.invoices().credit(tenant, paid.id(), usd("25.00"), NOTE);

        assertThat(again(open).due()).isEqualTo(usd("35.00"));
        assertThat(credit()).isEqualTo(usd("0.00"));
    }

    @Test
    void aGiftPaysWhatIsOpenFirst() {
        Invoice open = charge("60.00");

        give("75.00");

        assertThat(again(open).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(credit()).isEqualTo(usd("15.00"));
    }

    @Test
    void aRefundThatIsDeclinedPaysWhatBecameOpenMeanwhile() {
        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
        pay("10.00");
        var unused = billing.payments().refund(tenant, usd("10.00"), NOTE);
        billing.accounts().use(tenant, "acme", ManualPayments.NAME);
        Invoice open = charge("4.00");
        CARDS.thenDecline(true);

        billing.payments().collectDue();

        assertThat(again(open).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(credit()).isEqualTo(usd("6.00"));
    }

    @Test
    void aRefundThatWasDeclinedAndMadeAfterAllIsTakenFromTheCreditAgain() {
        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
        pay("10.00");
        UUID key = billing.payments().refund(tenant, usd("10.00"), NOTE);
        CARDS.thenDecline(false);
        billing.payments().collectDue();
        assertThat(credit()).isEqualTo(usd("10.00"));

        for (int twice = 0; twice < 2; twice++) {
            billing.payments().finish(key, tenant, new PaymentResult.Succeeded("card:" + key));
        }

        assertThat(credit()).isEqualTo(usd("0.00"));
        assertThat(billing.payments().of(tenant)).extracting(Payment::amount).contains(usd("-10.00"));
    }

    @Test
    void aRefundThatWasMadeAfterAllAndWhoseCreditIsSpentIsToldToTheOperator() {
        billing.accounts().use(tenant, "acme", ScriptedProvider.NAME);
        pay("10.00");
        UUID key = billing.payments().refund(tenant, usd("10.00"), NOTE);
        CARDS.thenDecline(false);
        billing.payments().collectDue();
        charge("7.00");

        assertThatThrownBy(() -> billing.payments().finish(key, tenant, new PaymentResult.Succeeded("card:" + key)))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("USD 3.00 is left");
        assertThat(credit()).isEqualTo(usd("3.00"));
    }

    @Test
    void takingBackPayingAndGivingUpAtOnceLeavesTheBooksRight() throws Exception {
        for (int round = 0; round < 10; round++) {
            Invoice invoice = charge("10.00");
            String reference = "bank-" + invoice.id();
            List<Runnable> all = List.of(
                    () -> billing.payments().markPaid(tenant, invoice.id(), reference, NOTE),
                    () -> billing.payments().markPaid(tenant, invoice.id(), reference + "-2", NOTE),
                    () -> billing.invoices().annul(tenant, invoice.id(), NOTE),
                    () -> billing.invoices().annul(tenant, invoice.id(), NOTE),
                    () -> billing.invoices().writeOff(tenant, invoice.id(), NOTE),
                    () -> billing.payments().refund(tenant, usd("10.00"), NOTE),
                    () -> billing.payments().refund(tenant, usd("10.00"), NOTE),
                    () -> give("1.00"));

            AtOnce.Outcomes<Integer> outcomes = AtOnce.run(all.size(), number -> () -> {
                all.get(number).run();
                return number;
            });

            assertThat(outcomes.failures())
                    .allSatisfy(failure -> assertThat(failure).isExactlyInstanceOf(BillingException.class));
            theBooksAreRightAndNobodyWasPaidBackMoreThanItPaid();
            assertThat(again(invoice).due()).isEqualTo(usd("0.00"));
        }
        billing.payments().collectDue();
    }

    @Test
    void timeWhoseInvoiceWasTakenBackIsNotGivenBackAgain() {
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        Invoice invoice = billing.invoices().of(tenant).get(0);
        billing.payments().markPaid(tenant, invoice.id(), "bank-1", NOTE);
        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);

        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);

        assertThat(credit()).isEqualTo(usd("93.00"));
        assertThat(refundable()).isEqualTo(usd("93.00"));
    }

    @Test
    void timeThatWasCreditedInPartIsGivenBackForWhatIsLeftOfItsPrice() {
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        Invoice invoice = billing.invoices().of(tenant).get(0);
        billing.payments().markPaid(tenant, invoice.id(), "bank-1", NOTE);
        var first = billing.invoices().credit(tenant, invoice.id(), usd("23.00"), NOTE);
        var second = billing.invoices().credit(tenant, invoice.id(), usd("8.00"), NOTE);
        // 21 of 31 days are left.
        fixture.clock.moveTo("2026-01-20T09:00:00Z");

        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);

        // 62 are left of the price, and 62 x 21/31 = 42.
        assertThat(credit()).isEqualTo(usd("73.00"));
    }

    @Test
    void whatWasAboutToBeGivenBackIsGoneWithTheInvoiceThatHadChargedIt() {
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        Invoice invoice = billing.invoices().of(tenant).get(0);
        billing.payments().markPaid(tenant, invoice.id(), "bank-1", NOTE);
        billing.subscriptions().change(tenant, new SubscriptionChange.Pause(), NOTE);

        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);
        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);

        assertThat(credit()).isEqualTo(usd("93.00"));
    }

    @Test
    void anUpgradeThatIsTakenBackLeavesWhatItHadGivenBackOfTheOldPlan() {
        billing.subscriptions().start(tenant, NewSubscription.of("starter").withTrial(0), NOTE);
        Invoice first = billing.invoices().of(tenant).get(0);
        billing.payments().markPaid(tenant, first.id(), "bank-1", NOTE);
        billing.subscriptions().change(tenant, new SubscriptionChange.ToPlan("pro"), NOTE);
        Invoice upgrade = billing.invoices().of(tenant).stream()
                .filter(each -> !each.id().equals(first.id()))
                .findFirst()
                .orElseThrow();
        assertThat(upgrade.total()).isEqualTo(usd("62.00"));
        billing.payments().markPaid(tenant, upgrade.id(), "bank-2", NOTE);

        var unused = billing.invoices().annul(tenant, upgrade.id(), NOTE);
        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);

        assertThat(credit()).isEqualTo(usd("93.00"));
    }

    @Test
    void aDoubleClickOnARefundPaysBackOnce() throws Exception {
        pay("10.00");

        AtOnce.Outcomes<UUID> outcomes =
                AtOnce.run(6, number -> () -> billing.payments().refund(tenant, usd("4.00"), "complaint-7", NOTE));

        assertThat(outcomes.failures()).isEmpty();
        assertThat(outcomes.results())
                .hasSize(6)
                .containsOnly(outcomes.results().get(0));
        assertThat(credit()).isEqualTo(usd("6.00"));
        assertThatThrownBy(() -> billing.payments().refund(tenant, usd("5.00"), "complaint-7", NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("a key of its own");
        assertThat(billing.payments().refund(tenant, usd("4.00"), "complaint-8", NOTE))
                .isNotEqualTo(outcomes.results().get(0));
    }

    @Test
    void aDoubleClickOnACreditNoteCreditsOnce() throws Exception {
        Invoice invoice = charge("100.00");

        AtOnce.Outcomes<UUID> outcomes = AtOnce.run(
                6,
                number -> () -> billing.invoices()
                        .credit(tenant, invoice.id(), usd("40.00"), "complaint-7", NOTE)
                        .id());

        assertThat(outcomes.failures()).isEmpty();
        assertThat(outcomes.results())
                .hasSize(6)
                .containsOnly(outcomes.results().get(0));
        assertThat(again(invoice).due()).isEqualTo(usd("60.00"));
        assertThatThrownBy(() -> billing.invoices().credit(tenant, invoice.id(), usd("41.00"), "complaint-7", NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("a key of its own");
    }

    @Test
    void aDoubleClickOnAChargeInvoicesOnce() throws Exception {
        List<Charge> charges = List.of(Charge.of("Training", usd("100.00"), Tax.NONE));

        AtOnce.Outcomes<Invoice> outcomes =
                AtOnce.run(6, number -> () -> billing.invoices().charge(tenant, charges, "order-7", NOTE));

        assertThat(outcomes.failures()).isEmpty();
        assertThat(outcomes.results())
                .hasSize(6)
                .extracting(Invoice::id)
                .containsOnly(outcomes.results().get(0).id());
        assertThat(billing.invoices().of(tenant)).hasSize(1);
        List<Charge> others = List.of(Charge.of("Training", usd("101.00"), Tax.NONE));
        assertThatThrownBy(() -> billing.invoices().charge(tenant, others, "order-7", NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("a key of its own");
        assertThatThrownBy(() -> billing.invoices().charge(tenant, others, " ", NOTE))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void timeThatWasGivenBackIsNotCreditedAgainByACreditNote() {
        billing.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        Invoice invoice = billing.invoices().of(tenant).get(0);
        billing.payments().markPaid(tenant, invoice.id(), "bank-1", NOTE);
        // 21 of 31 days are left.
        fixture.clock.moveTo("2026-01-20T09:00:00Z");
        billing.subscriptions().change(tenant, new SubscriptionChange.Cancel("moves on", true), NOTE);
        assertThat(credit()).isEqualTo(usd("63.00"));

        assertThatThrownBy(() -> billing.invoices().annul(tenant, invoice.id(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("USD 30.00, because USD 63.00 of it was given back");
        var rest = billing.invoices().credit(tenant, invoice.id(), usd("30.00"), NOTE);

        assertThat(rest.total()).isEqualTo(usd("30.00"));
        assertThat(credit()).isEqualTo(usd("93.00"));
        assertThatThrownBy(() -> billing.invoices().credit(tenant, invoice.id(), usd("0.01"), NOTE))
                .isInstanceOf(BillingException.class);
    }
}
