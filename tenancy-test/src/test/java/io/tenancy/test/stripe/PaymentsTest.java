package io.tenancy.test.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.stripe.StripeClient;
import com.stripe.exception.CardException;
import com.stripe.exception.IdempotencyException;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.PaymentIntent;
import com.stripe.model.PaymentMethod;
import com.stripe.net.RequestOptions;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.PaymentIntentCreateParams;
import com.stripe.param.PaymentIntentListParams;
import com.stripe.param.PaymentIntentRetrieveParams;
import com.stripe.param.PaymentMethodAttachParams;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Payments through stripe-java, as an application makes them. */
class PaymentsTest {

    private final FakeStripe stripe = FakeStripe.start();
    private final StripeClient client = Clients.of(stripe);

    @AfterEach
    void close() {
        stripe.close();
    }

    @Test
    void aCustomersCardIsChargedWithoutTheCustomer() throws StripeException {
        PaymentIntent intent = client.v1()
                .paymentIntents()
                .create(offSession("pm_card_visa", 1999).build());

        assertThat(intent.getStatus()).isEqualTo("succeeded");
        assertThat(intent.getAmountReceived()).isEqualTo(1999);
        assertThat(intent.getMetadata()).containsEntry("tenant", "acme");
        assertThat(stripe.charges()).singleElement().satisfies(charge -> {
            assertThat(charge.succeeded()).isTrue();
            assertThat(charge.amountCaptured()).isEqualTo(1999);
            assertThat(charge.metadata()).containsEntry("tenant", "acme");
        });
        assertThat(stripe.balance("USD")).isEqualTo(1999);
    }

    @Test
    void aDeclinedCardIsAnErrorThatCarriesThePayment() throws StripeException {
        CardException error =
                declined(offSession("pm_card_chargeCustomerFail", 500).build());

        assertThat(error.getStatusCode()).isEqualTo(402);
        assertThat(error.getCode()).isEqualTo("card_declined");
        assertThat(error.getDeclineCode()).isEqualTo("generic_decline");
        PaymentIntent intent = error.getStripeError().getPaymentIntent();
        assertThat(intent.getStatus()).isEqualTo("requires_payment_method");
        assertThat(intent.getLastPaymentError().getCode()).isEqualTo("card_declined");
        assertThat(stripe.charges()).singleElement().matches(charge -> !charge.succeeded());
        assertThat(stripe.balance("usd")).isZero();
    }

    @Test
    void aCardThatNeedsItsOwnerIsDeclinedOffSession() throws StripeException {
        CardException error =
                declined(offSession("pm_card_authenticationRequired", 500).build());

        assertThat(error.getCode()).isEqualTo("authentication_required");
    }

    @Test
    void theSameKeyGetsTheSameAnswerAndChargesOnce() throws StripeException {
        PaymentIntentCreateParams params = offSession("pm_card_visa", 700).build();
        RequestOptions key =
                RequestOptions.builder().setIdempotencyKey("outbox-7").build();

        PaymentIntent first = client.v1().paymentIntents().create(params, key);
        PaymentIntent second = client.v1().paymentIntents().create(params, key);

        assertThat(second.getId()).isEqualTo(first.getId());
        assertThat(second.getLastResponse().headers().firstValue("Idempotent-Replayed"))
                .contains("true");
        assertThat(stripe.charges()).hasSize(1);
    }

    @Test
    void aKeyWithOtherParametersIsRefused() throws StripeException {
        RequestOptions key =
                RequestOptions.builder().setIdempotencyKey("outbox-8").build();
        client.v1().paymentIntents().create(offSession("pm_card_visa", 700).build(), key);
        PaymentIntentCreateParams other = offSession("pm_card_visa", 701).build();

        assertThat(catchThrowableOfType(
                        IdempotencyException.class,
                        () -> client.v1().paymentIntents().create(other, key)))
                .isNotNull();
    }

