package io.tenancy.test.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.stripe.StripeClient;
import com.stripe.exception.ApiConnectionException;
import com.stripe.exception.ApiException;
import com.stripe.exception.RateLimitException;
import com.stripe.exception.StripeException;
import com.stripe.model.PaymentIntent;
import com.stripe.net.RequestOptions;
import com.stripe.param.PaymentIntentCreateParams;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What can go wrong between an application and Stripe. */
class FaultsTest {

    private final FakeStripe stripe = FakeStripe.builder().seed(3).start();
    private final StripeClient client = Clients.of(stripe);

    @AfterEach
    void close() {
        stripe.close();
    }

    @Test
    void tooManyRequestsSayWhenToComeAgain() {
        stripe.inject(StripeFault.error(429));

        RateLimitException error = catchThrowableOfType(RateLimitException.class, () -> pay("k"));

        assertThat(error.getStatusCode()).isEqualTo(429);
        assertThat(stripe.charges()).isEmpty();
    }

    @Test
    void aRefusalForTooManyRequestsIsNotKeptForTheKey() throws StripeException {
        stripe.inject(StripeFault.error(429));
        catchThrowableOfType(RateLimitException.class, () -> pay("k"));

        assertThat(pay("k").getStatus()).isEqualTo("succeeded");
    }

    @Test
    void aServersErrorIsKeptForTheKeyAndNothingHappened() {
        stripe.inject(StripeFault.error(500));
        catchThrowableOfType(ApiException.class, () -> pay("k"));

        ApiException again = catchThrowableOfType(ApiException.class, () -> pay("k"));

        assertThat(again.getStatusCode()).isEqualTo(500);
        assertThat(stripe.requests()).last().matches(StripeRequest::replayed);
        assertThat(stripe.charges()).isEmpty();
    }

    @Test
    void aServersErrorCanHideACharge() {
        stripe.inject(StripeFault.errorAfterEffect(500));
        catchThrowableOfType(ApiException.class, () -> pay("k"));

        ApiException again = catchThrowableOfType(ApiException.class, () -> pay("k"));

        assertThat(again.getStatusCode()).isEqualTo(500);
        assertThat(stripe.charges()).hasSize(1);
    }

    @Test
    void anUnavailableServerThatChargedTellsSoWhenAskedAgain() throws StripeException {
        stripe.inject(StripeFault.errorAfterEffect(503));
        catchThrowableOfType(ApiException.class, () -> pay("k"));

        assertThat(pay("k").getStatus()).isEqualTo("succeeded");
        assertThat(stripe.charges()).hasSize(1);
    }

    @Test
    void aConnectionCanEndBeforeAnythingHappened() {
        stripe.inject(StripeFault.dropBefore().times(2));

        assertThatThrownBy(() -> pay("k")).isInstanceOf(ApiConnectionException.class);
        assertThat(stripe.charges()).isEmpty();
        assertThat(stripe.requests()).allMatch(request -> request.status() == 0);
    }

    @Test
    void aConnectionCanEndAfterTheChargeAndTheKeyFindsIt() throws StripeException {
        stripe.inject(StripeFault.dropAfter().times(2));
        assertThatThrownBy(() -> pay("k")).isInstanceOf(ApiConnectionException.class);
        stripe.clearFaults();

        PaymentIntent intent = pay("k");

        assertThat(intent.getStatus()).isEqualTo("succeeded");
        assertThat(stripe.charges()).hasSize(1);
    }

    @Test
    void anAnswerCanEndInTheMiddleAfterTheCharge() throws StripeException {
        stripe.inject(StripeFault.truncated().on("POST", "/v1/payment_intents"));
        assertThatThrownBy(() -> pay("k")).isInstanceOf(StripeException.class);

        assertThat(pay("k").getStatus()).isEqualTo("succeeded");
        assertThat(stripe.charges()).hasSize(1);
    }

    @Test
    void aFaultForOnePathLeavesOthersAlone() throws StripeException {
        stripe.inject(StripeFault.error(500).on("POST", "/v1/refunds").always());

        assertThat(pay("k").getStatus()).isEqualTo("succeeded");
    }

    @Test
    void faultsByChanceAreTheSameForTheSameSeed() {
        assertThat(failures(11)).isEqualTo(failures(11)).isNotEqualTo(failures(12));
    }

    private static String failures(long seed) {
        try (FakeStripe fake = FakeStripe.builder().seed(seed).start()) {
            fake.inject(StripeFault.error(503).chance(0.5).always());
            IntStream.range(0, 30)
                    .forEach(i -> catchThrowableOfType(
                            StripeException.class,
                            () -> Clients.of(fake).v1().accounts().retrieveCurrent()));
            return fake.requests().stream()
                    .map(request -> request.status() == 503 ? "x" : ".")
                    .reduce("", String::concat);
        }
    }

    @Test
    void whileAKeyIsInUseASecondRequestWithItIsRefused() {
        stripe.inject(StripeFault.latency(Duration.ofMinutes(10)).always());
        String[] headers = {"Authorization", "Bearer " + stripe.apiKey(), "Idempotency-Key", "k"};
        String form = "amount=500&currency=usd";
        CompletableFuture<HttpResponse<String>> one =
                Raw.postLater(stripe.apiBase() + "/v1/payment_intents", form, headers);
        CompletableFuture<HttpResponse<String>> other =
                Raw.postLater(stripe.apiBase() + "/v1/payment_intents", form, headers);

        HttpResponse<?> refused =
                (HttpResponse<?>) CompletableFuture.anyOf(one, other).join();

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body().toString()).contains("idempotency_key_in_use");
    }

    @Test
    void aLimitOfRequestsCountsInSecondsOfTheFakesClock() throws StripeException {
        try (FakeStripe limited = FakeStripe.builder()
                .clock(() -> Instant.parse("2026-11-27T10:00:00Z"))
                .requestsPerSecond(2)
                .start()) {
            StripeClient eager = Clients.of(limited);
            eager.v1().accounts().retrieveCurrent();
            eager.v1().accounts().retrieveCurrent();
            assertThatThrownBy(() -> eager.v1().accounts().retrieveCurrent()).isInstanceOf(RateLimitException.class);

            limited.advance(Duration.ofSeconds(1));
            assertThat(eager.v1().accounts().retrieveCurrent().getId()).isEqualTo(limited.accountId());
        }
    }

    @Test
    void aFaultThatCannotBeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> StripeFault.error(200));
        assertThatIllegalArgumentException().isThrownBy(() -> StripeFault.errorAfterEffect(429));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StripeFault.dropAfter().times(0));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StripeFault.dropAfter().chance(1.5));
        assertThatIllegalArgumentException().isThrownBy(() -> StripeFault.latency(Duration.ofSeconds(-1)));
    }

    private PaymentIntent pay(String key) throws StripeException {
        return client.v1()
                .paymentIntents()
                .create(
                        PaymentIntentCreateParams.builder()
                                .setAmount(500L)
                                .setCurrency("usd")
                                .setPaymentMethod("pm_card_visa")
                                .setConfirm(true)
                                .build(),
                        RequestOptions.builder().setIdempotencyKey(key).build());
    }
}
