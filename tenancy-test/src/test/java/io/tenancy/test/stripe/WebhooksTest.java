package io.tenancy.test.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.SignatureVerificationException;
import com.stripe.exception.StripeException;
import com.stripe.model.Customer;
import com.stripe.model.Event;
import com.stripe.model.WebhookEndpoint;
import com.stripe.net.Webhook;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.CustomerUpdateParams;
import com.stripe.param.WebhookEndpointCreateParams;
import com.stripe.param.WebhookEndpointListParams;
import com.stripe.param.WebhookEndpointUpdateParams;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events as an endpoint of an application gets them, read by stripe-java. */
class WebhooksTest {

    private static final String SECRET = "whsec_of_the_test";
    private static final Duration LONG = Duration.ofSeconds(30);

    private final Receiver receiver = new Receiver();
    private final FakeStripe stripe =
            FakeStripe.builder().seed(7).webhook(receiver.url(), SECRET).start();
    private final StripeClient client = Clients.of(stripe);

    @AfterEach
    void close() {
        stripe.close();
        receiver.close();
    }

    @Test
    void anEventIsSignedSoThatStripesOwnCheckTakesIt() throws StripeException {
        Customer customer = customer("a@acme.example");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();

        Event event = verified(receiver.received().get(0), SECRET);

        assertThat(event.getType()).isEqualTo("customer.created");
        assertThat(event.getApiVersion()).isEqualTo(com.stripe.Stripe.API_VERSION);
        Customer carried =
                (Customer) event.getDataObjectDeserializer().getObject().orElseThrow();
        assertThat(carried.getId()).isEqualTo(customer.getId());
        assertThat(event.getRequest().getId()).startsWith("req_");
    }

    @Test
    void anotherSecretDoesNotVerify() throws StripeException {
        customer("a@acme.example");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();

        assertThatThrownBy(() -> verified(receiver.received().get(0), "whsec_of_another"))
                .isInstanceOf(SignatureVerificationException.class);
    }

    @Test
    void afterASecretWasRolledBothSecretsSignForADay() throws StripeException {
        String endpoint = client.v1()
                .webhookEndpoints()
                .list(WebhookEndpointListParams.builder().build())
                .getData()
                .get(0)
                .getId();
        String next = stripe.rollSecret(endpoint);

        customer("a@acme.example");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();
        verified(receiver.received().get(0), SECRET);
        verified(receiver.received().get(0), next);

        stripe.advance(Duration.ofHours(25));
        customer("b@acme.example");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();
        Receiver.Received later = receiver.received().get(1);
        Webhook.constructEvent(later.body(), later.signature(), next, 200_000);
        assertThatThrownBy(() -> Webhook.constructEvent(later.body(), later.signature(), SECRET, 200_000))
                .isInstanceOf(SignatureVerificationException.class);
    }

    @Test
    void anEventThatWasNotTakenIsRepeatedLater() throws StripeException {
        receiver.failNext(2);
        customer("a@acme.example");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();
        assertThat(stripe.deliveries()).extracting(WebhookDelivery::status).containsExactly(500);

        stripe.advance(Duration.ofMinutes(2));
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();
        stripe.advance(Duration.ofMinutes(10));
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();

        assertThat(stripe.deliveries()).extracting(WebhookDelivery::status).containsExactly(500, 500, 204);
        assertThat(stripe.deliveries()).extracting(WebhookDelivery::attempt).containsExactly(1, 2, 3);
    }

    @Test
    void heldEventsWaitUntilTheyAreAskedFor() throws StripeException {
        stripe.hold();
        customer("a@acme.example");
        customer("b@acme.example");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();
        assertThat(receiver.received()).isEmpty();

        assertThat(stripe.deliverAll()).hasSize(2).allMatch(WebhookDelivery::succeeded);
        assertThat(receiver.received()).hasSize(2);
    }

