package io.tenancy.test.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.stripe.StripeClient;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.PaymentIntent;
import com.stripe.model.SetupIntent;
import com.stripe.model.checkout.Session;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.billingportal.SessionCreateParams.FlowData;
import com.stripe.param.checkout.SessionCreateParams;
import com.stripe.param.checkout.SessionCreateParams.LineItem;
import com.stripe.param.checkout.SessionListParams;
import com.stripe.param.checkout.SessionRetrieveParams;
import com.stripe.param.checkout.SessionUpdateParams;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The pages on which a payer pays, saves a card and answers the bank. */
class CheckoutTest {

    private static final String GOOD = "4242 4242 4242 4242";
    private static final String DECLINED = "4000 0000 0000 0002";
    private static final String ASKS_THE_BANK = "4000002760003184";

    private final FakeStripe stripe = FakeStripe.start();
    private final StripeClient client = Clients.of(stripe);
    private Customer customer;

    @BeforeEach
    void makeCustomer() throws StripeException {
        customer = client.v1()
                .customers()
                .create(CustomerCreateParams.builder()
                        .setEmail("pay@acme.example")
                        .build());
    }

    @AfterEach
    void close() {
        stripe.close();
    }

    @Test
    void thePageShowsTheOrderAndEscapesIt() throws StripeException {
        Session session = payment("<b>Plan</b> \"Pro\"");

        HttpResponse<String> page = Raw.get(session.getUrl());

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.body())
                .contains("&lt;b&gt;Plan&lt;/b&gt; &quot;Pro&quot;", "19.99 USD", "pay@acme.example", "lang=\"en\"")
                .doesNotContain("<b>Plan");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .get()
                .asString()
                .contains("default-src 'none'");
    }

    @Test
    void aGoodCardPaysAndThePayerComesBack() throws StripeException {
        Session session = payment("Plan");

        HttpResponse<String> paid = submit(session, GOOD);

        assertThat(paid.statusCode()).isEqualTo(303);
        assertThat(paid.headers().firstValue("Location")).contains("https://acme.example/done?s=" + session.getId());
        Session after = client.v1()
                .checkout()
                .sessions()
                .retrieve(
                        session.getId(),
                        SessionRetrieveParams.builder()
                                .addExpand("payment_intent")
                                .addExpand("line_items")
                                .build());
        assertThat(after.getStatus()).isEqualTo("complete");
        assertThat(after.getPaymentStatus()).isEqualTo("paid");
        assertThat(after.getPaymentIntentObject().getMetadata()).containsEntry("invoice", "in-1");
        assertThat(after.getLineItems().getData()).hasSize(1);
        assertThat(types())
                .containsSubsequence(
                        "payment_intent.created",
                        "charge.succeeded",
                        "payment_intent.succeeded",
                        "checkout.session.completed");
    }

    @Test
    void aDeclinedCardSaysSoAndTheNextOneIsTaken() throws StripeException {
        Session session = payment("Plan");

        HttpResponse<String> declined = submit(session, DECLINED);
        HttpResponse<String> paid = submit(session, GOOD);

        assertThat(declined.statusCode()).isEqualTo(402);
        assertThat(declined.body()).contains("role=\"alert\"", "Your card was declined.");
        assertThat(paid.statusCode()).isEqualTo(303);
        assertThat(stripe.charges()).extracting(StripeCharge::succeeded).containsExactly(false, true);
        assertThat(stripe.charges())
                .extracting(StripeCharge::paymentIntent)
                .containsOnly(stripe.charges().get(0).paymentIntent());
    }

    @Test
    void aCardThatIsNoTestCardIsRefused() throws StripeException {
        HttpResponse<String> refused = submit(payment("Plan"), "4111 1111 1111 1111");

        assertThat(refused.statusCode()).isEqualTo(402);
        assertThat(refused.body()).contains("Your card number is incorrect");
        assertThat(stripe.charges()).isEmpty();
    }

    @Test
    void anExpiredCardIsRefused() throws StripeException {
        String form = form(GOOD).replace("12%2F40", "01%2F20");

        assertThat(Raw.post(payment("Plan").getUrl(), form).body()).contains("Your card has expired.");
    }

    @Test
    void theBankIsAskedAndItsAnswerCounts() throws StripeException {
        Session session = payment("Plan");

        String bank =
                submit(session, ASKS_THE_BANK).headers().firstValue("Location").orElseThrow();
        assertThat(Raw.get(bank).body()).contains("Is it you who wants to pay 19.99 USD?");
        HttpResponse<String> refused = Raw.post(bank, "answer=no");
        assertThat(refused.headers().firstValue("Location")).contains(session.getUrl());
        assertThat(Raw.get(session.getUrl()).body()).contains("failed authentication");

        String again =
                submit(session, ASKS_THE_BANK).headers().firstValue("Location").orElseThrow();
        HttpResponse<String> agreed = Raw.post(again, "answer=yes");
        assertThat(agreed.headers().firstValue("Location")).contains("https://acme.example/done?s=" + session.getId());
        assertThat(stripe.balance("usd")).isEqualTo(1999);
        assertThat(types()).contains("payment_intent.requires_action", "payment_intent.payment_failed");
    }

    @Test
    void aSetUpSavesTheCardForPaymentsWithoutItsOwner() throws StripeException {
        Session session = setup();

        submit(session, "4000 0025 0000 3155");
        stripe.authenticate(session.getSetupIntent(), true);

        SetupIntent intent = client.v1().setupIntents().retrieve(session.getSetupIntent());
        assertThat(intent.getStatus()).isEqualTo("succeeded");
        assertThat(intent.getMetadata()).containsEntry("tenant", "acme");
        PaymentIntent paid = client.v1()
                .paymentIntents()
                .create(com.stripe.param.PaymentIntentCreateParams.builder()
                        .setAmount(100L)
                        .setCurrency("usd")
                        .setCustomer(customer.getId())
                        .setPaymentMethod(intent.getPaymentMethod())
                        .setConfirm(true)
                        .setOffSession(true)
                        .build());
        assertThat(paid.getStatus()).isEqualTo("succeeded");
        assertThat(types())
                .containsSubsequence(
                        "setup_intent.created",
                        "payment_method.attached",
                        "setup_intent.succeeded",
                        "checkout.session.completed");
    }

    @Test
    void aSessionExpiresByTheClockOrByRequest() throws StripeException {
        Session late = payment("Plan");
        stripe.advance(Duration.ofHours(25));
        Session early = payment("Plan");
        client.v1().checkout().sessions().expire(early.getId());

        assertThat(client.v1().checkout().sessions().retrieve(late.getId()).getStatus())
                .isEqualTo("expired");
        assertThat(Raw.get(early.getUrl()).statusCode()).isEqualTo(410);
        assertThat(types()).filteredOn("checkout.session.expired"::equals).hasSize(2);
        assertThatThrownBy(() -> client.v1().checkout().sessions().expire(early.getId()))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aTestCompletesASessionWithoutAPage() throws StripeException {
        Session session = payment("Plan");

        assertThat(stripe.completeCheckout(session.getId(), "pm_card_chargeDeclined"))
                .contains("declined");
        assertThat(stripe.completeCheckout(session.getId(), "pm_card_visa")).isEmpty();
        assertThat(client.v1().checkout().sessions().retrieve(session.getId()).getStatus())
                .isEqualTo("complete");
    }

    @Test
    void aDebitThatTakesItsTimeSucceedsOrFailsLater() throws StripeException {
        Session good = payment("Plan");
        Session bad = payment("Plan");
        stripe.completeCheckout(good.getId(), "pm_usBankAccount_success");
        stripe.completeCheckout(bad.getId(), "pm_usBankAccount_debitNotAuthorized");
        Session pending = client.v1().checkout().sessions().retrieve(good.getId());
        assertThat(pending.getStatus()).isEqualTo("complete");
        assertThat(pending.getPaymentStatus()).isEqualTo("unpaid");

        stripe.settlePayment(pending.getPaymentIntent(), true);
        stripe.settlePayment(
                client.v1().checkout().sessions().retrieve(bad.getId()).getPaymentIntent(), false);

        assertThat(client.v1().checkout().sessions().retrieve(good.getId()).getPaymentStatus())
                .isEqualTo("paid");
        assertThat(types())
                .contains(
                        "payment_intent.processing",
                        "checkout.session.async_payment_succeeded",
                        "checkout.session.async_payment_failed");
        assertThat(stripe.balance("usd")).isEqualTo(1999);
    }

    @Test
    void aDebitEndsByTheClockToo() throws StripeException {
        Session good = payment("Plan");
        Session bad = payment("Plan");
        stripe.completeCheckout(good.getId(), "pm_usBankAccount_success");
        stripe.completeCheckout(bad.getId(), "pm_usBankAccount_debitNotAuthorized");

        stripe.advance(Duration.ofDays(4));

        assertThat(client.v1().checkout().sessions().retrieve(good.getId()).getPaymentStatus())
                .isEqualTo("paid");
        assertThat(client.v1().checkout().sessions().retrieve(bad.getId()).getPaymentStatus())
                .isEqualTo("unpaid");
        assertThat(stripe.balance("usd")).isEqualTo(1999);
    }

    @Test
    void aDebitThatStaysUnderWayEndsWhenATestSaysSo() throws StripeException {
        Session session = payment("Plan");
        stripe.completeCheckout(session.getId(), "pm_usBankAccount_processing");
        stripe.advance(Duration.ofDays(9));
        String intent =
                client.v1().checkout().sessions().retrieve(session.getId()).getPaymentIntent();
        assertThat(client.v1().paymentIntents().retrieve(intent).getStatus()).isEqualTo("processing");

        stripe.settlePayment(intent, true);

        assertThat(client.v1().paymentIntents().retrieve(intent).getStatus()).isEqualTo("succeeded");
    }

    @Test
    void sessionsAreListedAndTheirMetadataChanged() throws StripeException {
        Session session = payment("Plan");
        client.v1()
                .checkout()
                .sessions()
                .update(
                        session.getId(),
                        SessionUpdateParams.builder().putMetadata("k", "v").build());

        List<Session> open = client.v1()
                .checkout()
                .sessions()
                .list(SessionListParams.builder()
                        .setStatus(SessionListParams.Status.OPEN)
                        .setCustomer(customer.getId())
                        .build())
                .getData();

        assertThat(open)
                .singleElement()
                .satisfies(one -> assertThat(one.getMetadata()).containsEntry("k", "v"));
        assertThat(client.v1()
                        .checkout()
                        .sessions()
                        .lineItems()
                        .list(session.getId())
                        .getData())
                .singleElement()
                .satisfies(item -> assertThat(item.getDescription()).isEqualTo("Plan"));
    }

    @Test
    void aUrlThatIsAScriptIsRefused() {
        InvalidRequestException error = catchThrowableOfType(
                InvalidRequestException.class,
                () -> client.v1()
                        .checkout()
                        .sessions()
                        .create(SessionCreateParams.builder()
                                .setMode(SessionCreateParams.Mode.SETUP)
                                .setSuccessUrl("https://acme.example")
                                .setCancelUrl("javascript:alert(1)")
                                .build()));

        assertThat(error.getStripeError().getParam()).isEqualTo("cancel_url");
    }

    @Test
    void thePortalReplacesTheCardThatPaysInvoices() throws StripeException {
        com.stripe.model.billingportal.Session portal = client.v1()
                .billingPortal()
                .sessions()
                .create(com.stripe.param.billingportal.SessionCreateParams.builder()
                        .setCustomer(customer.getId())
                        .setReturnUrl("https://acme.example/billing")
                        .setFlowData(FlowData.builder()
                                .setType(FlowData.Type.PAYMENT_METHOD_UPDATE)
                                .build())
                        .build());

        assertThat(Raw.get(portal.getUrl()).body()).contains("No card is saved.");
        assertThat(Raw.post(portal.getUrl(), form(DECLINED)).statusCode()).isEqualTo(402);
        HttpResponse<String> saved = Raw.post(portal.getUrl(), form(GOOD));

        assertThat(saved.headers().firstValue("Location")).contains("https://acme.example/billing");
        assertThat(Raw.get(portal.getUrl()).body()).contains("visa ending in 4242, until 12/2040 (pays your invoices)");
        String chosen = client.v1()
                .customers()
                .retrieve(customer.getId())
                .getInvoiceSettings()
                .getDefaultPaymentMethod();
        assertThat(client.v1().paymentMethods().retrieve(chosen).getCustomer()).isEqualTo(customer.getId());
        assertThat(types()).contains("customer.updated");
    }

    @Test
    void thePortalAsksTheBankToo() throws StripeException {
        String url = client.v1()
                .billingPortal()
                .sessions()
                .create(com.stripe.param.billingportal.SessionCreateParams.builder()
                        .setCustomer(customer.getId())
                        .setReturnUrl("https://acme.example/billing")
                        .build())
                .getUrl();

        String bank = Raw.post(url, form(ASKS_THE_BANK))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        HttpResponse<String> agreed = Raw.post(bank, "answer=yes");

        assertThat(agreed.headers().firstValue("Location")).contains("https://acme.example/billing");
        assertThat(Raw.get(url).body()).contains("visa ending in 3184");
    }

    private List<String> types() {
        return stripe.events().stream().map(StripeEvent::type).toList();
    }

    private Session setup() throws StripeException {
        return client.v1()
                .checkout()
                .sessions()
                .create(SessionCreateParams.builder()
                        .setMode(SessionCreateParams.Mode.SETUP)
                        .setCurrency("usd")
                        .setCustomer(customer.getId())
                        .setSuccessUrl("https://acme.example/done?s={CHECKOUT_SESSION_ID}")
                        .setSetupIntentData(SessionCreateParams.SetupIntentData.builder()
                                .putMetadata("tenant", "acme")
                                .build())
                        .build());
    }

    private Session payment(String name) throws StripeException {
        return client.v1()
                .checkout()
                .sessions()
                .create(SessionCreateParams.builder()
                        .setMode(SessionCreateParams.Mode.PAYMENT)
                        .setCustomer(customer.getId())
                        .setSuccessUrl("https://acme.example/done?s={CHECKOUT_SESSION_ID}")
                        .setCancelUrl("https://acme.example/back")
                        .setPaymentIntentData(SessionCreateParams.PaymentIntentData.builder()
                                .putMetadata("invoice", "in-1")
                                .build())
                        .addLineItem(LineItem.builder()
                                .setQuantity(1L)
                                .setPriceData(LineItem.PriceData.builder()
                                        .setCurrency("usd")
                                        .setUnitAmount(1999L)
                                        .setProductData(LineItem.PriceData.ProductData.builder()
                                                .setName(name)
                                                .build())
                                        .build())
                                .build())
                        .build());
    }

    private HttpResponse<String> submit(Session session, String number) {
        return Raw.post(session.getUrl(), form(number));
    }

    private static String form(String number) {
        return "email=pay%40acme.example&cvc=123&expiry=12%2F40&number="
                + URLEncoder.encode(number, StandardCharsets.UTF_8);
    }
}
