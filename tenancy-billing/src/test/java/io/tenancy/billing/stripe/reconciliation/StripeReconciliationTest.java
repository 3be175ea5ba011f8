package io.tenancy.billing.stripe.reconciliation;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.checkout.SessionUpdateParams;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.stripe.StripeFixture;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.client.IntentState;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.customer.StripeCustomer;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.billing.stripe.payment.OldPages;
import io.tenancy.billing.stripe.reconciliation.StripeReconciliation.Done;
import io.tenancy.billing.stripe.reconciliation.StripeReconciliation.End;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeFault;
import io.tenancy.test.stripe.StripeRefund;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** No event of Stripe arrives here: whatever becomes known became known by comparing. */
class StripeReconciliationTest {

    private static final Duration LATER = Duration.ofMinutes(20);

    private static StripeFixture at;
    private static StripeCalls calls;
    private static StripeClient byHand;
    private static ControlTransactions database;

    @BeforeAll
    static void start() {
        at = new StripeFixture();
        calls = new StripeCalls(StripeFixture.settings(at.fake));
        byHand = StripeClient.builder()
                .setApiKey(at.fake.apiKey())
                .setApiBase(at.fake.apiBase())
                .build();
        database = new ControlTransactions(
                at.fixture.installation.control().platformFor("reconciliation", 4),
                at.fixture.clock,
                BillingUnavailableException::new);
    }

    @AfterAll
    static void stop() {
        at.close();
    }

    @AfterEach
    void withoutFaults() {
        at.fake.clearFaults();
    }

    private static StripeReconciliation reconciliation(ReconciliationBounds bounds) {
        return new StripeReconciliation(
                new StripeReconciliation.Parts(
                        database, calls, at.stripe.objects(), at.stripe.findings(), new Ownership("test", false)),
                bounds);
    }

    private static Done run() {
        return reconciliation(ReconciliationBounds.DEFAULT).run();
    }

    /** Runs that compare little again, so that it is soon not listed any more what is old. */
    private static Done runWithLittleOverlap() {
        Done done = reconciliation(new ReconciliationBounds(Duration.ofHours(1), Duration.ofDays(60), 2_000, 200))
                .run();
        assertThat(done.end()).as(done.note()).isEqualTo(End.FINISHED);
        return done;
    }

    private static Done finish() {
        Done done = run();
        assertThat(done.end()).as(done.note()).isEqualTo(End.FINISHED);
        return done;
    }

    private static List<FindingKind> open(String subject) {
        return at.stripe.findings().open().stream()
                .filter(each -> each.subject().equals(subject))
                .map(StripeFinding::kind)
                .toList();
    }

    private static List<String> settledBy(String subject) {
        return at.stripe.findings().resolved().stream()
                .filter(each -> each.subject().equals(subject))
                .map(each ->
                        String.valueOf(each.note() == null ? null : each.note().actor()))
                .toList();
    }

    private static String customer(TenantId tenant) {
        return String.valueOf(at.stripe.customers().find(tenant).orElseThrow().id());
    }

    /** A tenant whose invoice was paid by card. */
    private static TenantId payer(String card, String amount) {
        TenantId tenant = at.tenantWith(card);
        Invoice invoice = at.invoice(tenant, amount);
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        return tenant;
    }

    private static StripeCharge charge(TenantId tenant) {
        return at.fake.charges().stream()
                .filter(StripeCharge::succeeded)
                .filter(each -> tenant.toString().equals(each.metadata().get(Ownership.TENANT)))
                .reduce((first, second) -> second)
                .orElseThrow();
    }

    /** Somebody takes money in Stripe's dashboard. */
    private static String takenByHand(TenantId tenant, long amount, Map<String, String> metadata) {
        StripeCustomer known = at.stripe.customers().find(tenant).orElseThrow();
        IntentState made = calls.collect(
                UUID.randomUUID().toString(),
                new StripeCalls.Collection(customer(tenant), known.card().id(), amount, "USD", "by hand", metadata));
        assertThat(made.status()).isEqualTo("succeeded");
        return made.id();
    }

    // ---- what never arrived

    @Test
    void whatWasPaidOnAPageThatNobodyCameBackFromIsBooked() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                .isEmpty();

