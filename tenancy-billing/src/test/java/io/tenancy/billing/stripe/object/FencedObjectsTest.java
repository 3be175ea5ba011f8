package io.tenancy.billing.stripe.object;

import static io.tenancy.billing.BillingFixture.NOTE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import com.stripe.model.Dispute;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentUpdateParams;
import com.stripe.param.RefundCreateParams;
import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.ledger.LedgerAccount;
import io.tenancy.billing.payment.PaymentDispute;
import io.tenancy.billing.stripe.StripeFixture;
import io.tenancy.billing.stripe.client.CustomerState;
import io.tenancy.billing.stripe.client.DisputeState;
import io.tenancy.billing.stripe.client.IntentState;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.StripeCustomer;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeFault;
import io.tenancy.test.stripe.StripeRefund;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class FencedObjectsTest {

    private static StripeFixture at;
    private static StripeCalls calls;
    private static StripeClient dashboard;

    @BeforeAll
    static void start() {
        at = new StripeFixture();
        calls = new StripeCalls(StripeFixture.settings(at.fake));
        dashboard = StripeClient.builder()
                .setApiKey(at.fake.apiKey())
                .setApiBase(at.fake.apiBase())
                .build();
    }

    @AfterAll
    static void stop() {
        at.close();
    }

    @AfterEach
    void theBooksAreSound() {
        assertThat(at.faults()).isEmpty();
    }

    @Test
    void whatWasLookedUpEarlierUndoesNothingThatWasLookedUpLater() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        FencedObjects objects = (FencedObjects) at.stripe.objects();
        long earlier = objects.fence();
        CustomerState before = calls.customer(customer(tenant));
        at.fake.replaceCard(customer(tenant), "pm_card_mastercard");
        objects.refresh(ObjectKind.CUSTOMER, customer(tenant));
        String later = method(tenant);

        assertThat(objects.take(before, earlier).outcome()).isEqualTo(Taken.Outcome.OLDER);

        assertThat(method(tenant)).isEqualTo(later).isNotEqualTo(before.card().id());
    }

    @Test
    void aCardThatWasTakenAwayBeforeItsPageWasHeardOfHidesNoneThatWasLeftBeforeIt() throws StripeException {
        TenantId tenant = at.tenant();
        String first = StripeFixture.idOf(at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS));
        String second = StripeFixture.idOf(at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS));
        assertThat(at.fake.completeCheckout(first, "pm_card_visa")).isEmpty();
        at.pass(Duration.ofMinutes(1));
        assertThat(at.fake.completeCheckout(second, "pm_card_mastercard")).isEmpty();
        String newest = dashboard
                .v1()
                .customers()
                .paymentMethods()
                .list(customer(tenant))
                .getData()
                .get(0)
                .getId();
        dashboard.v1().paymentMethods().detach(newest);

        at.stripe.objects().refresh(ObjectKind.SESSION, second);
        at.stripe.objects().refresh(ObjectKind.SESSION, first);

        assertThat(at.stripe.customers().find(tenant).orElseThrow().card())
                .isNotNull()
                .satisfies(card -> assertThat(card.last4()).isEqualTo("4242"));
    }

    @Test
    void aPaymentThatWasUnderWayWhenItWasLookedUpEarlierStaysPaid() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "12.00");
        String page = StripeFixture.idOf(at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
        assertThat(at.fake.completeCheckout(page, "pm_usBankAccount_success")).isEmpty();
        String intent = charge(tenant).paymentIntent();
        FencedObjects objects = (FencedObjects) at.stripe.objects();
        long earlier = objects.fence();
        IntentState before = calls.intent(intent);
        at.fake.settlePayment(intent, true);
        objects.refresh(ObjectKind.INTENT, intent);

        assertThat(objects.take(before, earlier).outcome()).isEqualTo(Taken.Outcome.OLDER);

        assertThat(at.fixture.rows("select status from stripe_object where id = '" + intent + "'"))
                .containsExactly("succeeded");
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void aPaymentOnWhichAnotherTenantStandsIsBookedForNobody() throws StripeException {
        TenantId tenant = at.tenant();
        TenantId other = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "12.00");
        String page = StripeFixture.idOf(at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
        assertThat(at.fake.completeCheckout(page, "pm_card_visa")).isEmpty();
        String intent = charge(tenant).paymentIntent();
        dashboard
                .v1()
                .paymentIntents()
                .update(
                        intent,
                        PaymentIntentUpdateParams.builder()
                                .putMetadata("tenancy_tenant", other.toString())
                                .build());

        assertThat(at.stripe.objects().refresh(ObjectKind.INTENT, intent).outcome())
                .isEqualTo(Taken.Outcome.NOT_OURS);

        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(at.fixture.billing.payments().of(other)).isEmpty();
        assertThat(at.stripe.findings().open()).anySatisfy(each -> {
            assertThat(each.kind()).isEqualTo(FindingKind.TENANT_MISMATCH);
            assertThat(each.subject()).isEqualTo(intent);
        });
    }

    @Test
    void whatAnotherInstallationOnTheSameAccountMadeIsLeftToIt() throws StripeException {
        String customer = dashboard
                .v1()
                .customers()
                .create(CustomerCreateParams.builder()
                        .putMetadata("tenancy_installation", "staging")
                        .putMetadata("tenancy_tenant", at.tenant().toString())
                        .build())
                .getId();
        String intent = dashboard
                .v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setCustomer(customer)
                        .setAmount(1200L)
                        .setCurrency("usd")
                        .putMetadata("tenancy_installation", "staging")
                        .build())
                .getId();

        assertThat(at.stripe.objects().refresh(ObjectKind.CUSTOMER, customer).outcome())
                .isEqualTo(Taken.Outcome.ELSEWHERE);
        assertThat(at.stripe.objects().refresh(ObjectKind.INTENT, intent).outcome())
                .isEqualTo(Taken.Outcome.ELSEWHERE);
    }

    @Test
    void aPaymentOfATenantOnWhichAnotherInstallationStandsIsForSomebodyToLookAt() throws StripeException {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "12.00");
        String page = StripeFixture.idOf(at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
        assertThat(at.fake.completeCheckout(page, "pm_card_visa")).isEmpty();
        String intent = charge(tenant).paymentIntent();
        dashboard
                .v1()
                .paymentIntents()
                .update(
                        intent,
                        PaymentIntentUpdateParams.builder()
                                .putMetadata("tenancy_installation", "staging")
                                .build());

        Taken taken = at.stripe.objects().refresh(ObjectKind.INTENT, intent);

        assertThat(taken.outcome()).isEqualTo(Taken.Outcome.NOT_OURS);
        assertThat(taken.tenant()).isEqualTo(tenant);
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
    }

    @Test
    void aCustomerOnWhichAnotherTenantStandsChangesNothing() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String before = method(tenant);
        dashboard
                .v1()
                .customers()
                .update(
                        customer(tenant),
                        CustomerUpdateParams.builder()
                                .putMetadata("tenancy_tenant", at.tenant().toString())
                                .build());
        at.fake.replaceCard(customer(tenant), "pm_card_mastercard");

        assertThat(at.stripe
                        .objects()
                        .refresh(ObjectKind.CUSTOMER, customer(tenant))
                        .outcome())
                .isEqualTo(Taken.Outcome.NOT_OURS);

        assertThat(method(tenant)).isEqualTo(before);
    }

    @Test
    void aDisputeOfWhichNothingWasHeardUntilItWasWonIsKnownAndCostsNothing() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "30.00");
        at.run();
        String dispute = dispute(tenant);
        at.fake.winDispute(dispute);

        assertThat(at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute).outcome())
                .isEqualTo(Taken.Outcome.TAKEN);

        assertThat(at.fixture.billing.payments().disputes(tenant))
                .singleElement()
                .satisfies(each -> assertThat(each.state()).isEqualTo(PaymentDispute.State.WON));
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.fixture.billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.CASH, Money.ofMinor(3000, "USD"));
    }

    @Test
    void aRefundOfWhichAPartWasMadeIsShownUntilThatComesBackToo() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice first = at.invoice(tenant, "30.00");
        at.run();
        String touched = charge(tenant).paymentIntent();
        at.pass(Duration.ofHours(1));
        Invoice second = at.invoice(tenant, "50.00");
        at.run();
        dashboard
                .v1()
                .refunds()
                .create(RefundCreateParams.builder()
                        .setPaymentIntent(touched)
                        .setAmount(300L)
                        .build());
        at.fixture.billing.invoices().annul(tenant, first.id(), NOTE);
        at.fixture.billing.invoices().annul(tenant, second.id(), NOTE);
        String refund = at.fixture
                .billing
                .payments()
                .refund(tenant, Money.ofMinor(8000, "USD"), NOTE)
                .toString();
        at.run();
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(open(refund)).containsExactly(FindingKind.REFUND_PARTLY);

        String made = at.fake.refunds().stream()
                .filter(each -> each.amount() == 5000)
                .map(StripeRefund::id)
                .findFirst()
                .orElseThrow();
        at.fake.failRefund(made, "expired_or_canceled_card");
        at.stripe.objects().refresh(ObjectKind.REFUND, made);

        assertThat(open(refund)).isEmpty();
        assertThat(at.credit(tenant)).isEqualTo(Money.ofMinor(8000, "USD"));
    }

    @Test
    void aPaymentByHandThatWasTakenInIsNotShownAgainWhenItsNextEventComes() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 700);
        at.stripe.objects().refresh(ObjectKind.INTENT, intent);
        assertThat(open(intent)).containsExactly(FindingKind.FOREIGN_PAYMENT);
        at.fixture.billing.payments().topUp(tenant, Money.ofMinor(700, "USD"), intent, NOTE);

        at.stripe.objects().refresh(ObjectKind.INTENT, intent);

        assertThat(open(intent)).isEmpty();
    }

    @Test
    void aPaymentByHandOfWhichAnotherAmountWasTakenInIsShown() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 700);
        at.fixture.billing.payments().topUp(tenant, Money.ofMinor(7, "USD"), intent, NOTE);

        at.stripe.objects().refresh(ObjectKind.INTENT, intent);

        assertThat(detail(intent)).contains("USD 7.00", "USD 0.07");
    }

    @Test
    void whatSomebodySettledByHandIsNotShownAgainWhenItsNextEventComes() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String payment = takenByHand(tenant, 700);
        at.invoice(tenant, "30.00");
        at.run();
        String refund = dashboard
                .v1()
                .refunds()
                .create(RefundCreateParams.builder()
                        .setPaymentIntent(charge(tenant).paymentIntent())
                        .setAmount(300L)
                        .build())
                .getId();
        String dispute = dispute(tenant);
        refreshAll(payment, refund, dispute);
        assertThat(open(payment)).containsExactly(FindingKind.FOREIGN_PAYMENT);
        assertThat(open(refund)).containsExactly(FindingKind.FOREIGN_REFUND);
        assertThat(open(dispute)).containsExactly(FindingKind.DISPUTE);
        List.of(payment, refund, dispute).forEach(FencedObjectsTest::settleByHand);

        refreshAll(payment, refund, dispute);

        assertThat(open(payment)).isEmpty();
        assertThat(open(refund)).isEmpty();
        assertThat(open(dispute)).isEmpty();
    }

    @Test
    void anotherAmountThanWasAskedForThatSomebodySettledByHandIsNotShownAgain() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.invoice(tenant, "49.00");
        at.fake.inject(StripeFault.dropAfter().on("POST", "/v1/payment_intents").times(2));
        at.run();
        at.fake.clearFaults();
        at.fixture.sql("update stripe_request set amount = 5000 where tenant_id = '" + tenant + "'");
        String intent = charge(tenant).paymentIntent();
        at.stripe.objects().refresh(ObjectKind.INTENT, intent);
        assertThat(open(intent)).containsExactly(FindingKind.AMOUNT_MISMATCH);
        settleByHand(intent);

        at.stripe.objects().refresh(ObjectKind.INTENT, intent);

        assertThat(open(intent)).isEmpty();
    }

    @Test
    void anInquiryThatWasSettledByHandIsShownAgainWhenTheMoneyIsTaken() throws StripeException {
        TenantId tenant = at.tenantWith("pm_card_createDisputeInquiry");
        at.invoice(tenant, "30.00");
        at.run();
        String inquiry = dashboard.v1().disputes().list().getData().stream()
                .filter(each -> charge(tenant).id().equals(each.getCharge()))
                .map(Dispute::getId)
                .findFirst()
                .orElseThrow();
        FencedObjects objects = (FencedObjects) at.stripe.objects();
        objects.refresh(ObjectKind.DISPUTE, inquiry);
        settleByHand(inquiry);
        DisputeState before = calls.dispute(inquiry);
        objects.refresh(ObjectKind.DISPUTE, inquiry);
        assertThat(open(inquiry)).isEmpty();

        objects.take(escalated(before), objects.fence());

        assertThat(open(inquiry)).containsExactly(FindingKind.DISPUTE);
        assertThat(at.fixture.billing.payments().disputes(tenant))
                .singleElement()
                .satisfies(each -> assertThat(each.state()).isEqualTo(PaymentDispute.State.OPEN));
    }

    @Test
    void aDisputeOfAPaymentThatWasTakenInByHandIsBookedToItsEnd() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 3000);
        at.fixture.billing.payments().topUp(tenant, Money.ofMinor(3000, "USD"), intent, NOTE);
        String dispute = at.fake.dispute(chargeOf(intent), "fraudulent");

        assertThat(at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute).outcome())
                .isEqualTo(Taken.Outcome.TAKEN);
        assertThat(open(dispute)).containsExactly(FindingKind.DISPUTE);
        assertThat(at.fixture.billing.ledger().balances(tenant, "USD"))
                .containsEntry(LedgerAccount.DISPUTED, Money.ofMinor(3000, "USD"));

        at.fake.loseDispute(dispute);
        at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute);
        assertThat(open(dispute)).isEmpty();
        assertThat(at.fixture.billing.payments().disputes(tenant))
                .singleElement()
                .satisfies(each -> assertThat(each.state()).isEqualTo(PaymentDispute.State.LOST));
        assertThat(at.credit(tenant)).isEqualTo(Money.zero("USD"));
    }

    @Test
    void aDisputeOfAPaymentThatIsNotInTheBooksIsForSomebodyToLookAt() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 3000);
        String dispute = at.fake.dispute(chargeOf(intent), "fraudulent");

        assertThat(at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute).outcome())
                .isEqualTo(Taken.Outcome.TAKEN);

        assertThat(open(dispute)).containsExactly(FindingKind.DISPUTE);
        assertThat(detail(dispute)).contains("not in the books");
        assertThat(at.fixture.billing.payments().disputes(tenant)).isEmpty();
    }

    @Test
    void aLostDisputeOfAPaymentThatIsNotInTheBooksIsShownUntilItIs() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 3000);
        String dispute = at.fake.dispute(chargeOf(intent), "fraudulent");
        at.fake.loseDispute(dispute);

        at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute);
        assertThat(detail(dispute)).contains("for good", "not in the books");

        at.fixture.billing.payments().topUp(tenant, Money.ofMinor(3000, "USD"), intent, NOTE);
        at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute);
        assertThat(open(dispute)).isEmpty();
        assertThat(at.credit(tenant)).isEqualTo(Money.zero("USD"));
    }

    @Test
    void aDisputeThatCannotBeBookedIsShownAllTheSame() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        String intent = takenByHand(tenant, 3000);
        at.fixture.billing.payments().topUp(tenant, Money.ofMinor(2000, "USD"), intent, NOTE);
        String dispute = at.fake.dispute(chargeOf(intent), "fraudulent");

        assertThatThrownBy(() -> at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute))
                .isInstanceOf(BillingException.class);

        assertThat(open(dispute)).containsExactly(FindingKind.DISPUTE);
        assertThat(detail(dispute)).contains("could not be booked", "USD 20.00");
    }

    private static DisputeState escalated(DisputeState before) {
        return new DisputeState(
                before.id(),
                before.intent(),
                before.charge(),
                before.livemode(),
                "needs_response",
                before.currency(),
                before.amount(),
                before.createdAt());
    }

    private static void refreshAll(String payment, String refund, String dispute) {
        at.stripe.objects().refresh(ObjectKind.INTENT, payment);
        at.stripe.objects().refresh(ObjectKind.REFUND, refund);
        at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute);
    }

    private static void settleByHand(String subject) {
        at.stripe.findings().resolve(finding(subject).id(), NOTE);
    }

    private static StripeFinding finding(String subject) {
        return at.stripe.findings().open().stream()
                .filter(each -> each.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    private static String detail(String subject) {
        return finding(subject).detail();
    }

    private static String takenByHand(TenantId tenant, long amount) {
        IntentState made = calls.collect(
                UUID.randomUUID().toString(),
                new StripeCalls.Collection(customer(tenant), method(tenant), amount, "USD", "by hand", Map.of()));
        assertThat(made.status()).isEqualTo("succeeded");
        return made.id();
    }

    private static String chargeOf(String intent) {
        return at.fake.charges().stream()
                .filter(each -> intent.equals(each.paymentIntent()))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private static List<FindingKind> open(String subject) {
        return at.stripe.findings().open().stream()
                .filter(each -> each.subject().equals(subject))
                .map(StripeFinding::kind)
                .toList();
    }

    private static StripeCharge charge(TenantId tenant) {
        return at.fake.charges().stream()
                .filter(each -> tenant.toString().equals(each.metadata().get("tenancy_tenant")))
                .findFirst()
                .orElseThrow();
    }

    private static String dispute(TenantId tenant) {
        return at.fake.dispute(charge(tenant).id(), "fraudulent");
    }

    private static String customer(TenantId tenant) {
        return at.stripe.customers().find(tenant).map(StripeCustomer::id).orElseThrow();
    }

    private static String method(TenantId tenant) {
        return at.stripe
                .customers()
                .find(tenant)
                .map(StripeCustomer::card)
                .orElseThrow()
                .id();
    }
}