    @Test
    void aLateEventComesAnHourLater() throws StripeException {
        stripe.webhooks(WebhookMode.LATE);
        customer("a@acme.example");
        stripe.advance(Duration.ofMinutes(59));
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();
        assertThat(receiver.received()).isEmpty();

        stripe.advance(Duration.ofMinutes(2));
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();
        assertThat(receiver.received()).hasSize(1);
    }

    @Test
    void anEventCanComeTwice() throws StripeException {
        stripe.webhooks(WebhookMode.TWICE);
        customer("a@acme.example");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();

        assertThat(receiver.received())
                .hasSize(2)
                .extracting(Receiver.Received::body)
                .containsOnly(receiver.received().get(0).body());
    }

    @Test
    void eventsCanComeOutOfOrder() throws StripeException {
        stripe.webhooks(WebhookMode.OUT_OF_ORDER);
        for (int i = 0; i < 12; i++) {
            customer("c" + i + "@acme.example");
        }
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();

        List<String> sent =
                stripe.deliveries().stream().map(WebhookDelivery::eventId).toList();
        List<String> happened = stripe.events().stream().map(StripeEvent::id).toList();
        assertThat(sent).containsExactlyInAnyOrderElementsOf(happened).isNotEqualTo(happened);
    }

    @Test
    void aLostEventIsInTheListAndCanBeSentByHand() throws StripeException {
        stripe.webhooks(WebhookMode.LOST);
        customer("a@acme.example");
        assertThat(stripe.deliverAll()).isEmpty();

        Event listed = client.v1().events().list().getData().get(0);
        assertThat(listed.getType()).isEqualTo("customer.created");
        assertThat(stripe.deliver(listed.getId())).singleElement().matches(WebhookDelivery::succeeded);
    }

    @Test
    void theSameSeedLosesAndRepeatsTheSameEvents() throws StripeException {
        List<List<Integer>> runs = List.of(fateOfEvents(99), fateOfEvents(99), fateOfEvents(100));

        assertThat(runs.get(0)).isEqualTo(runs.get(1)).isNotEqualTo(runs.get(2));
        assertThat(runs.get(0)).contains(0, 1, 2);
    }

    /** How often each of some events arrives. */
    private static List<Integer> fateOfEvents(long seed) throws StripeException {
        try (Receiver endpoint = new Receiver();
                FakeStripe fake = FakeStripe.builder()
                        .seed(seed)
                        .webhook(endpoint.url(), SECRET)
                        .start()) {
            fake.webhooks(WebhookMode.RANDOM);
            for (int i = 0; i < 40; i++) {
                Clients.of(fake)
                        .v1()
                        .customers()
                        .create(CustomerCreateParams.builder().build());
            }
            assertThat(fake.awaitWebhooks(LONG)).isTrue();
            fake.deliverAll();
            return fake.events().stream()
                    .map(event -> (int) fake.deliveries().stream()
                            .filter(delivery -> delivery.eventId().equals(event.id()))
                            .count())
                    .toList();
        }
    }

    @Test
    void anEndpointOfAnotherReleaseTrainGetsItsVersionWhichStripeJavaDoesNotRead() throws StripeException {
        try (Receiver old = new Receiver()) {
            WebhookEndpoint made = client.v1()
                    .webhookEndpoints()
                    .create(WebhookEndpointCreateParams.builder()
                            .setUrl(old.url())
                            .addEnabledEvent(WebhookEndpointCreateParams.EnabledEvent.CUSTOMER__CREATED)
                            .putExtraParam("api_version", "2024-06-20")
                            .build());
            customer("a@acme.example");
            assertThat(stripe.awaitWebhooks(LONG)).isTrue();

            Event event = verified(old.received().get(0), made.getSecret());

            assertThat(event.getApiVersion()).isEqualTo("2024-06-20");
            assertThat(event.getDataObjectDeserializer().getObject()).isEmpty();
        }
    }

