package io.tenancy.test.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.stripe.StripeClient;
import com.stripe.exception.CardException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.PaymentIntent;
import com.stripe.model.PaymentMethod;
import com.stripe.model.SetupIntent;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerListParams;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.PaymentIntentCancelParams;
import com.stripe.param.PaymentIntentCaptureParams;
import com.stripe.param.PaymentIntentConfirmParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentUpdateParams;
import com.stripe.param.PaymentMethodAttachParams;
import com.stripe.param.PaymentMethodCreateParams;
import com.stripe.param.PaymentMethodListParams;
import com.stripe.param.PaymentMethodUpdateParams;
import com.stripe.param.SetupIntentConfirmParams;
import com.stripe.param.SetupIntentCreateParams;
import com.stripe.param.SetupIntentListParams;
import com.stripe.param.SetupIntentUpdateParams;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Customers, their cards, and what each of Stripe's test cards does. */
class CardsTest {

    private final FakeStripe stripe = FakeStripe.start();
    private final StripeClient client = Clients.of(stripe);

    @AfterEach
    void close() {
        stripe.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pm_card_visa",
                "pm_card_mastercard",
                "pm_card_amex",
                "pm_card_br",
                "pm_card_visa_debit",
                "pm_card_bypassPending"
            })
    void aGoodCardPays(String card) throws StripeException {
        assertThat(pay(card).getStatus()).isEqualTo("succeeded");
    }

    @ParameterizedTest
    @CsvSource({
        "pm_card_chargeDeclined, card_declined, generic_decline",
        "pm_card_chargeDeclinedInsufficientFunds, card_declined, insufficient_funds",
        "pm_card_chargeDeclinedLostCard, card_declined, lost_card",
        "pm_card_chargeDeclinedStolenCard, card_declined, stolen_card",
        "pm_card_chargeDeclinedExpiredCard, expired_card, expired_card",
        "pm_card_chargeDeclinedIncorrectCvc, incorrect_cvc, incorrect_cvc",
        "pm_card_chargeDeclinedProcessingError, processing_error, processing_error",
        "pm_card_chargeDeclinedVelocityLimitExceeded, card_declined, card_velocity_exceeded",
        "pm_card_chargeDeclinedFraudulent, card_declined, fraudulent",
        "pm_card_radarBlock, card_declined, fraudulent"
    })
    void aBadCardIsDeclinedForItsReasonAndCannotBeSaved(String card, String code, String reason)
            throws StripeException {
        CardException declined = catchThrowableOfType(CardException.class, () -> pay(card));
        Customer customer = customer();
        CardException unsaved = catchThrowableOfType(CardException.class, () -> attach(card, customer));

        assertThat(declined.getCode()).isEqualTo(code);
        assertThat(declined.getDeclineCode()).isEqualTo(reason);
        assertThat(unsaved.getCode()).isEqualTo(code);
        assertThat(stripe.charges())
                .singleElement()
                .matches(charge -> charge.status().equals("failed"));
        assertThat(stripe.events())
                .extracting(StripeEvent::type)
                .contains("charge.failed", "payment_intent.payment_failed")
                .doesNotContain("payment_method.attached");
    }

    @ParameterizedTest
    @CsvSource({
        "stolen_card, card_declined",
        "pickup_card, card_declined",
        "do_not_honor, card_declined",
        "expired_card, expired_card",
        "incorrect_number, incorrect_number"
    })
    void aSavedCardIsRefusedOnceInTheWordsThatATestGives(String reason, String code) throws StripeException {
        Customer customer = customer();
        PaymentMethod card = attach("pm_card_visa", customer);
        stripe.refuseNextCharge(customer.getId(), reason);

        CardException refused = catchThrowableOfType(CardException.class, () -> payWith(card, customer));

        assertThat(refused.getCode()).isEqualTo(code);
        assertThat(refused.getDeclineCode()).isEqualTo(reason);
        assertThat(payWith(card, customer).getStatus()).isEqualTo("succeeded");
    }

    @Test
    void whatIsNoCodeOfABankIsNotRefusedIn() throws StripeException {
        Customer customer = customer();
        assertThatThrownBy(() -> stripe.refuseNextCharge(customer.getId(), "No money"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lost_card");
    }

    @Test
    void aTokenThatIsNoneIsUnknown() {
        assertThatThrownBy(() -> pay("pm_card_nonsense"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("No such PaymentMethod");
    }

    @Test
    void testCardsAreUnknownInLiveMode() {
        assertThatThrownBy(() ->
                        Clients.of(stripe, "sk_live_1").v1().paymentIntents().create(payment("pm_card_visa")))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("No such PaymentMethod");
    }

    @Test
    void aCardPaysOnceUnlessItIsSaved() throws StripeException {
        PaymentMethod card = client.v1()
                .paymentMethods()
                .create(PaymentMethodCreateParams.builder()
                        .setType(PaymentMethodCreateParams.Type.CARD)
                        .setCard(PaymentMethodCreateParams.Token.builder()
                                .setToken("tok_visa")
                                .build())
                        .build());
        pay(card.getId());

        assertThatThrownBy(() -> pay(card.getId())).hasMessageContaining("previously used");
    }

    @Test
    void anotherCustomersCardIsRefused() throws StripeException {
        PaymentMethod card = attach("pm_card_visa", customer());
        Customer other = customer();

        assertThatThrownBy(() -> pay(card.getId())).hasMessageContaining("belongs to the Customer");
        assertThatThrownBy(() -> client.v1()
                        .paymentIntents()
                        .create(PaymentIntentCreateParams.builder()
                                .setAmount(100L)
                                .setCurrency("usd")
                                .setCustomer(other.getId())
                                .setPaymentMethod(card.getId())
                                .setConfirm(true)
                                .build()))
                .hasMessageContaining("does not belong to the Customer");
        assertThatThrownBy(() -> attach(card.getId(), other)).hasMessageContaining("already been attached");
        assertThat(stripe.charges()).isEmpty();
    }

    @Test
    void savedCardsAreListedChangedAndTakenAway() throws StripeException {
        Customer customer = customer();
        PaymentMethod card = attach("pm_card_visa", customer);
        client.v1()
                .customers()
                .update(
                        customer.getId(),
                        CustomerUpdateParams.builder()
                                .setInvoiceSettings(CustomerUpdateParams.InvoiceSettings.builder()
                                        .setDefaultPaymentMethod(card.getId())
                                        .build())
                                .build());
        client.v1()
                .paymentMethods()
                .update(
                        card.getId(),
                        PaymentMethodUpdateParams.builder()
                                .setCard(PaymentMethodUpdateParams.Card.builder()
                                        .setExpMonth(5L)
                                        .setExpYear(2031L)
                                        .build())
                                .build());
        List<PaymentMethod> listed = client.v1()
                .paymentMethods()
                .list(PaymentMethodListParams.builder()
                        .setCustomer(customer.getId())
                        .setType(PaymentMethodListParams.Type.CARD)
                        .build())
                .getData();
        assertThat(listed)
                .singleElement()
                .satisfies(one -> assertThat(one.getCard().getExpMonth()).isEqualTo(5));
        assertThat(client.v1()
                        .customers()
                        .paymentMethods()
                        .list(customer.getId())
                        .getData())
                .hasSize(1);
        assertThat(client.v1()
                        .customers()
                        .paymentMethods()
                        .retrieve(customer.getId(), card.getId())
                        .getId())
                .isEqualTo(card.getId());

        client.v1().paymentMethods().detach(card.getId());

        assertThat(client.v1()
                        .customers()
                        .paymentMethods()
                        .list(customer.getId())
                        .getData())
                .isEmpty();
        assertThat(client.v1()
                        .customers()
                        .retrieve(customer.getId())
                        .getInvoiceSettings()
                        .getDefaultPaymentMethod())
                .isNull();
        assertThatThrownBy(() -> attach(card.getId(), customer)).hasMessageContaining("may not be used again");
    }

    @Test
    void theCardNetworkUpdatesACard() throws StripeException {
        PaymentMethod card = attach("pm_card_visa", customer());

        stripe.updateCard(card.getId(), 7, 2033);

        assertThat(client.v1().paymentMethods().retrieve(card.getId()).getCard().getExpYear())
                .isEqualTo(2033);
        assertThat(stripe.events())
                .last()
                .matches(event -> event.type().equals("payment_method.automatically_updated"));
    }

    @Test
    void aDeletedCustomerIsGoneForPaymentsAndKnownAsDeleted() throws StripeException {
        Customer customer = customer();
        PaymentMethod card = attach("pm_card_visa", customer);

        client.v1().customers().delete(customer.getId());

        assertThat(client.v1().customers().retrieve(customer.getId()).getDeleted())
                .isTrue();
        assertThat(client.v1().customers().list().getData()).isEmpty();
        assertThatThrownBy(() -> attach("pm_card_visa", customer)).hasMessageContaining("No such customer");
        assertThat(client.v1().paymentMethods().retrieve(card.getId()).getCustomer())
                .isNull();
        assertThat(stripe.events()).last().matches(event -> event.type().equals("customer.deleted"));
    }

    @Test
    void customersAreFoundByTheirEmail() throws StripeException {
        customer();
        client.v1()
                .customers()
                .create(CustomerCreateParams.builder()
                        .setEmail("b@acme.example")
                        .build());

        assertThat(client.v1()
                        .customers()
                        .list(CustomerListParams.builder()
                                .setEmail("b@acme.example")
                                .build())
                        .getData())
                .hasSize(1);
    }

    @Test
    void aCardThatAsksTheBankWaitsForItsOwner() throws StripeException {
        PaymentIntent intent = client.v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(100L)
                        .setCurrency("usd")
                        .setPaymentMethod("pm_card_authenticationRequired")
                        .setConfirm(true)
                        .setReturnUrl("https://acme.example/back")
                        .build());
        assertThat(intent.getStatus()).isEqualTo("requires_action");
        String bank = intent.getNextAction().getRedirectToUrl().getUrl();

        String back =
                Raw.post(bank, "answer=yes").headers().firstValue("Location").orElseThrow();

        assertThat(back)
                .startsWith("https://acme.example/back?payment_intent=" + intent.getId())
                .endsWith("redirect_status=succeeded");
        assertThat(client.v1().paymentIntents().retrieve(intent.getId()).getStatus())
                .isEqualTo("succeeded");
    }

    @Test
    void afterTheBankAgreedACardCanStillHaveNoFunds() throws StripeException {
        PaymentIntent intent = pay("pm_card_authenticationRequiredChargeDeclinedInsufficientFunds");

        stripe.authenticate(intent.getId(), true);

        PaymentIntent after = client.v1().paymentIntents().retrieve(intent.getId());
        assertThat(after.getStatus()).isEqualTo("requires_payment_method");
        assertThat(after.getLastPaymentError().getDeclineCode()).isEqualTo("insufficient_funds");
    }

    @Test
    void aPaymentIsChangedConfirmedAndNotConfirmedTwice() throws StripeException {
        PaymentIntent open = client.v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(100L)
                        .setCurrency("usd")
                        .build());
        client.v1()
                .paymentIntents()
                .update(
                        open.getId(),
                        PaymentIntentUpdateParams.builder().setAmount(250L).build());
        PaymentIntentConfirmParams card = PaymentIntentConfirmParams.builder()
                .setPaymentMethod("pm_card_visa")
                .build();

        PaymentIntent paid = client.v1().paymentIntents().confirm(open.getId(), card);

        assertThat(paid.getAmountReceived()).isEqualTo(250);
        InvalidRequestException again = catchThrowableOfType(
                InvalidRequestException.class,
                () -> client.v1().paymentIntents().confirm(open.getId(), card));
        assertThat(again.getCode()).isEqualTo("payment_intent_unexpected_state");
        assertThat(again.getStripeError().getPaymentIntent().getStatus()).isEqualTo("succeeded");
        assertThat(stripe.charges()).hasSize(1);
    }

    @Test
    void aDeclinedPaymentIsConfirmedWithAnotherCard() throws StripeException {
        CardException declined = catchThrowableOfType(CardException.class, () -> pay("pm_card_chargeDeclined"));
        String id = declined.getStripeError().getPaymentIntent().getId();

        PaymentIntent paid = client.v1()
                .paymentIntents()
                .confirm(
                        id,
                        PaymentIntentConfirmParams.builder()
                                .setPaymentMethod("pm_card_visa")
                                .build());

        assertThat(paid.getStatus()).isEqualTo("succeeded");
        assertThat(paid.getLastPaymentError()).isNull();
    }

    @Test
    void anOpenPaymentIsCancelledAndAPaidOneIsNot() throws StripeException {
        PaymentIntent open = client.v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(100L)
                        .setCurrency("usd")
                        .build());
        PaymentIntentCancelParams reason = PaymentIntentCancelParams.builder()
                .setCancellationReason(PaymentIntentCancelParams.CancellationReason.ABANDONED)
                .build();

        assertThat(client.v1().paymentIntents().cancel(open.getId(), reason).getStatus())
                .isEqualTo("canceled");
        PaymentIntent paid = pay("pm_card_visa");
        assertThatThrownBy(() -> client.v1().paymentIntents().cancel(paid.getId()))
                .isInstanceOf(InvalidRequestException.class);
        assertThat(stripe.events()).extracting(StripeEvent::type).contains("payment_intent.canceled");
    }

    @Test
    void anAuthorisedPaymentIsCapturedInPart() throws StripeException {
        PaymentIntent held = client.v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(1000L)
                        .setCurrency("usd")
                        .setPaymentMethod("pm_card_visa")
                        .setCaptureMethod(PaymentIntentCreateParams.CaptureMethod.MANUAL)
                        .setConfirm(true)
                        .build());
        assertThat(held.getStatus()).isEqualTo("requires_capture");
        assertThat(stripe.balance("usd")).isZero();

        client.v1()
                .paymentIntents()
                .capture(
                        held.getId(),
                        PaymentIntentCaptureParams.builder()
                                .setAmountToCapture(600L)
                                .build());

        assertThat(stripe.balance("usd")).isEqualTo(600);
    }

    @Test
    void aCardIsSetUpForLater() throws StripeException {
        Customer customer = customer();
        SetupIntent intent = client.v1()
                .setupIntents()
                .create(SetupIntentCreateParams.builder()
                        .setCustomer(customer.getId())
                        .putMetadata("k", "v")
                        .build());
        client.v1()
                .setupIntents()
                .update(
                        intent.getId(),
                        SetupIntentUpdateParams.builder()
                                .setDescription("later")
                                .build());

        SetupIntent done = client.v1()
                .setupIntents()
                .confirm(
                        intent.getId(),
                        SetupIntentConfirmParams.builder()
                                .setPaymentMethod("pm_card_visa")
                                .build());

        assertThat(done.getStatus()).isEqualTo("succeeded");
        assertThat(client.v1().setupIntents().retrieve(intent.getId()).getDescription())
                .isEqualTo("later");
        assertThat(client.v1()
                        .setupIntents()
                        .list(SetupIntentListParams.builder()
                                .setCustomer(customer.getId())
                                .build())
                        .getData())
                .hasSize(1);
        assertThat(client.v1()
                        .customers()
                        .paymentMethods()
                        .list(customer.getId())
                        .getData())
                .hasSize(1);
        assertThatThrownBy(() -> client.v1().setupIntents().cancel(intent.getId()))
                .isInstanceOf(InvalidRequestException.class);
    }

    @Test
    void aDeclinedCardIsNotSetUp() throws StripeException {
        Customer customer = customer();

        CardException error = catchThrowableOfType(
                CardException.class,
                () -> client.v1()
                        .setupIntents()
                        .create(SetupIntentCreateParams.builder()
                                .setCustomer(customer.getId())
                                .setPaymentMethod("pm_card_chargeDeclined")
                                .setConfirm(true)
                                .build()));

        assertThat(error.getStripeError().getSetupIntent().getStatus()).isEqualTo("requires_payment_method");
        assertThat(stripe.events()).last().matches(event -> event.type().equals("setup_intent.setup_failed"));
    }

    private Customer customer() throws StripeException {
        return client.v1().customers().create(CustomerCreateParams.builder().build());
    }

    private PaymentMethod attach(String card, Customer customer) throws StripeException {
        return client.v1()
                .paymentMethods()
                .attach(
                        card,
                        PaymentMethodAttachParams.builder()
                                .setCustomer(customer.getId())
                                .build());
    }

    private PaymentIntent pay(String card) throws StripeException {
        return client.v1().paymentIntents().create(payment(card));
    }

    private PaymentIntent payWith(PaymentMethod card, Customer customer) throws StripeException {
        return client.v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(100L)
                        .setCurrency("usd")
                        .setCustomer(customer.getId())
                        .setPaymentMethod(card.getId())
                        .setOffSession(true)
                        .setConfirm(true)
                        .build());
    }

    private static PaymentIntentCreateParams payment(String card) {
        return PaymentIntentCreateParams.builder()
                .setAmount(100L)
                .setCurrency("usd")
                .setPaymentMethod(card)
                .setConfirm(true)
                .build();
    }
}