    @Test
    void idsAreReplacedByTheirObjectsOnDemand() throws StripeException {
        String id = client.v1()
                .paymentIntents()
                .create(offSession("pm_card_visa", 700).build())
                .getId();

        PaymentIntent intent = client.v1()
                .paymentIntents()
                .retrieve(
                        id,
                        PaymentIntentRetrieveParams.builder()
                                .addExpand("latest_charge.balance_transaction")
                                .addExpand("customer")
                                .build());

        assertThat(intent.getLatestChargeObject().getBalanceTransactionObject().getNet())
                .isEqualTo(700);
        assertThat(intent.getCustomerObject().getEmail()).isEqualTo("pay@acme.example");
    }

    @Test
    void listsComeInPages() throws StripeException {
        for (int amount = 100; amount < 105; amount++) {
            client.v1()
                    .paymentIntents()
                    .create(offSession("pm_card_visa", amount).build());
        }

        Iterable<PaymentIntent> all = client.v1()
                .paymentIntents()
                .list(PaymentIntentListParams.builder().setLimit(2L).build())
                .autoPagingIterable();

        assertThat(all).extracting(PaymentIntent::getAmount).containsExactly(104L, 103L, 102L, 101L, 100L);
    }

    @Test
    void anUnknownObjectIsSaidToBeUnknown() {
        InvalidRequestException error = catchThrowableOfType(
                InvalidRequestException.class,
                () -> client.v1().paymentIntents().retrieve("pi_none"));

        assertThat(error.getStatusCode()).isEqualTo(404);
        assertThat(error.getCode()).isEqualTo("resource_missing");
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/payment_intents, customer, cus_none",
        "/v1/charges, customer, cus_none",
        "/v1/charges, payment_intent, pi_none",
        "/v1/refunds, charge, ch_none",
        "/v1/refunds, payment_intent, pi_none",
        "/v1/disputes, charge, ch_none",
        "/v1/disputes, payment_intent, pi_none",
        "/v1/setup_intents, customer, cus_none",
        "/v1/checkout/sessions, customer, cus_none",
        "/v1/checkout/sessions, payment_intent, pi_none"
    })
    void aListOfWhatIsUnknownIsRefused(String list, String filter, String id) {
        HttpResponse<String> answer = Raw.get(
                stripe.apiBase() + list + "?" + filter + "=" + id, "Authorization", "Bearer " + stripe.apiKey());

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains("resource_missing", "No such ", "'" + id + "'");
    }

    @Test
    void thePaymentsOfACustomerThatWasDeletedAreListed() throws StripeException {
        Customer customer = client.v1()
                .customers()
                .create(CustomerCreateParams.builder().setName("Ada").build());
        client.v1()
                .paymentIntents()
                .create(PaymentIntentCreateParams.builder()
                        .setAmount(100L)
                        .setCurrency("usd")
                        .setCustomer(customer.getId())
                        .build());
        client.v1().customers().delete(customer.getId());

        assertThat(client.v1()
                        .paymentIntents()
                        .list(PaymentIntentListParams.builder()
                                .setCustomer(customer.getId())
                                .build())
                        .getData())
                .hasSize(1);
    }

    private CardException declined(PaymentIntentCreateParams params) {
        return catchThrowableOfType(
                CardException.class, () -> client.v1().paymentIntents().create(params));
    }

    private PaymentIntentCreateParams.Builder offSession(String card, long amount) throws StripeException {
        Customer customer = client.v1()
                .customers()
                .create(CustomerCreateParams.builder()
                        .setEmail("pay@acme.example")
                        .putMetadata("tenant", "acme")
                        .build());
        PaymentMethod method = client.v1()
                .paymentMethods()
                .attach(
                        card,
                        PaymentMethodAttachParams.builder()
                                .setCustomer(customer.getId())
                                .build());
        return PaymentIntentCreateParams.builder()
                .setAmount(amount)
                .setCurrency("usd")
                .setCustomer(customer.getId())
                .setPaymentMethod(method.getId())
                .setConfirm(true)
                .setOffSession(true)
                .putMetadata("tenant", "acme");
    }
}