    @Test
    void anEndpointGetsOnlyTheEventsItWants() throws StripeException {
        try (Receiver chosen = new Receiver()) {
            stripe.webhook(chosen.url(), List.of("customer.updated"), null, SECRET, false);
            Customer customer = customer("a@acme.example");
            client.v1()
                    .customers()
                    .update(
                            customer.getId(),
                            CustomerUpdateParams.builder()
                                    .setEmail("b@acme.example")
                                    .build());
            assertThat(stripe.awaitWebhooks(LONG)).isTrue();

            Event event = verified(chosen.received().get(0), SECRET);
            assertThat(chosen.received()).hasSize(1);
            assertThat(event.getType()).isEqualTo("customer.updated");
            assertThat(event.getData().getPreviousAttributes()).containsEntry("email", "a@acme.example");
        }
    }

    @Test
    void liveEventsDoNotReachAnEndpointOfTestMode() throws StripeException {
        Clients.of(stripe, "sk_live_x")
                .v1()
                .customers()
                .create(CustomerCreateParams.builder().build());
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();

        assertThat(stripe.events()).singleElement().matches(StripeEvent::livemode);
        assertThat(receiver.received()).isEmpty();
    }

    @Test
    void anyEventCanBeSent() throws StripeException {
        stripe.send("invoice.paid", "{\"id\": \"in_1\", \"object\": \"invoice\", \"amount_paid\": 500}");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();

        Event event = verified(receiver.received().get(0), SECRET);

        assertThat(event.getType()).isEqualTo("invoice.paid");
        assertThat(event.getDataObjectDeserializer().getObject()).isPresent();
    }

    @Test
    void anEventCanSayThatItIsAboutAnotherAccount() throws StripeException {
        stripe.sendOfAccount("acct_other", "charge.refunded", "{\"id\": \"ch_1\", \"object\": \"charge\"}");
        assertThat(stripe.awaitWebhooks(LONG)).isTrue();

        assertThat(verified(receiver.received().get(0), SECRET).getAccount()).isEqualTo("acct_other");
    }

    @Test
    void anEndpointElsewhereIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stripe.webhook("http://192.0.2.1/webhook", SECRET))
                .withMessageContaining("own machine only");
    }

    @Test
    void anEndpointCanBeSwitchedOffAndRemoved() throws StripeException {
        String id = client.v1().webhookEndpoints().list().getData().get(0).getId();
        client.v1()
                .webhookEndpoints()
                .update(
                        id,
                        WebhookEndpointUpdateParams.builder().setDisabled(true).build());
        customer("a@acme.example");
        assertThat(client.v1().webhookEndpoints().retrieve(id).getStatus()).isEqualTo("disabled");
        client.v1().webhookEndpoints().delete(id);
        customer("b@acme.example");

        assertThat(stripe.deliverAll()).isEmpty();
        assertThat(client.v1().webhookEndpoints().list().getData()).isEmpty();
    }

    @Test
    void aForgedOrStaleSignatureDoesNotVerify() {
        String payload = "{\"id\": \"evt_1\", \"object\": \"event\"}";
        String stale = stripe.sign(payload, SECRET, stripe.now().minusSeconds(1000));
        String forged = stripe.sign(payload, "whsec_of_nobody", stripe.now());

        assertThatThrownBy(() -> Webhook.constructEvent(payload, stale, SECRET))
                .isInstanceOf(SignatureVerificationException.class)
                .hasMessageContaining("tolerance");
        assertThatThrownBy(() -> Webhook.constructEvent(payload, forged, SECRET))
                .isInstanceOf(SignatureVerificationException.class);
    }

    private Customer customer(String email) throws StripeException {
        return client.v1()
                .customers()
                .create(CustomerCreateParams.builder().setEmail(email).build());
    }

    private static Event verified(Receiver.Received received, String secret) throws SignatureVerificationException {
        return Webhook.constructEvent(received.body(), received.signature(), secret, 600);
    }
}
