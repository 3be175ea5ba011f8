package io.tenancy.billing.stripe.payment;

import static io.tenancy.billing.BillingFixture.NOTE;
import static io.tenancy.billing.BillingFixture.usd;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.StripeException;
import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.stripe.StripeFixture;
import io.tenancy.billing.stripe.client.CardOnFile;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeFault;
import io.tenancy.test.stripe.StripeRefund;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class StripePaymentsTest {

    private static StripeFixture at;

    @BeforeAll
    static void start() {
        at = new StripeFixture();
    }

    @AfterAll
    static void stop() {
        at.close();
    }

    @AfterEach
    void theBooksAreSound() {
        at.fake.clearFaults();
        assertThat(at.faults()).isEmpty();
    }

    @Test
    void whatATenantOwesIsTakenFromTheCardThatItLeft() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(4900L);
        assertThat(at.stripe.customers().find(tenant).orElseThrow().card())
                .satisfies(card -> assertThat(card.last4()).isEqualTo("4242"));
    }

    @Test
    void withoutACardNothingIsTakenAndDunningBegins() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(at.fixture.billing.dunning().of(tenant)).hasSize(1);
        assertThat(at.taken(tenant)).isEmpty();
    }

    @Test
    void aCardThatIsLeftLaterPaysWhatIsOpenAtOnce() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        at.leave(tenant, "pm_card_visa");
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.fixture.billing.dunning().of(tenant)).allMatch(each -> each.nextAt() == null);
    }

    @Test
    void anotherCardIsTriedAlsoAfterOneThatWasStolen() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.fake.refuseNextCharge(customer(tenant), "stolen_card");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        assertThat(attempts(tenant)).containsExactly("DECLINED stolen_card true");
        at.leave(tenant, "pm_card_mastercard");
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(4900L);
    }

    @Test
    void aDeclinedCardIsTriedAgainByDunning() {
        TenantId tenant = at.tenantWith("pm_card_chargeCustomerFail");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        assertThat(at.fixture.rows("select code from payment_attempt where tenant_id = '" + tenant + "'"))
                .containsExactly("generic_decline");
        at.pass(Duration.ofDays(1));
        at.run();
        assertThat(at.fixture.rows("select state from payment_attempt where tenant_id = '" + tenant + "'"))
                .containsExactly("DECLINED", "DECLINED");
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
    }

    static List<StripeFault> afterTheChargeHappened() {
        String path = "/v1/payment_intents";
        return List.of(
                StripeFault.dropAfter().on("POST", path).times(2),
                StripeFault.truncated().on("POST", path),
                StripeFault.errorAfterEffect(500).on("POST", path),
                StripeFault.errorAfterEffect(503).on("POST", path));
    }

    @ParameterizedTest
    @MethodSource("afterTheChargeHappened")
    void anAnswerThatIsLostAfterTheChargeChargesOnce(StripeFault fault) {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "12.00");
        at.fake.inject(fault);
        at.run();
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(1200L);
    }

    @ParameterizedTest
    @MethodSource("afterTheChargeHappened")
    void whatStripeHasForgottenTheKeyOfIsLookedForBeforeItIsAskedAgain(StripeFault fault) {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "12.00");
        at.fake.inject(fault);
        at.run();
        at.pass(Duration.ofDays(3));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(1200L);
    }

    static List<StripeFault> beforeAnythingHappened() {
        String path = "/v1/payment_intents";
        return List.of(
                StripeFault.dropBefore().on("POST", path).times(2),
                StripeFault.error(500).on("POST", path),
                StripeFault.error(503).on("POST", path),
                StripeFault.error(429).on("POST", path));
    }

    @ParameterizedTest
    @MethodSource("beforeAnythingHappened")
    void whatStripeDidNotDoIsAskedAgainAndDone(StripeFault fault) {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "12.00");
        at.fake.inject(fault);
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
        assertThat(at.fixture.billing.dunning().of(tenant)).isEmpty();
        at.pass(Duration.ofMinutes(11));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(1200L);
    }

    @Test
    void whatIsTooMuchForStripeNowIsAskedAgainWithinAMinute() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "12.00");
        at.fake.inject(StripeFault.error(429).on("POST", "/v1/payment_intents"));
        at.run();
        at.pass(Duration.ofMinutes(1));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
    }

    @Test
    void aTenantBecomesOneCustomerHoweverOftenTheAnswerIsLost() {
        TenantId tenant = at.tenant();
        at.fake.inject(StripeFault.dropAfter().on("POST", "/v1/customers").times(2));
        assertThatThrownBy(() -> at.stripe.customers().require(tenant)).isInstanceOf(BillingException.class);
        at.pass(Duration.ofDays(2));
        String first = at.stripe.customers().require(tenant);
        assertThat(at.stripe.customers().require(tenant)).isEqualTo(first);
        assertThat(at.fake.requests().stream()
                        .filter(each ->
                                each.method().equals("POST") && each.path().equals("/v1/customers"))
                        .count())
                .isPositive();
        assertThat(at.stripe.objects().refresh(ObjectKind.CUSTOMER, first).outcome())
                .isEqualTo(Taken.Outcome.TAKEN);
        assertThat(at.stripe.findings().open()).noneMatch(each -> each.kind() == FindingKind.CUSTOMER_TWICE);
    }

    @Test
    void creditIsPaidBackFromAPaymentThatCoversIt() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        paid(tenant, "30.00");
        at.pass(Duration.ofHours(1));
        Invoice second = paid(tenant, "50.00");
        at.fixture.billing.invoices().credit(tenant, second.id(), usd("40.00"), NOTE);
        at.fixture.billing.payments().refund(tenant, usd("40.00"), "complaint", NOTE);
        at.run();
        assertThat(refunds(tenant)).extracting(StripeRefund::amount).containsExactly(4000L);
        assertThat(at.credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void creditThatNoPaymentCoversIsPaidBackFromSeveral() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice first = paid(tenant, "30.00");
        at.pass(Duration.ofHours(1));
        Invoice second = paid(tenant, "50.00");
        at.fixture.billing.invoices().annul(tenant, first.id(), NOTE);
        at.fixture.billing.invoices().annul(tenant, second.id(), NOTE);
        at.fixture.billing.payments().refund(tenant, usd("70.00"), "complaint", NOTE);
        at.run();
        assertThat(refunds(tenant)).extracting(StripeRefund::amount).containsExactlyInAnyOrder(5000L, 2000L);
        assertThat(at.fixture.rows(
                        "select state from payment_attempt where kind = 'REFUND' and tenant_id = '" + tenant + "'"))
                .containsExactly("SUCCEEDED");
    }

    @Test
    void aRefundWhoseAnswerIsLostIsPaidBackOnce() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = paid(tenant, "30.00");
        at.fixture.billing.invoices().annul(tenant, invoice.id(), NOTE);
        at.fixture.billing.payments().refund(tenant, usd("30.00"), "complaint", NOTE);
        at.fake.inject(StripeFault.dropAfter().on("POST", "/v1/refunds").times(2));
        at.run();
        at.pass(Duration.ofDays(2));
        at.run();
        assertThat(refunds(tenant)).hasSize(1);
        assertThat(at.fixture.rows(
                        "select state from payment_attempt where kind = 'REFUND' and tenant_id = '" + tenant + "'"))
                .containsExactly("SUCCEEDED");
    }

    @Test
    void aRefundThatTheBankSendsBackIsCreditAgainOnce() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = paid(tenant, "30.00");
        at.fixture.billing.invoices().annul(tenant, invoice.id(), NOTE);
        at.fixture.billing.payments().refund(tenant, usd("30.00"), "complaint", NOTE);
        at.run();
        String refund = refunds(tenant).get(0).id();
        at.fake.failRefund(refund, "expired_or_canceled_card");
        at.stripe.objects().refresh(ObjectKind.REFUND, refund);
        at.stripe.objects().refresh(ObjectKind.REFUND, refund);
        assertThat(at.credit(tenant)).isEqualTo(usd("30.00"));
        assertThat(at.fixture.billing.payments().refundable(tenant, "USD")).isEqualTo(usd("30.00"));
    }

    @Test
    void creditThatWasNotPaidThroughStripeIsNotPaidBackThroughIt() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.fixture.billing.payments().topUp(tenant, usd("30.00"), "transfer of " + tenant, NOTE);
        at.fixture.billing.payments().refund(tenant, usd("30.00"), "complaint", NOTE);
        at.run();
        assertThat(refunds(tenant)).isEmpty();
        assertThat(at.credit(tenant)).isEqualTo(usd("30.00"));
    }

    @Test
    void anInvoiceIsPaidOnAPageAndTheCardIsKept() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_visa"))
                .isEmpty();
        assertThat(at.stripe.pages().returned(tenant, StripeFixture.idOf(page))).isTrue();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        Invoice next = at.invoice(tenant, "10.00");
        at.run();
        assertThat(at.now(next).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactlyInAnyOrder(4900L, 1000L);
    }

    @Test
    void aSecondClickFindsTheSamePage() {
        TenantId tenant = at.tenant();
        Invoice invoice = at.invoice(tenant, "49.00");
        URI first = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS))
                .isEqualTo(first);
    }

    @Test
    void aTenantThatHasJustPaidOnAPageIsNotChargedBesideIt() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        assertThat(at.fake.completeCheckout(StripeFixture.idOf(page), "pm_card_mastercard"))
                .isEmpty();
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(4900L);
        assertThat(at.credit(tenant)).isEqualTo(usd("0.00"));
    }

    @Test
    void aPageIsClosedBeforeTheCardIsCharged() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        Invoice invoice = at.invoice(tenant, "49.00");
        URI page = at.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS);
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.fixture.rows(
                        "select state from stripe_checkout where session = '" + StripeFixture.idOf(page) + "'"))
                .containsExactly("EXPIRED");
    }

    @Test
    void nobodyComesBackFromAnothersPage() {
        TenantId tenant = at.tenant();
        TenantId other = at.tenant();
        URI page = at.stripe.pages().save(tenant, "USD", StripeFixture.WAYS);
        assertThatThrownBy(() -> at.stripe.pages().returned(other, StripeFixture.idOf(page)))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("has none like that");
    }

    @Test
    void aDisputedPaymentIsBookedAndComesBackWhenItIsWon() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        paid(tenant, "30.00");
        String dispute = at.fake.dispute(charge(tenant).id(), "fraudulent");
        at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute);
        assertThat(at.fixture.billing.payments().refundable(tenant, "USD")).isEqualTo(usd("0.00"));
        assertThat(findings(tenant)).extracting(StripeFinding::kind).containsExactly(FindingKind.DISPUTE);
        at.fake.winDispute(dispute);
        at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute);
        assertThat(findings(tenant)).isEmpty();
        assertThat(at.fixture.billing.payments().disputes(tenant))
                .singleElement()
                .satisfies(each -> assertThat(each.state().name()).isEqualTo("WON"));
    }

    @Test
    void aDisputeThatIsLostIsALoss() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        paid(tenant, "30.00");
        String dispute = at.fake.dispute(charge(tenant).id(), "fraudulent");
        at.fake.loseDispute(dispute);
        at.stripe.objects().refresh(ObjectKind.DISPUTE, dispute);
        assertThat(at.fixture.billing.payments().disputes(tenant))
                .singleElement()
                .satisfies(each -> assertThat(each.state().name()).isEqualTo("LOST"));
    }

    @Test
    void whatIsPaidBackByHandAtStripeIsShownToTheOperator() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        paid(tenant, "30.00");
        String refund = refundByHand(charge(tenant).paymentIntent(), 500);
        at.stripe.objects().refresh(ObjectKind.REFUND, refund);
        assertThat(findings(tenant)).extracting(StripeFinding::kind).containsExactly(FindingKind.FOREIGN_REFUND);
    }

    @Test
    void anOpenInvoiceOfATenantThatPaidByTransferIsCollectedOnceItPaysByCard() {
        TenantId tenant = at.tenant();
        at.fixture.billing.accounts().use(tenant, "acme", "manual");
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        at.fixture.billing.accounts().use(tenant, "acme", StripePayments.NAME);
        at.leave(tenant, "pm_card_visa");
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.fixture.statusOf(tenant)).isEqualTo(TenantStatus.ACTIVE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "highest_risk_level",
                "incorrect_number",
                "lost_card",
                "pickup_card",
                "revocation_of_all_authorizations",
                "revocation_of_authorization",
                "stolen_card",
                "stop_payment_order",
                "transaction_not_allowed"
            })
    void afterWhatTheBankWouldSayAgainTheCardIsNotTriedAgain(String code) {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.fake.refuseNextCharge(customer(tenant), code);
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        at.pass(Duration.ofDays(5));
        at.run();
        assertThat(attempts(tenant)).containsExactly("DECLINED " + code + " true");
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "card_velocity_exceeded",
                "do_not_honor",
                "expired_card",
                "fraudulent",
                "generic_decline",
                "insufficient_funds",
                "issuer_not_available",
                "processing_error",
                "try_again_later",
                "a_word_that_banks_say_from_tomorrow_on"
            })
    void afterWhatMayPassTheCardIsTriedAgainByDunning(String code) {
        TenantId tenant = at.tenantWith("pm_card_visa");
        at.fake.refuseNextCharge(customer(tenant), code);
        Invoice invoice = at.invoice(tenant, "49.00");
        at.run();
        assertThat(attempts(tenant)).containsExactly("DECLINED " + code + " false");
        at.pass(Duration.ofDays(1));
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(at.taken(tenant)).containsExactly(4900L);
    }

    @Test
    void aCardThatTheBankWantsItsOwnerForIsNotTriedAgain() {
        TenantId tenant = at.tenantWith("pm_card_authenticationRequired");
        at.invoice(tenant, "49.00");
        at.run();
        at.pass(Duration.ofDays(5));
        at.run();
        assertThat(attempts(tenant)).containsExactly("DECLINED authentication_required true");
    }

    @Test
    void whereNothingIsLeftToBeChargedNothingIsTriedAgain() {
        TenantId tenant = at.tenant();
        at.invoice(tenant, "49.00");
        at.run();
        at.pass(Duration.ofDays(5));
        at.run();
        assertThat(attempts(tenant)).containsExactly("DECLINED no_payment_method true");
    }

    @Test
    void aCardThatWasTakenAwayAtStripeIsKnownToBeGoneByTheNextTry() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        CardOnFile card = at.stripe.customers().find(tenant).orElseThrow().card();
        assertThat(card).isNotNull();
        byHand(stripe -> stripe.v1().paymentMethods().detach(card.id()));
        at.invoice(tenant, "49.00");
        at.run();
        at.pass(Duration.ofDays(5));
        at.run();
        assertThat(attempts(tenant)).last().isEqualTo("DECLINED no_payment_method true");
        assertThat(at.taken(tenant)).isEmpty();
    }

    @Test
    void aCustomerThatIsGoneAtStripeIsNotTriedAgain() {
        TenantId tenant = at.tenantWith("pm_card_visa");
        byHand(stripe -> stripe.v1().customers().delete(customer(tenant)));
        at.invoice(tenant, "49.00");
        at.run();
        at.pass(Duration.ofDays(5));
        at.run();
        assertThat(attempts(tenant)).containsExactly("DECLINED resource_missing true");
    }

    private static String customer(TenantId tenant) {
        String id = at.stripe.customers().find(tenant).orElseThrow().id();
        if (id == null) {
            throw new AssertionError("Tenant " + tenant + " is no customer");
        }
        return id;
    }

    private static List<String> attempts(TenantId tenant) {
        return at.fixture.rows("select state || ' ' || code || ' ' || final from payment_attempt where tenant_id = '"
                + tenant + "' order by id");
    }

    private interface ByHand {
        Object work(StripeClient stripe) throws StripeException;
    }

    private static void byHand(ByHand work) {
        try {
            var unused = work.work(StripeClient.builder()
                    .setApiKey(at.fake.apiKey())
                    .setApiBase(at.fake.apiBase())
                    .build());
        } catch (StripeException refused) {
            throw new AssertionError(refused);
        }
    }

    private static Invoice paid(TenantId tenant, String amount) {
        Invoice invoice = at.invoice(tenant, amount);
        at.run();
        assertThat(at.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        return invoice;
    }

    private static StripeCharge charge(TenantId tenant) {
        return at.fake.charges().stream()
                .filter(each -> tenant.toString().equals(each.metadata().get("tenancy_tenant")))
                .filter(StripeCharge::succeeded)
                .findFirst()
                .orElseThrow();
    }

    private static List<StripeRefund> refunds(TenantId tenant) {
        List<String> intents = at.fake.charges().stream()
                .filter(each -> tenant.toString().equals(each.metadata().get("tenancy_tenant")))
                .map(StripeCharge::paymentIntent)
                .toList();
        return at.fake.refunds().stream()
                .filter(each -> intents.contains(each.paymentIntent()))
                .toList();
    }

    private static List<StripeFinding> findings(TenantId tenant) {
        return at.stripe.findings().open().stream()
                .filter(each -> tenant.equals(each.tenant()))
                .toList();
    }

    private static String refundByHand(String intent, long amount) {
        return new io.tenancy.billing.stripe.client.StripeCalls(StripeFixture.settings(at.fake))
                .refund("by hand " + intent, intent, amount, java.util.Map.of())
                .id();
    }
}