        at.pass(LATER);
        Done done = finish();

        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(done.repaired()).isPositive();
        assertThat(at.taken(tenant)).containsExactly(4900L);
    }

    @Test
    void aCardThatWasLeftOnAPageThatNobodyCameBackFromIsCharged() {
        TenantId tenant = at.tenant();
        URI page = at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                .isEmpty();

        at.pass(LATER);
        finish();

        Invoice invoice = at.invoice(tenant, "12.00");
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void aCardThatWasReplacedAtStripeIsKnown() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        assertThat(at.fake.replaceCard(customer(tenant), "pm_card_mastercard")).isEmpty();

        finish();

        assertThat(at.stripe.customers().find(tenant).orElseThrow().card())
                .satisfies(card -> assertThat(card.brand()).isEqualTo("mastercard"));
    }

    @Test
    void aCardThatItsBankRenewedIsKnown() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.fake.updateCard(
                at.stripe.customers().find(tenant).orElseThrow().card().id(), 7, 2040);

        finish();

        assertThat(at.stripe.customers().find(tenant).orElseThrow().card().expires())
                .isEqualTo("2040-07");
    }

    @Test
    void aCardThatWasReplacedLongAfterItsCustomerWasMadeIsKnownInTheEnd() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.pass(Duration.ofDays(40));
        while (run().end() != End.FINISHED || isBehind()) {
            // Until it has caught up.
        }
        assertThat(at.fake.replaceCard(customer(tenant), "pm_card_mastercard")).isEmpty();

        finish();

        assertThat(at.stripe.customers().find(tenant).orElseThrow().card())
                .satisfies(card -> assertThat(card.brand()).isEqualTo("mastercard"));
    }

    private static boolean isBehind() {
        return at.fixture
                .rows("select at < '" + at.fixture.clock.instant()
                        + "' from stripe_cursor where name = 'reconciliation'")
                .contains("t");
    }

    @Test
    void aChargeWhoseAnswerWasLostIsBookedWithoutAskingAgain() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.dropAfter().on("POST", "/v1/payment_intents").times(2));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);

        at.pass(LATER);
        finish();

        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(4900L);
    }

    @Test
    void aRefundThatCameThroughLaterIsBooked() {
        TenantId tenant = payer("pm_card_pendingRefund", "60.00");
        UUID refund = refundOf(tenant, "20.00");
        assertThat(stateOf(refund)).isEqualTo("PENDING");
        at.fake.settleRefund(refunds(tenant).get(0).id());

        at.pass(LATER);
        finish();

        assertThat(stateOf(refund)).isEqualTo("SUCCEEDED");
        assertThat(at.faults()).isEmpty();
    }

    @Test
    void aDebitThatTakesItsBankLongerThanWhatIsComparedAgainIsBooked() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_usBankAccount_success"))
                .isEmpty();
        at.pass(LATER);
        runWithLittleOverlap();
        at.pass(Duration.ofDays(2));
        runWithLittleOverlap();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);

        at.pass(Duration.ofDays(2));
        Done done = runWithLittleOverlap();

        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(done.repaired()).isPositive();
        assertThat(at.taken(tenant)).containsExactly(4900L);
    }

    @Test
    void aRefundThatTheBankSendsBackWeeksLaterIsCreditAgain() {
        TenantId tenant = payer("pm_card_visa", "60.00");
        UUID attempt = refundOf(tenant, "20.00");
        assertThat(stateOf(attempt)).isEqualTo("SUCCEEDED");
        runWithLittleOverlap();
        at.pass(Duration.ofDays(10));
        runWithLittleOverlap();
        at.fake.failRefund(refunds(tenant).get(0).id(), "expired_or_canceled_card");

        at.pass(Duration.ofDays(10));
        Done done = runWithLittleOverlap();

        assertThat(at.credit(tenant)).isEqualTo(usd("20.00"));
        assertThat(done.repaired()).isPositive();
        assertThat(at.faults()).isEmpty();
    }

    @Test
    void aPageThatStripeDoesNotHaveAnyMoreIsOver() {
        String gone = "cs_gone_" + UUID.randomUUID();
        URI page = at.stripe.pages().save(at.tenant(), "USD", StripeFixture.WAYS);
        at.fixture.sql("update stripe_checkout set session = '" + gone + "' where session = '"
                + StripeFixture.idOf(page) + "'");

        at.pass(Duration.ofDays(2));
        finish();

        assertThat(at.fixture.rows("select state from stripe_checkout where session = '" + gone + "'"))
                .containsExactly("EXPIRED");
    }

    @Test
    void aPageOnWhichAnotherInstallationStandsIsOverOnceNobodyCanPayOnIt() throws StripeException {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        String page = StripeFixture.idOf(at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
        byHand.v1()
                .checkout()
                .sessions()
                .update(
                        page,
                        SessionUpdateParams.builder()
                                .putMetadata(Ownership.INSTALLATION, "other")
                                .build());

        at.pass(LATER);
        finish();
        assertThat(at.fixture.rows("select state from stripe_checkout where session = '" + page + "'"))
                .containsExactly("OPEN");

        at.pass(Duration.ofDays(2));
        finish();
        assertThat(at.fixture.rows("select state from stripe_checkout where session = '" + page + "'"))
                .containsExactly("EXPIRED");
    }

    @Test
    void whatIsGoneAtStripeIsNotLookedUpBeforeAllOthersAgain() {
        for (String kind : List.of("REFUND", "DISPUTE", "INTENT")) {
            String status = kind.equals("DISPUTE") ? "under_review" : kind.equals("REFUND") ? "pending" : "processing";
            at.fixture.sql("insert into stripe_object (id, kind, livemode, fence, status, seen_at) values ('gone_"
                    + kind + "', '" + kind + "', false, 0, '" + status + "', '2020-01-01T00:00:00Z')");
        }

        finish();

        assertThat(at.fixture.rows("select count(*) from stripe_object where id like 'gone\\_%' and seen_at = '"
                        + at.fixture.clock.instant() + "'"))
                .containsExactly("3");
        at.fixture.sql("delete from stripe_object where id like 'gone\\_%'");
    }

    private static UUID refundOf(TenantId tenant, String amount) {
        Invoice paid = at.fixture.billing.invoices().of(tenant).get(0);
        at.fixture.billing.invoices().credit(tenant, paid.id(), usd(amount), NOTE);
        UUID refund = at.fixture.billing.payments().refund(tenant, usd(amount), "complaint", NOTE);
        at.run();
        return refund;
    }

    private static String stateOf(UUID attempt) {
        return at.fixture
                .rows("select state from payment_attempt where id = '" + attempt + "'")
                .get(0);
    }

    private static List<StripeRefund> refunds(TenantId tenant) {
        String charge = charge(tenant).id();
        return at.fake.refunds().stream()
                .filter(each -> each.charge().equals(charge))
                .toList();
    }

    @Test
    void aDisputeIsKnownAndSoIsItsEnd() {
        TenantId tenant = payer("pm_card_visa", "30.00");
        String dispute = at.fake.dispute(charge(tenant).id(), "fraudulent");

        finish();
        assertThat(open(dispute)).containsExactly(FindingKind.DISPUTE);

        at.fake.winDispute(dispute);
        at.pass(LATER);
        finish();
        assertThat(open(dispute)).isEmpty();
        assertThat(at.faults()).isEmpty();
    }

    // ---- what nobody may settle without looking

    @Test
    void moneyThatSomebodyTookByHandIsShownUntilItIsInTheBooks() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 700, Map.of());

        Done first = finish();
        assertThat(open(intent)).containsExactly(FindingKind.FOREIGN_PAYMENT);
        assertThat(first.reported()).isPositive();

        at.fixture.billing.payments().topUp(tenant, usd("7.00"), intent, NOTE);
        Done second = finish();
        assertThat(open(intent)).isEmpty();
        assertThat(settledBy(intent)).containsExactly("stripe");
        assertThat(second.settled()).isPositive();
    }

    @Test
    void whatSomebodySettledByHandIsNotFoundAgain() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 800, Map.of());
        finish();
        StripeFinding found = at.stripe.findings().open().stream()
                .filter(each -> each.subject().equals(intent))
                .findFirst()
                .orElseThrow();
        at.stripe.findings().resolve(found.id(), new ChangeNote("ada", "a donation"));

        finish();

        assertThat(open(intent)).isEmpty();
        assertThat(settledBy(intent)).containsExactly("ada");
    }

    @Test
    void moneyThatSomebodyPaidBackByHandIsShown() throws StripeException {
        TenantId tenant = payer("pm_card_visa", "30.00");
        String refund = calls.refund(
                        UUID.randomUUID().toString(), charge(tenant).paymentIntent(), 500, Map.of())
                .id();

        finish();
        assertThat(open(refund)).containsExactly(FindingKind.FOREIGN_REFUND);

        at.fake.failRefund(refund, "expired_or_canceled_card");
        finish();
        assertThat(open(refund)).isEmpty();
    }

    @Test
    void aRefundThatTheBankSendsBackIsCreditAgain() {
        TenantId tenant = payer("pm_card_visa", "60.00");
        UUID attempt = refundOf(tenant, "20.00");
        assertThat(stateOf(attempt)).isEqualTo("SUCCEEDED");
        assertThat(at.credit(tenant)).isEqualTo(usd("0.00"));
        String refund = refunds(tenant).get(0).id();
        at.fake.failRefund(refund, "expired_or_canceled_card");

        finish();

        assertThat(at.credit(tenant)).isEqualTo(usd("20.00"));
        assertThat(open(refund)).isEmpty();
    }

    @Test
    void aRefundInTheBooksThatStripeDoesNotHaveIsShown() {
        TenantId tenant = payer("pm_card_visa", "60.00");
        refundOf(tenant, "20.00");
        String refund = refunds(tenant).get(0).id();
        at.fixture.sql("update stripe_request set object = 're_nobody_has' where object = '" + refund + "'");

        finish();
        assertThat(open("re_nobody_has")).containsExactly(FindingKind.REFUND_MISSING);

        at.fixture.sql("update stripe_request set object = '" + refund + "' where object = 're_nobody_has'");
        finish();
        assertThat(open("re_nobody_has")).isEmpty();
        assertThat(open(refund)).isEmpty();
    }

    @Test
    void aPaymentInTheBooksThatStripeDoesNotHaveIsShown() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.fixture.sql(
                "insert into payment (id, tenant_id, provider, reference, currency, amount, at, recorded_at, actor,"
                        + " reason) values (gen_random_uuid(), '" + tenant
                        + "', 'stripe', 'pi_nobody_has', 'USD', 500, now(), '"
                        + at.fixture.clock.instant() + "', 'test', 'test')");

        finish();
        assertThat(open("pi_nobody_has")).containsExactly(FindingKind.PAYMENT_MISSING);

        at.fixture.sql("delete from payment where reference = 'pi_nobody_has'");
        finish();
        assertThat(open("pi_nobody_has")).isEmpty();
    }

    @Test
    void aPaymentInTheBooksThatIsNotPaidAtStripeIsShown() throws StripeException {
        TenantId tenant = payer("pm_card_visa", "30.00");
        // A payment that was never tried, with the reference of one that the books have.
        String unpaid = byHand.v1()
                .paymentIntents()
                .create(com.stripe.param.PaymentIntentCreateParams.builder()
                        .setCustomer(customer(tenant))
                        .setAmount(3000L)
                        .setCurrency("usd")
                        .build())
                .getId();
        String paid = charge(tenant).paymentIntent();
        at.fixture.sql("update payment set reference = '" + unpaid + "' where reference = '" + paid + "'");

        finish();
        assertThat(open(unpaid)).containsExactly(FindingKind.PAYMENT_MISSING);

        at.fixture.sql("update payment set reference = '" + paid + "' where reference = '" + unpaid + "'");
        finish();
        assertThat(open(unpaid)).isEmpty();
        assertThat(open(paid)).isEmpty();
    }

    @Test
    void anotherAmountInTheBooksThanAtStripeIsShown() {
        TenantId tenant = payer("pm_card_visa", "30.00");
        String paid = charge(tenant).paymentIntent();
        at.fixture.sql("update payment set amount = 2900 where reference = '" + paid + "'");

        finish();
        assertThat(open(paid)).containsExactly(FindingKind.AMOUNT_MISMATCH);

        at.fixture.sql("update payment set amount = 3000 where reference = '" + paid + "'");
        finish();
        assertThat(open(paid)).isEmpty();
    }

    @Test
    void aSecondCustomerOfATenantIsShownUntilItIsDeleted() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String second = calls.createCustomer(
                        UUID.randomUUID().toString(),
                        "Once more",
                        null,
                        Map.of(Ownership.INSTALLATION, "test", Ownership.TENANT, tenant.toString()))
                .id();

        finish();
        assertThat(open(second)).containsExactly(FindingKind.CUSTOMER_TWICE);
        assertThat(customer(tenant)).isNotEqualTo(second);

        byHand.v1().customers().delete(second);
        finish();
        assertThat(open(second)).isEmpty();
    }

    @Test
    void aCustomerOnWhichAnotherTenantWasWrittenIsShownUntilItIsPutRight() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_visa");
        TenantId other = at.tenantWith("pm_card_visa");
        write(customer(tenant), other.toString());
        at.fake.replaceCard(customer(tenant), "pm_card_mastercard");

        finish();
        assertThat(open(customer(tenant))).containsExactly(FindingKind.TENANT_MISMATCH);
        assertThat(at.stripe.customers().find(tenant).orElseThrow().card())
                .satisfies(card -> assertThat(card.brand()).isEqualTo("visa"));

        write(customer(tenant), tenant.toString());
        finish();
        assertThat(open(customer(tenant))).isEmpty();
        assertThat(at.stripe.customers().find(tenant).orElseThrow().card())
                .satisfies(card -> assertThat(card.brand()).isEqualTo("mastercard"));
    }

    private static void write(String customer, String tenant) throws StripeException {
        byHand.v1()
                .customers()
                .update(
                        customer,
                        CustomerUpdateParams.builder()
                                .putMetadata(Ownership.TENANT, tenant)
                                .build());
    }

    @Test
    void whatIsWrittenOnACustomerAndIsNoTenantIsShownAndStopsNothing() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_visa");
        write(customer(tenant), "11111111-2222-3333-4444-555555555555");

        finish();
        assertThat(open(customer(tenant))).containsExactly(FindingKind.TENANT_MISMATCH);

        write(customer(tenant), tenant.toString());
        finish();
    }

    @Test
    void aPaymentOnWhichAnotherTenantStandsIsShownAndNotBooked() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        TenantId other = at.tenant();
        String intent =
                takenByHand(tenant, 900, Map.of(Ownership.INSTALLATION, "test", Ownership.TENANT, other.toString()));

        finish();

        assertThat(open(intent)).containsExactly(FindingKind.TENANT_MISMATCH);
        assertThat(at.credit(other)).isEqualTo(usd("0.00"));
        assertThat(at.credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void aCustomerThatWasDeletedIsShownUntilTheTenantLeavesACardAgain() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String deleted = customer(tenant);
        byHand.v1().customers().delete(deleted);

        finish();
        assertThat(open(deleted)).containsExactly(FindingKind.CUSTOMER_DELETED);

        finish();
        assertThat(open(deleted)).containsExactly(FindingKind.CUSTOMER_DELETED);

        at.leave(tenant, "pm_card_visa");
        finish();
        assertThat(open(deleted)).isEmpty();
    }

    @Test
    void aRequestOfWhichNothingIsFoundForADayIsShownUntilItsOutcomeIsKnown() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.fake.inject(
                StripeFault.dropBefore().on("POST", "/v1/payment_intents").always());
        at.run();
        String attempt = at.fixture
                .rows("select id::text from payment_attempt where invoice_id = '" + invoice.id() + "'")
                .get(0);

        at.pass(LATER);
        finish();
        assertThat(open(attempt)).isEmpty();

        at.pass(Duration.ofHours(25));
        finish();
        assertThat(open(attempt)).containsExactly(FindingKind.UNKNOWN_OUTCOME);

        at.fake.clearFaults();
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        finish();
        assertThat(open(attempt)).isEmpty();
    }

    @Test
    void aRefundOfAPaymentThatStripeDoesNotShowHoldsUpNoOtherAndIsShown() {
        TenantId tenant = payer("pm_card_visa", "60.00");
        at.fake.inject(StripeFault.dropBefore().on("POST", "/v1/refunds").times(2));
        String refund = refundOf(tenant, "20.00").toString();
        assertThat(stateOf(UUID.fromString(refund))).isEqualTo("STARTED");
        at.fixture.sql("update stripe_request set intent = 'pi_not_there' where key = '" + refund + "'");

        at.pass(LATER);
        finish();
        assertThat(open(refund)).isEmpty();

        at.pass(Duration.ofHours(25));
        finish();
        assertThat(open(refund)).containsExactly(FindingKind.UNKNOWN_OUTCOME);

        at.run();
        assertThat(stateOf(UUID.fromString(refund))).isEqualTo("DECLINED");
        finish();
        assertThat(open(refund)).isEmpty();
    }

    @Test
    void moreRequestsThanARunMayAskForHoldUpNothingAndAllAreLookedAtInTime() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        TenantId other = at.tenantWith("pm_card_visa");
        for (int i = 0; i < 60; i++) {
            at.invoice(tenant, "1.00");
        }
        at.fake.inject(
                StripeFault.dropBefore().on("POST", "/v1/payment_intents").always());
        at.run();
        at.fake.clearFaults();
        at.pass(LATER);
        finish();
        at.fixture.sql("update stripe_request set looked_at = null");
        String intent = takenByHand(other, 1700, Map.of());

        ReconciliationBounds few = new ReconciliationBounds(Duration.ofDays(3), Duration.ofDays(14), 50, 200);
        assertThat(reconciliation(few).run())
                .satisfies(done -> assertThat(done.end()).as(done.note()).isEqualTo(End.FINISHED));
        assertThat(open(intent)).containsExactly(FindingKind.FOREIGN_PAYMENT);
        assertThat(notLookedAt(tenant)).isPositive();
        for (int i = 0; i < 20 && notLookedAt(tenant) > 0; i++) {
            at.pass(Duration.ofMinutes(1));
            assertThat(reconciliation(few).run().end()).isEqualTo(End.FINISHED);
        }
        assertThat(notLookedAt(tenant)).isZero();

        at.run();
        assertThat(at.taken(tenant)).hasSize(60);
    }

    private static int notLookedAt(TenantId tenant) {
        return Integer.parseInt(at.fixture
                .rows("select count(*) from stripe_request where looked_at is null and tenant_id = '" + tenant + "'")
                .get(0));
    }

    @Test
    void whatCannotBeReadHoldsUpNoOtherAndIsShown() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        StripeCustomer known = at.stripe.customers().find(tenant).orElseThrow();
        // Gold is no money that billing knows.
        String payment = calls.collect(
                        UUID.randomUUID().toString(),
                        new StripeCalls.Collection(
                                customer(tenant), known.card().id(), 500, "XAU", "by hand", Map.of()))
                .id();
        String refund = calls.refund(UUID.randomUUID().toString(), payment, 100, Map.of())
                .id();
        String other = takenByHand(tenant, 1800, Map.of());
        // As if the payment had been seen before billing lost that currency: refunds are known by their payments.
        at.fixture.sql("insert into stripe_object (id, kind, livemode, tenant_id, fence, status, seen_at) values ('"
                + payment + "', 'INTENT', false, '" + tenant + "', 0, 'processing', '" + at.fixture.clock.instant()
                + "')");

        finish();

        assertThat(open(payment)).containsExactly(FindingKind.UNKNOWN_OUTCOME);
        assertThat(open(refund)).containsExactly(FindingKind.UNKNOWN_OUTCOME);
        assertThat(open(other)).containsExactly(FindingKind.FOREIGN_PAYMENT);
    }

    @Test
    void whatAnotherInstallationMadeIsLeftAlone() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Map<String, String> others = Map.of(Ownership.INSTALLATION, "other", Ownership.TENANT, tenant.toString());
        String intent = takenByHand(tenant, 1100, others);
        String refund =
                calls.refund(UUID.randomUUID().toString(), intent, 100, others).id();
        String second = calls.createCustomer(UUID.randomUUID().toString(), "Other", null, others)
                .id();

        finish();

        assertThat(open(intent)).isEmpty();
        assertThat(open(refund)).isEmpty();
        assertThat(open(second)).isEmpty();
    }

    // ---- how it runs

    @Test
    void aSecondRunFindsNothingNew() {
        TenantId tenant = payer("pm_card_visa", "30.00");
        takenByHand(tenant, 1200, Map.of());
        finish();

        Done again = finish();

        assertThat(again.repaired()).isZero();
        assertThat(again.reported()).isZero();
        assertThat(again.settled()).isZero();
        assertThat(again.lookedAt()).isPositive();
    }

    @Test
    void moreThanAPageOfThingsIsCompared() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String oldest = takenByHand(tenant, 100, Map.of());
        for (int i = 0; i < 230; i++) {
            takenByHand(tenant, 100, Map.of(Ownership.INSTALLATION, "other"));
        }

        Done done = finish();

        assertThat(open(oldest)).containsExactly(FindingKind.FOREIGN_PAYMENT);
        assertThat(done.lookedAt()).isGreaterThan(230);
    }

    @Test
    void aRunEndsWhenStripeIsBusyAndTheNextOneBeginsThereAgain() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 1300, Map.of());
        List<String> before = cursor();
        at.pass(Duration.ofHours(1));
        at.fake.inject(StripeFault.error(429).on("GET", "/v1/refunds").always());

        Done cutShort = run();
        assertThat(cutShort.end()).isEqualTo(End.CUT_SHORT);
        assertThat(cutShort.note()).contains("list refunds");
        assertThat(cursor()).isEqualTo(before);
        // What came before is done.
        assertThat(open(intent)).containsExactly(FindingKind.FOREIGN_PAYMENT);
        assertThat(reconciliation(ReconciliationBounds.DEFAULT).drift().note()).contains("list refunds");

        at.fake.clearFaults();
        finish();
        assertThat(cursor()).isNotEqualTo(before);
        assertThat(reconciliation(ReconciliationBounds.DEFAULT).drift().note()).isNull();
    }

    private static List<String> cursor() {
        return at.fixture.rows("select at::text from stripe_cursor where name = 'reconciliation'");
    }

    @Test
    void aRunAsksStripeAsOftenAsItMayAndNotMore() {
        for (int i = 0; i < 12; i++) {
            at.fake.replaceCard(customer(at.tenantWith("pm_card_visa")), "pm_card_mastercard");
        }
        int before = at.fake.requests().size();

        Done done = reconciliation(new ReconciliationBounds(Duration.ofDays(3), Duration.ofDays(14), 10, 200))
                .run();

        assertThat(done.end()).isEqualTo(End.CUT_SHORT);
        assertThat(done.note()).contains("10 times");
        assertThat(at.fake.requests().size() - before).isBetween(1, 10);
        finish();
    }

    @Test
    void oneNodeComparesAtATimeAndOneThatDiedIsFollowedByAnother() {
        at.fixture.sql("update stripe_reconciliation set holder = gen_random_uuid(), held_until = '"
                + at.fixture.clock.instant().plus(Lease.HELD_FOR) + "'");
        assertThat(run().end()).isEqualTo(End.ELSEWHERE);

        at.pass(Lease.HELD_FOR);
        finish();
    }

    @Test
    void oneThingThatCannotBeTakenInHoldsUpNoOther() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                .isEmpty();
        String paid = charge(tenant).paymentIntent();
        String other = takenByHand(at.tenantWith("pm_card_visa"), 1400, Map.of());
        // Its reference is taken by another tenant's payment, so it cannot be booked.
        TenantId another = at.tenant();
        at.fixture.sql(
                "insert into payment (id, tenant_id, provider, reference, currency, amount, at, recorded_at, actor,"
                        + " reason) values (gen_random_uuid(), '" + another + "', 'stripe', '" + paid
                        + "', 'USD', -1, now(), '"
                        + at.fixture.clock.instant() + "', 'test', 'test')");

        finish();
        assertThat(open(paid)).contains(FindingKind.UNKNOWN_OUTCOME);
        assertThat(open(other)).containsExactly(FindingKind.FOREIGN_PAYMENT);

        at.fixture.sql("delete from payment where reference = '" + paid + "'");
        finish();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(open(paid)).isEmpty();
    }

    @Test
    void oneThingThatStripeDoesNotShowHoldsUpNoOther() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String other = takenByHand(tenant, 1600, Map.of());
        at.fixture.sql(
                "insert into payment (id, tenant_id, provider, reference, currency, amount, at, recorded_at, actor,"
                        + " reason) values (gen_random_uuid(), '" + tenant
                        + "', 'stripe', 'pi_not_shown', 'USD', 500, now(), '"
                        + at.fixture.clock.instant() + "', 'test', 'test')");
        at.fake.inject(StripeFault.error(400)
                .on("GET", "/v1/payment_intents/pi_not_shown")
                .always());

        finish();
        assertThat(open("pi_not_shown")).containsExactly(FindingKind.UNKNOWN_OUTCOME);
        assertThat(open(other)).containsExactly(FindingKind.FOREIGN_PAYMENT);

        at.fake.clearFaults();
        finish();
        assertThat(open("pi_not_shown")).containsExactly(FindingKind.PAYMENT_MISSING);
        at.fixture.sql("delete from payment where reference = 'pi_not_shown'");
    }

    @Test
    void driftTellsWhatIsOpenAndSinceWhenNothingWasCompared() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        takenByHand(tenant, 1500, Map.of());
        Done done = finish();
        Instant finished = at.fixture.clock.instant();
        at.pass(Duration.ofHours(2));

        StripeDrift drift = reconciliation(ReconciliationBounds.DEFAULT).drift();

        assertThat(drift.finishedAt()).isEqualTo(finished);
        assertThat(drift.age()).contains(Duration.ofHours(2));
        assertThat(drift.repaired()).isEqualTo(done.repaired());
        assertThat(drift.open()).isEqualTo(new HashMap<>(at.stripe.findings().counts()));
        assertThat(drift.total())
                .isEqualTo(drift.open().values().stream()
                        .mapToInt(Integer::intValue)
                        .sum())
                .isPositive();
    }

    @Test
    void theBoundsOfTheBuilderHold() {
        for (int i = 0; i < 12; i++) {
            at.fake.replaceCard(customer(at.tenantWith("pm_card_visa")), "pm_card_mastercard");
        }
        TenancyStripe bounded = TenancyStripe.builder(at.fixture.installation, StripeFixture.settings(at.fake))
                .clock(at.fixture.clock)
                .comparedWithin(ReconciliationBounds.DEFAULT.withCalls(10))
                .build()
                .start(at.fixture.billing);

        Done done = bounded.reconciliation().run();

        assertThat(done.end()).isEqualTo(End.CUT_SHORT);
        assertThat(done.note()).contains("10 times", "tenancy.billing.stripe.compared-calls");
        finish();
    }

    // ---- findings and pages, page by page and when they are old

    @Test
    void findingsAreReadPageByPage() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        for (int i = 0; i < 5; i++) {
            takenByHand(tenant, 1900 + i, Map.of());
            at.pass(Duration.ofSeconds(1));
            finish();
        }
        List<StripeFinding> all = at.stripe.findings().open();

        List<StripeFinding> read = new ArrayList<>();
        List<StripeFinding> page = at.stripe.findings().open(null, 2);
        while (!page.isEmpty()) {
            assertThat(page).hasSizeLessThanOrEqualTo(2);
            read.addAll(page);
            page = at.stripe.findings().open(page.get(page.size() - 1), 2);
        }

        assertThat(read).hasSizeGreaterThanOrEqualTo(5).isEqualTo(all);
        assertThatThrownBy(() -> at.stripe.findings().open(null, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("1 to 1000");
    }

    @Test
    void whatWasSettledLongAgoIsForgottenUnlessItIsStillMetWith() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String settled = takenByHand(tenant, 2000, Map.of());
        String met = takenByHand(tenant, 2001, Map.of());
        String open = takenByHand(tenant, 2002, Map.of());
        finish();
        for (StripeFinding each : at.stripe.findings().open()) {
            if (List.of(settled, met).contains(each.subject())) {
                at.stripe.findings().resolve(each.id(), NOTE);
            }
        }
        at.fixture.sql("update stripe_finding set found_at = '2020-01-01', seen_at = '2020-01-01',"
                + " resolved_at = case when resolved_at is null then null else timestamptz '2020-01-01' end"
                + " where subject in ('" + settled + "', '" + met + "', '" + open + "')");
        var unused = database.transact(
                "meet with it again",
                transaction -> at.stripe
                        .findings()
                        .addUnlessSettled(transaction, FindingKind.FOREIGN_PAYMENT, met, tenant, "again"));

        assertThat(at.stripe.findings().prune(StripeFindings.DEFAULT_KEEP_SETTLED))
                .isPositive();

        assertThat(at.fixture.rows("select subject from stripe_finding where subject in ('" + settled + "', '" + met
                        + "', '" + open + "')"))
                .containsExactlyInAnyOrder(met, open);
        assertThatThrownBy(() -> at.stripe.findings().prune(Duration.ofDays(30)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void oldPagesOnWhichNothingWasPaidAreForgottenAndNoOthers() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String card = StripeFixture.idOf(at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS));
        assertThat(at.fake.completeCheckout(card, "pm_card_visa")).isEmpty();
        assertThat(at.stripe.pages().returned(tenant, card)).isTrue();
        TenantId other = at.tenant();
        Invoice paid = at.invoice(other, "49.00");
        String paidOn = StripeFixture.idOf(at.stripe.pages().pay(other, paid.id(), StripeFixture.WAYS));
        assertThat(at.fake.completeCheckout(paidOn, "pm_card_visa")).isEmpty();
        assertThat(at.stripe.pages().returned(other, paidOn)).isTrue();
        Invoice unpaid = at.invoice(at.tenant(), "50.00");
        String ranOut = StripeFixture.idOf(at.stripe.pages().pay(unpaid.tenant(), unpaid.id(), StripeFixture.WAYS));
        at.pass(Duration.ofDays(2));
        finish();
        OldPages old = new OldPages(database);
        String kept = "select session from stripe_checkout where session in ('" + card + "', '" + paidOn + "', '"
                + ranOut + "')";
        at.pass(Duration.ofDays(80));
        old.prune(OldPages.DEFAULT_KEEP);
        assertThat(at.fixture.rows(kept)).hasSize(3);

        at.pass(Duration.ofDays(12));
        assertThat(old.prune(OldPages.DEFAULT_KEEP)).isGreaterThanOrEqualTo(2);

        assertThat(at.fixture.rows(kept)).containsExactly(paidOn);
        // Its payment is still known as that of the invoice.
        String intent = charge(other).paymentIntent();
        assertThat(at.stripe.objects().refresh(ObjectKind.INTENT, intent).outcome())
                .isEqualTo(Taken.Outcome.TAKEN);
        assertThat(open(intent)).isEmpty();
        assertThatThrownBy(() -> old.prune(Duration.ofDays(30))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void boundsWithWhichRunsWouldNotComeForwardAreRefused() {
        assertThatThrownBy(() -> new ReconciliationBounds(Duration.ofDays(3), Duration.ofDays(3), 100, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("shorter than the stretch");
        assertThatThrownBy(() -> new ReconciliationBounds(Duration.ofDays(3), Duration.ofDays(4), 9, 10))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("10 times or more");
    }
}
