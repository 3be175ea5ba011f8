package io.tenancy.billing.stripe.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.test.stripe.FakeStripe;
import io.tenancy.test.stripe.StripeFault;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class RetryingClientTest {

    private static StripeCalls calls(String base, int retries) {
        StripeSettings settings = StripeSettings.of("sk_test_fake", "main").at(URI.create(base), URI.create(base));
        return new StripeCalls(settings.waiting(Duration.ofSeconds(5), Duration.ofSeconds(5), retries));
    }

    private static StripeCallException.Kind kind(StripeCalls calls) {
        try {
            throw new AssertionError("answered with " + calls.customer("cus_1"));
        } catch (StripeCallException failure) {
            return failure.kind();
        }
    }

    @Test
    void whatAnEarlierTryMayHaveDoneIsNotKnownWhenTheLastOneIsTooMuchForStripe() {
        try (FakeStripe stripe = FakeStripe.start()) {
            stripe.inject(StripeFault.error(500).on("GET", "/v1/customers"));
            stripe.inject(StripeFault.error(429).on("GET", "/v1/customers"));

            assertThat(kind(calls(stripe.apiBase(), 1))).isEqualTo(StripeCallException.Kind.UNKNOWN);
        }
    }

    @Test
    void whatWasTooMuchForStripeAtTheOnlyTryWasNotDone() {
        try (FakeStripe stripe = FakeStripe.start()) {
            stripe.inject(StripeFault.error(429).on("GET", "/v1/customers"));

            assertThat(kind(calls(stripe.apiBase(), 0))).isEqualTo(StripeCallException.Kind.BUSY);
        }
    }

    @Test
    void whatSomebodyHungUpOnIsNotKnownAlsoWhenNobodyIsThereAnyMore() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String base = "http://localhost:" + server.getLocalPort();
            CompletableFuture<Void> hungUp = CompletableFuture.runAsync(() -> {
                try (Socket first = server.accept()) {
                    // Whoever asks after this one finds nobody.
                    server.close();
                    assertThat(first.getInputStream().read()).isNotNegative();
                } catch (IOException failure) {
                    throw new IllegalStateException(failure);
                }
            });

            assertThat(kind(calls(base, 0))).isEqualTo(StripeCallException.Kind.UNKNOWN);
            assertThat(hungUp).succeedsWithin(Duration.ofSeconds(30));
        }
    }
}
