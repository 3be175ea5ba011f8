package io.tenancy.billing.invoice;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.TenantId;
import io.tenancy.billing.AtOnce;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingFixture;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.Money;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against a real control database. */
class InvoicesTest {

    static final Tax VAT = Tax.onTop("VAT 19 %", new BigDecimal("0.19"));
    static final Duration DAY = Duration.ofDays(1);

    static BillingFixture fixture;
    static TenancyBilling billing;

    /** With a day between a draft and its invoice. */
    static TenancyBilling drafting;

    @BeforeAll
    static void install() {
        fixture = new BillingFixture("", InvoicesTest::withTwoSellers);
        billing = fixture.billing;
        drafting = fixture.another(settings -> settings.draftFor(DAY));
    }

    private static TenancyBilling.Builder withTwoSellers(TenancyBilling.Builder settings) {
        return settings.connections(8)
                .seller(Seller.of("acme-us", "Acme Inc.", "US"))
                .seller(Seller.of("acme-kw", "Acme K.S.C.", "KW"));
    }

    @AfterAll
    static void close() {
        fixture.close();
    }

    @BeforeEach
    void backToTheStart() {
        fixture.clock.moveTo(BillingFixture.START);
    }

    private static Invoice charge(TenantId tenant, String amount, Tax tax) {
        return billing.invoices().charge(tenant, List.of(Charge.of("Setup", usd(amount), tax)), NOTE);
    }

    private static Invoice again(Invoice invoice) {
        return billing.invoices().find(invoice.tenant(), invoice.id()).orElseThrow();
    }

    private static Money credit(TenantId tenant) {
        return billing.payments().credit(tenant, "USD");
    }

