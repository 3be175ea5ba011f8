package io.tenancy.test.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Keys, headers, encodings and errors, without a client that would get them right by itself. */
class HttpRulesTest {

    private final FakeStripe stripe = FakeStripe.start();

    @AfterEach
    void close() {
        stripe.close();
    }

    @Test
    void withoutAKeyNothingIsAnswered() {
        HttpResponse<String> answer = Raw.get(stripe.apiBase() + "/v1/customers");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("You did not provide an API key", "invalid_request_error");
        assertThat(answer.headers().firstValue("Request-Id")).isPresent();
    }

    @Test
    void aKeyThatIsNoneIsNotShownInFull() {
        HttpResponse<String> answer =
                Raw.get(stripe.apiBase() + "/v1/customers", "Authorization", "Bearer pk_test_1234567890");

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("Invalid API Key provided").doesNotContain("1234567890");
    }

    @Test
    void aFakeWithAKeyOfItsOwnTakesNoOther() {
        try (FakeStripe picky = FakeStripe.builder().apiKey("sk_test_mine").start()) {
            assertThat(Raw.get(picky.apiBase() + "/v1/account", "Authorization", "Bearer sk_test_yours")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(Raw.get(picky.apiBase() + "/v1/account", "Authorization", "Bearer sk_test_mine")
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void testAndLiveModeDoNotSeeEachOther() {
        String body = post("/v1/customers", "").body();
        String id = body.replaceAll("(?s).*\"id\" : \"(cus_[^\"]+)\".*", "$1");

        HttpResponse<String> live =
                Raw.get(stripe.apiBase() + "/v1/customers/" + id, "Authorization", "Bearer sk_live_1");

        assertThat(body).contains("\"livemode\" : false");
        assertThat(live.statusCode()).isEqualTo(404);
        assertThat(live.body()).contains("a similar object exists in test mode, but a live mode key was used");
    }

    @Test
    void theVersionIsEchoedAndOneThatIsNoneRefused() {
        assertThat(get("/v1/account", "Stripe-Version", "2024-06-20").headers().firstValue("Stripe-Version"))
                .contains("2024-06-20");
        assertThat(get("/v1/account").headers().firstValue("Stripe-Version")).contains(FakeStripe.API_VERSION);
        assertThat(get("/v1/account", "Stripe-Version", "yesterday").statusCode())
                .isEqualTo(400);
    }

    @Test
    void aFakeCanInsistOnItsVersion() {
        try (FakeStripe strict = FakeStripe.builder().onlyThisVersion().start()) {
            HttpResponse<String> answer = Raw.get(
                    strict.apiBase() + "/v1/account",
                    "Authorization",
                    "Bearer sk_test_1",
                    "Stripe-Version",
                    "2024-06-20");

            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(answer.body()).contains(FakeStripe.API_VERSION);
        }
    }

    @Test
    void tooManyRequestsAreToldWhenToComeAgain() {
        stripe.inject(StripeFault.error(429));

        assertThat(get("/v1/account").headers().firstValue("Retry-After")).contains("1");
    }

    @Test
    void manyRequestsAtOnceWithOneKeyChargeOnce() {
        String form = "amount=500&currency=usd&payment_method=pm_card_visa&confirm=true";
        List<CompletableFuture<HttpResponse<String>>> all = Stream.generate(() -> Raw.postLater(
                        stripe.apiBase() + "/v1/payment_intents", form, authorised("Idempotency-Key", "k")))
                .limit(32)
                .toList();

        assertThat(all)
                .extracting(one -> one.join().statusCode())
                .isSubsetOf(200, 409)
                .contains(200);
        assertThat(stripe.charges()).hasSize(1);
    }

    @Test
    void listsAreCutByTimeAndReadBackwards() {
        String first = idOf(post("/v1/customers", ""), "cus_");
        long then = stripe.now().getEpochSecond();
        stripe.advance(Duration.ofHours(1));
        String second = idOf(post("/v1/customers", ""), "cus_");
        String third = idOf(post("/v1/customers", ""), "cus_");

        assertThat(get("/v1/customers?created%5Bgte%5D=" + (then + 1800)).body())
                .contains(second, third)
                .doesNotContain(first);
        assertThat(get("/v1/customers?limit=1&ending_before=" + first).body())
                .contains(second, "\"has_more\" : true")
                .doesNotContain(third);
        assertThat(get("/v1/customers?limit=101").body()).contains("Invalid limit");
        assertThat(get("/v1/customers?starting_after=cus_none").body()).contains("No such object in this list");
    }

    @Test
    void aConnectedAccountIsRefusedClearly() {
        HttpResponse<String> answer = get("/v1/account", "Stripe-Account", "acct_other");

        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("leave the header Stripe-Account out");
    }

    @Test
    void anUnknownParameterIsRefusedByName() {
        HttpResponse<String> top = post("/v1/customers", "emial=a%40b.example");
        HttpResponse<String> nested = post("/v1/customers", "address[town]=x");

        assertThat(top.statusCode()).isEqualTo(400);
        assertThat(top.body()).contains("parameter_unknown", "Received unknown parameter: emial");
        assertThat(nested.body()).contains("Received unknown parameter: address[town]");
    }

    @Test
    void aRefusedRequestIsNotKeptForItsKey() {
        assertThat(post("/v1/payment_intents", "amount=0&currency=usd", "Idempotency-Key", "k")
                        .statusCode())
                .isEqualTo(400);
        assertThat(post("/v1/payment_intents", "amount=5&currency=usd", "Idempotency-Key", "k")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aKeyIsForgottenAfterADay() {
        String first = post("/v1/customers", "", "Idempotency-Key", "k").body();
        stripe.advance(Duration.ofHours(23));
        assertThat(post("/v1/customers", "", "Idempotency-Key", "k").body()).isEqualTo(first);

        stripe.advance(Duration.ofHours(2));
        HttpResponse<String> later = post("/v1/customers", "", "Idempotency-Key", "k");

        assertThat(later.body()).isNotEqualTo(first);
        assertThat(later.headers().firstValue("Idempotent-Replayed")).isEmpty();
    }

    @Test
    void amountsFollowTheCurrencysUnit() {
        assertThat(amount("100000000", "usd")).contains("amount_too_large");
        assertThat(amount("12.5", "usd")).contains("parameter_invalid_integer");
        assertThat(amount("1", "jpy")).contains("\"amount\" : 1,");
        assertThat(amount("1005", "kwd")).contains("invalid_charge_amount", "multiples of 10");
        assertThat(amount("1010", "kwd")).contains("\"amount\" : 1010,");
        assertThat(amount("150", "isk")).contains("multiples of 100");
        assertThat(amount("100", "zzz")).contains("Invalid currency: zzz");
    }

    @Test
    void stripesMinimumsApplyWhereTheyAreAskedFor() {
        try (FakeStripe strict = FakeStripe.builder().documentedMinimums().start()) {
            HttpResponse<String> answer = Raw.post(
                    strict.apiBase() + "/v1/payment_intents",
                    "amount=49&currency=usd",
                    "Authorization",
                    "Bearer sk_test_1");

            assertThat(answer.body()).contains("amount_too_small", "0.50 USD");
        }
    }

    @Test
    void metadataIsMergedKeyByKey() {
        String id = idOf(post("/v1/customers", "metadata[a]=1&metadata[b]=2"), "cus_");

        String merged =
                post("/v1/customers/" + id, "metadata[b]=&metadata[c]=3").body();
        String none = post("/v1/customers/" + id, "metadata=").body();

        assertThat(merged).contains("\"a\" : \"1\"", "\"c\" : \"3\"").doesNotContain("\"b\"");
        assertThat(none).contains("\"metadata\" : { }");
    }

    @Test
    void whatCannotBeExpandedIsRefused() {
        String id = idOf(post("/v1/customers", ""), "cus_");

        assertThat(get("/v1/customers/" + id + "?expand[]=email").body()).contains("cannot be expanded (email)");
        assertThat(get("/v1/customers/" + id + "?expand%5B%5D=nothing").body())
                .contains("cannot be expanded (nothing)");
    }

    @Test
    void anUnknownPathSaysWhatWasTried() {
        HttpResponse<String> answer = get("/v1/subscriptions");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("Unrecognized request URL (GET: /v1/subscriptions)");
    }

    @Test
    void brokenEncodingsAreErrorsAndNoPagesOfAnException() {
        for (String form : new String[] {"a[b=1", "amount=%zz", "metadata=x&metadata[a]=1", "[=", "&&&=", "a[]]=1"}) {
            HttpResponse<String> answer = post("/v1/customers", form);
            assertThat(answer.statusCode()).as(form).isEqualTo(400);
            assertThat(answer.body()).as(form).contains("invalid_request_error");
        }
    }

    @Test
    void everyRequestIsInTheLog() {
        post("/v1/customers", "email=a%40b.example", "Idempotency-Key", "k");
        post("/v1/customers", "email=a%40b.example", "Idempotency-Key", "k");

        assertThat(stripe.requests())
                .extracting(StripeRequest::idempotencyKey, StripeRequest::status, StripeRequest::replayed)
                .containsExactly(tuple("k", 200, false), tuple("k", 200, true));
        assertThat(stripe.requests().get(0).parameters()).containsEntry("email", "a@b.example");
    }

    private String amount(String amount, String currency) {
        return post("/v1/payment_intents", "amount=" + amount + "&currency=" + currency)
                .body();
    }

    private static String idOf(HttpResponse<String> answer, String prefix) {
        return answer.body().replaceAll("(?s).*\"id\" : \"(" + prefix + "[^\"]+)\".*", "$1");
    }

    private HttpResponse<String> post(String path, String form, String... headers) {
        return Raw.post(stripe.apiBase() + path, form, authorised(headers));
    }

    private HttpResponse<String> get(String path, String... headers) {
        return Raw.get(stripe.apiBase() + path.replace("[]", "%5B%5D"), authorised(headers));
    }

    private static String[] authorised(String... headers) {
        String[] all = Arrays.copyOf(headers, headers.length + 2);
        all[headers.length] = "Authorization";
        all[headers.length + 1] = "Bearer sk_test_1";
        return all;
    }
}