    @Test
    void aChargeBesideSubscriptionsIsInvoicedAtOnceWithItsTax() {
        TenantId tenant = fixture.tenant();

        Invoice invoice = charge(tenant, "100.00", VAT);

        assertThat(invoice.status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(invoice.total()).isEqualTo(usd("119.00"));
        assertThat(invoice.due()).isEqualTo(usd("119.00"));
        assertThat(invoice.dueAt()).isEqualTo(BillingFixture.START.plus(Invoices.DEFAULT_TERM));
        assertThat(billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.RECEIVABLE, usd("119.00"))
                .containsEntry(LedgerAccount.REVENUE, usd("-100.00"))
                .containsEntry(LedgerAccount.TAX, usd("-19.00"));
    }

    @Test
    void nothingIsInvoicedForNothing() {
        TenantId tenant = fixture.tenant();

        assertThatThrownBy(() -> billing.invoices().charge(tenant, List.of(), NOTE))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> charge(TenantId.next(fixture.clock), "1.00", Tax.NONE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("accounts().put");
    }

    @Test
    void taxThatPricesHaveInThemIsTakenOutOfRevenue() {
        TenantId tenant = fixture.tenant();

        Invoice invoice = charge(tenant, "119.00", Tax.included("VAT 19 %", new BigDecimal("0.19")));

        assertThat(invoice.total()).isEqualTo(usd("119.00"));
        assertThat(invoice.tax()).isEqualTo(usd("19.00"));
        assertThat(billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.RECEIVABLE, usd("119.00"))
                .containsEntry(LedgerAccount.REVENUE, usd("-100.00"))
                .containsEntry(LedgerAccount.TAX, usd("-19.00"));
    }

    @Test
    void numbersHaveNoGapAndNoneTwiceWhateverIsUndoneOrKilled() throws Exception {
        // Fails after the number was drawn, one time in five.
        fixture.sql("create function fail_now_and_then() returns trigger language plpgsql as"
                + " $$ begin if random() < 0.2 then raise exception 'now and then'; end if; return new; end $$");
        fixture.sql("create trigger now_and_then before insert on billing_notice for each row"
                + " execute function fail_now_and_then()");
        List<TenantId> tenants = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            tenants.add(fixture.tenant());
            // Nobody else sells from Kuwait in these tests.
            billing.accounts().use(tenants.get(i), "acme-kw", ManualPayments.NAME);
        }
        Set<String> told = ConcurrentHashMap.newKeySet();
        AtomicInteger failed = new AtomicInteger();
        AtomicInteger running = new AtomicInteger(16);
        try {
            AtOnce.Outcomes<Integer> outcomes = AtOnce.run(17, number -> () -> {
                if (number == 16) {
                    while (running.get() > 0) {
                        fixture.killTransactions();
                    }
                    return 0;
                }
                TenantId tenant = tenants.get(number);
                int made = 0;
                try {
                    while (made < 6) {
                        try {
                            told.add(charge(tenant, "10.00", Tax.NONE).number());
                            made++;
                        } catch (BillingUnavailableException killed) {
                            failed.incrementAndGet();
                        }
                    }
                } finally {
                    running.decrementAndGet();
                }
                return made;
            });
            assertThat(outcomes.failures()).isEmpty();
        } finally {
            fixture.sql("drop trigger now_and_then on billing_notice");
        }

        List<String> numbers =
                fixture.rows("select number from invoice where seller = 'acme-kw' and series = '2026' order by number");
        assertThat(numbers)
                .hasSizeGreaterThanOrEqualTo(96)
                .containsExactlyElementsOf(LongStream.rangeClosed(1, numbers.size())
                        .mapToObj(Long::toString)
                        .toList());
        assertThat(told).hasSize(96);
        assertThat(failed).hasPositiveValue();
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void eachSellerAndEachYearCountsByItself() {
        TenantId ours = fixture.tenant();
        TenantId theirs = fixture.tenant();
        billing.accounts().use(theirs, "acme-us", ManualPayments.NAME);
        fixture.clock.moveTo("2031-12-31T23:59:59Z");

        assertThat(charge(ours, "1.00", Tax.NONE).number()).isEqualTo("2031-000001");
        assertThat(charge(ours, "1.00", Tax.NONE).number()).isEqualTo("2031-000002");
        assertThat(charge(theirs, "1.00", Tax.NONE).number()).isEqualTo("2031-000001");
        fixture.clock.move(Duration.ofSeconds(1));
        Invoice first = charge(ours, "1.00", Tax.NONE);
        assertThat(first.number()).isEqualTo("2032-000001");
        assertThat(billing.invoices().annul(ours, first.id(), NOTE).number()).isEqualTo("C2032-000001");
    }

    @Test
    void invoicesOfTheSandboxHaveASeriesOfTheirOwn() {
        TenantId real = fixture.tenant();
        TenantId madeUp = fixture.tenant();
        billing.sandbox().enter(madeUp, Instant.parse("2033-05-05T00:00:00Z"));
        fixture.clock.moveTo("2033-05-05T00:00:00Z");

        assertThat(charge(madeUp, "1.00", Tax.NONE).number()).isEqualTo("SANDBOX-2033-000001");
        assertThat(charge(real, "1.00", Tax.NONE).number()).isEqualTo("2033-000001");
    }

    @Test
    void aDraftHasNoNumberAndIsNotBookedBeforeItsTimeIsOver() {
        TenantId tenant = fixture.tenant();

        Invoice draft = drafting.invoices().charge(tenant, List.of(Charge.of("Setup", usd("10.00"), VAT)), NOTE);

        assertThat(draft.status()).isEqualTo(InvoiceStatus.DRAFT);
        assertThat(draft.number()).isNull();
        assertThat(billing.ledger().entries(tenant)).isEmpty();
        fixture.clock.move(DAY.minusSeconds(1));
        drafting.run().run();
        assertThat(again(draft).status()).isEqualTo(InvoiceStatus.DRAFT);
        fixture.clock.move(Duration.ofSeconds(1));
        drafting.run().run();
        Invoice last = again(draft);
        assertThat(last.status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(last.number()).isNotNull();
        assertThat(last.due()).isEqualTo(usd("11.90"));
        assertThat(last.dueAt()).isEqualTo(fixture.clock.instant().plus(Invoices.DEFAULT_TERM));
    }

    @Test
    void aDraftIsMadeFinalEarlierAndOnce() throws Exception {
        TenantId tenant = fixture.tenant();
        Invoice draft = drafting.invoices().charge(tenant, List.of(Charge.of("Setup", usd("10.00"), VAT)), NOTE);

        AtOnce.Outcomes<Invoice> outcomes =
                AtOnce.run(8, number -> () -> billing.invoices().finalise(tenant, draft.id()));

        assertThat(outcomes.failures()).isEmpty();
        assertThat(outcomes.results())
                .extracting(Invoice::number)
                .containsOnly(again(draft).number());
        assertThat(billing.ledger().entries(tenant)).hasSize(3);
    }

    @Test
    void aDraftThatIsDiscardedIsVoidWithoutANumberAndStaysSo() {
        TenantId tenant = fixture.tenant();
        Invoice draft = drafting.invoices().charge(tenant, List.of(Charge.of("Setup", usd("10.00"), VAT)), NOTE);
        ChangeNote mistaken = new ChangeNote("grace", "of another tenant");

        Invoice discarded = billing.invoices().discard(tenant, draft.id(), mistaken);

        assertThat(discarded.status()).isEqualTo(InvoiceStatus.VOID);
        assertThat(discarded.note()).isEqualTo(mistaken);
        fixture.clock.move(DAY);
        drafting.run().run();
        assertThat(billing.invoices().finalise(tenant, draft.id())).isEqualTo(discarded);
        assertThat(discarded.number()).isNull();
        assertThat(billing.ledger().entries(tenant)).isEmpty();
        assertThat(billing.ledger().faults()).isEmpty();
        assertThatThrownBy(() ->
                        fixture.sqlAsPlatform("update invoice set reason = 'x' where id = '" + discarded.id() + "'"))
                .hasMessageContaining("does not change");
        assertThatThrownBy(() -> fixture.sqlAsPlatform("delete from invoice where id = '" + discarded.id() + "'"))
                .hasMessageContaining("is kept for ever");
    }

    @Test
    void whatIsFinalIsNotDiscarded() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00", VAT);

        assertThatThrownBy(() -> billing.invoices().discard(tenant, invoice.id(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("it is OPEN")
                .hasMessageContaining("annul");
        assertThat(again(invoice)).isEqualTo(invoice);
    }

    @Test
    void aDraftOfASubscriptionIsNotDiscardedBecauseItsPeriodIsChargedOnce() {
        TenantId tenant = fixture.tenant();
        var unused = billing.catalogue().importCatalogue(BillingFixture.TWO_PLANS, NOTE);
        drafting.subscriptions().start(tenant, NewSubscription.of("pro"), NOTE);
        Invoice draft = billing.invoices().of(tenant).get(0);

        assertThatThrownBy(() -> billing.invoices().discard(tenant, draft.id(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("of a subscription")
                .hasMessageContaining("finalise(tenant, id), then annul(tenant, id, note)");
        assertThat(again(draft)).isEqualTo(draft);
        assertThat(draft.note()).isEqualTo(NOTE);
    }

    @Test
    void aDraftTakesTheCreditThatIsThereWhenItBecomesFinal() {
        TenantId tenant = fixture.tenant();
        Invoice draft = drafting.invoices().charge(tenant, List.of(Charge.of("Setup", usd("10.00"), Tax.NONE)), NOTE);
        billing.payments().topUp(tenant, usd("4.00"), "top-up-of-a-draft", NOTE);

        Invoice invoice = billing.invoices().finalise(tenant, draft.id());

        assertThat(invoice.credited()).isEqualTo(usd("4.00"));
        assertThat(invoice.due()).isEqualTo(usd("6.00"));
    }

    @Test
    void oneDraftThatCannotBecomeFinalHoldsUpNoOther() {
        TenantId tenant = fixture.tenant();
        TenantId other = fixture.tenant();
        Invoice broken = drafting.invoices().charge(tenant, List.of(Charge.of("Setup", usd("10.00"), VAT)), NOTE);
        Invoice whole = drafting.invoices().charge(other, List.of(Charge.of("Setup", usd("10.00"), VAT)), NOTE);
        String content = fixture.rows("select content from invoice where id = '" + broken.id() + "'")
                .get(0);
        fixture.sql("update invoice set content = '{}' where id = '" + broken.id() + "'");
        fixture.clock.move(DAY);

        drafting.run().run();

        assertThat(again(whole).status()).isEqualTo(InvoiceStatus.OPEN);
        fixture.sql(
                "update invoice set content = '" + content.replace("'", "''") + "' where id = '" + broken.id() + "'");
        drafting.run().run();
        assertThat(again(broken).status()).isEqualTo(InvoiceStatus.OPEN);
    }

    @Test
    void aFinalInvoiceIsNeitherChangedNorDeletedByThePlatformLogin() {
        Invoice invoice = charge(fixture.tenant(), "10.00", VAT);
        String where = " where id = '" + invoice.id() + "'";

        for (String change : List.of(
                "total = 1",
                "tax = 0",
                "subtotal = 1",
                "discount = 1",
                "number = 4711",
                "number_text = 'X'",
                "series = 'X'",
                "seller = 'X'",
                "currency = 'EUR'",
                "content = '{}'",
                "tenant_id = gen_random_uuid()",
                "subscription_id = gen_random_uuid()",
                "created_at = now()",
                "finalised_at = now()",
                "due_at = now()",
                "sandbox = true")) {
            assertThatThrownBy(() -> fixture.sqlAsPlatform("update invoice set " + change + where))
                    .as(change)
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("is final and does not change");
        }
        assertThatThrownBy(() -> fixture.sqlAsPlatform("update invoice set credited = -1" + where))
                .hasMessageContaining("the credit that it used stays");
        assertThatThrownBy(() -> fixture.sqlAsPlatform("delete from invoice" + where))
                .hasMessageContaining("is kept for ever");
        assertThatThrownBy(() -> fixture.sqlAsPlatform("truncate invoice cascade"))
                .isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> fixture.sqlAsPlatform(
                        "update invoice set status = 'DRAFT', number = null, finalised_at = null" + where))
                .isInstanceOf(SQLException.class);
        assertThat(again(invoice)).isEqualTo(invoice);
    }

    @Test
    void aDraftIsChangedAndDeletedByThePlatformLogin() throws Exception {
        TenantId tenant = fixture.tenant();
        Invoice draft = drafting.invoices().charge(tenant, List.of(Charge.of("Setup", usd("10.00"), VAT)), NOTE);

        fixture.sqlAsPlatform("update invoice set due_at = now() where id = '" + draft.id() + "'");
        fixture.sqlAsPlatform("delete from invoice where id = '" + draft.id() + "'");

        assertThat(billing.invoices().of(tenant)).isEmpty();
    }

    @Test
    void creditNotesAreNeverChanged() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00", VAT);
        CreditNote note = billing.invoices().credit(tenant, invoice.id(), usd("1.00"), NOTE);

        assertThatThrownBy(
                        () -> fixture.sqlAsPlatform("update credit_note set total = 2 where id = '" + note.id() + "'"))
                .hasMessageContaining("only takes further rows");
        assertThatThrownBy(() -> fixture.sqlAsPlatform("delete from credit_note where id = '" + note.id() + "'"))
                .hasMessageContaining("only takes further rows");
    }

    @Test
    void anOpenInvoiceIsTakenBackAsAWholeAndNothingIsDue() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "100.00", VAT);

        CreditNote note = billing.invoices().annul(tenant, invoice.id(), NOTE);

        assertThat(note.total()).isEqualTo(usd("119.00"));
        assertThat(note.tax()).isEqualTo(usd("19.00"));
        assertThat(note.invoiceNumber()).isEqualTo(invoice.number());
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.VOID);
        assertThat(again(invoice).due()).isEqualTo(usd("0.00"));
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
        assertThat(billing.ledger().balances(tenant, "USD").values()).allMatch(Money::isZero);
        assertThat(billing.invoices().creditNotes(tenant)).containsExactly(note);
    }

    @Test
    void aPaidInvoiceThatIsTakenBackGoesToTheCredit() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "100.00", VAT);
        billing.payments().markPaid(tenant, invoice.id(), "paid-then-void", NOTE);

        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.VOID);
        assertThat(credit(tenant)).isEqualTo(usd("119.00"));
    }

    @Test
    void aPartOfAPartlyPaidInvoiceLowersWhatIsDueFirst() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "100.00", Tax.NONE);
        billing.payments().receive(tenant, invoice.id(), usd("70.00"), "a-part", NOTE);

        var unused = billing.invoices().credit(tenant, invoice.id(), usd("50.00"), NOTE);

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(again(invoice).due()).isEqualTo(usd("0.00"));
        assertThat(credit(tenant)).isEqualTo(usd("20.00"));
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void whatCreditPaidComesBackAsCredit() {
        TenantId tenant = fixture.tenant();
        billing.payments().topUp(tenant, usd("30.00"), "credit-comes-back", NOTE);
        Invoice invoice = charge(tenant, "30.00", Tax.NONE);
        assertThat(invoice.status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));

        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);

        assertThat(credit(tenant)).isEqualTo(usd("30.00"));
    }

    @Test
    void creditNotesTogetherTakeBackExactlyTheTaxThatWasLevied() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "100.00", VAT);

        Money first = billing.invoices()
                .credit(tenant, invoice.id(), usd("40.00"), NOTE)
                .tax();
        Money second = billing.invoices()
                .credit(tenant, invoice.id(), usd("40.00"), NOTE)
                .tax();
        Money last = billing.invoices()
                .credit(tenant, invoice.id(), usd("39.00"), NOTE)
                .tax();

        assertThat(List.of(first, second, last)).containsExactly(usd("6.39"), usd("6.39"), usd("6.22"));
        assertThat(billing.ledger().balances(tenant, "USD").values()).allMatch(Money::isZero);
    }

    @Test
    void noMoreIsTakenBackThanWasInvoiced() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00", Tax.NONE);
        var unused = billing.invoices().credit(tenant, invoice.id(), usd("4.00"), NOTE);

        assertThatThrownBy(() -> billing.invoices().credit(tenant, invoice.id(), usd("6.01"), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("6.00");
        assertThatThrownBy(() -> billing.invoices().credit(tenant, invoice.id(), usd("0.00"), NOTE))
                .isInstanceOf(BillingException.class);
        assertThat(billing.invoices().annul(tenant, invoice.id(), NOTE).total()).isEqualTo(usd("6.00"));
        assertThatThrownBy(() -> billing.invoices().annul(tenant, invoice.id(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("VOID");
    }

    @Test
    void oneOfManyWhoTakeAnInvoiceBackAtOnceDoesSo() throws Exception {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00", Tax.NONE);
        // So long that all of them would have read the invoice before the first one changes it.
        fixture.sql("create function linger() returns trigger language plpgsql as"
                + " $$ begin perform pg_sleep(0.5); return new; end $$;"
                + " create trigger linger before insert on credit_note for each row execute function linger()");
        AtOnce.Outcomes<CreditNote> outcomes;
        try {
            outcomes = AtOnce.run(8, number -> () -> billing.invoices().annul(tenant, invoice.id(), NOTE));
        } finally {
            fixture.sql("drop trigger linger on credit_note; drop function linger()");
        }

        assertThat(outcomes.results()).hasSize(1);
        assertThat(outcomes.failures()).hasSize(7).allMatch(BillingException.class::isInstance);
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void aDraftIsNotCredited() {
        TenantId tenant = fixture.tenant();
        Invoice draft = drafting.invoices().charge(tenant, List.of(Charge.of("Setup", usd("10.00"), VAT)), NOTE);

        assertThatThrownBy(() -> billing.invoices().annul(tenant, draft.id(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("DRAFT");
    }

    @Test
    void anInvoiceThatIsGivenUpIsNoLongerOwedAndStillTakesItsPayment() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00", Tax.NONE);

        billing.invoices().writeOff(tenant, invoice.id(), NOTE);

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.UNCOLLECTIBLE);
        assertThat(billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.RECEIVABLE, usd("0.00"))
                .containsEntry(LedgerAccount.WRITE_OFF, usd("10.00"));
        assertThatThrownBy(() -> billing.invoices().writeOff(tenant, invoice.id(), NOTE))
                .isInstanceOf(BillingException.class);
        billing.payments().markPaid(tenant, invoice.id(), "paid-after-all", NOTE);
        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.WRITE_OFF, usd("0.00"))
                .containsEntry(LedgerAccount.CASH, usd("10.00"));
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void anInvoiceThatWasGivenUpIsTakenBackWithoutGivingCredit() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00", VAT);
        billing.payments().receive(tenant, invoice.id(), usd("1.90"), "some-of-it", NOTE);
        billing.invoices().writeOff(tenant, invoice.id(), NOTE);

        var unused = billing.invoices().annul(tenant, invoice.id(), NOTE);

        assertThat(again(invoice).status()).isEqualTo(InvoiceStatus.VOID);
        assertThat(credit(tenant)).isEqualTo(usd("1.90"));
        assertThat(billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.WRITE_OFF, usd("0.00"))
                .containsEntry(LedgerAccount.REVENUE, usd("0.00"))
                .containsEntry(LedgerAccount.TAX, usd("0.00"));
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void anInvoiceThatComesToLessThanNothingGivesCreditThatPaysTheNextOne() {
        TenantId tenant = fixture.tenant();

        Invoice back = billing.invoices()
                .charge(
                        tenant,
                        List.of(
                                Charge.of("Setup", usd("10.00"), Tax.NONE),
                                Charge.credit("Outage", usd("25.00"), Tax.NONE)),
                        NOTE);
        Invoice next = charge(tenant, "20.00", Tax.NONE);

        assertThat(back.status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(back.total()).isEqualTo(usd("-15.00"));
        assertThat(back.due()).isEqualTo(usd("0.00"));
        assertThat(next.credited()).isEqualTo(usd("15.00"));
        assertThat(next.due()).isEqualTo(usd("5.00"));
        assertThat(credit(tenant)).isEqualTo(usd("0.00"));
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void creditOfOneCurrencyPaysNothingInAnother() {
        TenantId tenant = fixture.tenant();
        billing.payments().topUp(tenant, Money.of(new BigDecimal("50.00"), "EUR"), "euros", NOTE);

        assertThat(charge(tenant, "20.00", Tax.NONE).due()).isEqualTo(usd("20.00"));
    }

    @Test
    void currenciesWithoutAndWithThreeDecimalsAreExact() {
        TenantId tenant = fixture.tenant();
        Money yen = Money.of(new BigDecimal("1001"), "JPY");
        Money dinar = Money.of(new BigDecimal("10.005"), "KWD");

        Invoice inYen = billing.invoices().charge(tenant, List.of(Charge.of("Setup", yen, VAT)), NOTE);
        Invoice inDinar = billing.invoices().charge(tenant, List.of(Charge.of("Setup", dinar, VAT)), NOTE);

        assertThat(inYen.tax()).isEqualTo(Money.of(new BigDecimal("190"), "JPY"));
        assertThat(inYen.total()).isEqualTo(Money.of(new BigDecimal("1191"), "JPY"));
        assertThat(inDinar.tax()).isEqualTo(Money.of(new BigDecimal("1.901"), "KWD"));
        assertThat(inDinar.total()).isEqualTo(Money.of(new BigDecimal("11.906"), "KWD"));
        assertThat(again(inDinar)).isEqualTo(inDinar);
        assertThat(billing.ledger().faults()).isEmpty();
    }

    @Test
    void anInvoiceKeepsSellerAndBuyerAsTheyWere() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = charge(tenant, "10.00", Tax.NONE);
        Buyer before = invoice.buyer();

        billing.accounts().put(tenant, Buyer.of("Renamed Ltd", "FR", ZoneId.of("Europe/Paris")));
        billing.accounts().use(tenant, "acme-us", ManualPayments.NAME);

        assertThat(again(invoice).buyer()).isEqualTo(before);
        assertThat(again(invoice).seller()).isEqualTo(BillingFixture.SELLER);
        assertThat(billing.invoices().annul(tenant, invoice.id(), NOTE).number())
                .startsWith("C2026-");
        assertThat(fixture.rows("select seller from credit_note where invoice_id = '" + invoice.id() + "'"))
                .containsExactly("acme");
    }

    @Test
    void anInvoiceOfAnotherTenantIsNotFound() {
        Invoice invoice = charge(fixture.tenant(), "10.00", Tax.NONE);
        TenantId other = fixture.tenant();

        assertThat(billing.invoices().find(other, invoice.id())).isEmpty();
        assertThatThrownBy(() -> billing.invoices().annul(other, invoice.id(), NOTE))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("has no invoice with id");
        assertThat(Map.of(invoice.id(), again(invoice).status())).containsValue(InvoiceStatus.OPEN);
    }
}
