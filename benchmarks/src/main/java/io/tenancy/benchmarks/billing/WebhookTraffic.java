package io.tenancy.benchmarks.billing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tenancy.billing.stripe.webhook.StripeWebhook;
import io.tenancy.billing.stripe.webhook.WebhookAnswer;
import io.tenancy.billing.stripe.webhook.WebhookRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** A Stripe that sends signed events to an endpoint over HTTP, with both ends in this JVM. */
final class WebhookTraffic implements AutoCloseable {

    private static final int CLIENTS = 32;

    static {
        // Otherwise the JDK's server and its client wait for each other 40 ms before each answer.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private static final int SERVERS = 32;
    private static final int BODY = 3_072;

    private final HttpServer server;
    private final ExecutorService serving = Executors.newFixedThreadPool(SERVERS);
    private final ExecutorService sending = Executors.newFixedThreadPool(CLIENTS);
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI endpoint;
    private final AtomicInteger number = new AtomicInteger();

    WebhookTraffic(StripeWebhook webhook) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1_000);
        server.setExecutor(serving);
        server.createContext("/stripe", exchange -> answer(webhook, exchange));
        server.start();
        endpoint = URI.create("http://localhost:" + server.getAddress().getPort() + "/stripe");
    }

    private static void answer(StripeWebhook webhook, HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = exchange.getRequestHeaders();
            WebhookAnswer answer = webhook.receive(new WebhookRequest(
                    headers.getFirst("Content-Type"),
                    headers.getFirst("Content-Encoding"),
                    headers.getFirst("Stripe-Signature"),
                    -1,
                    exchange.getRequestBody()));
            byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(answer.status(), text.length);
            exchange.getResponseBody().write(text);
        }
    }

    /**
     * What was measured.
     *
     * @param perSecond answers a second
     * @param sorted how long each took, in nanoseconds
     */
    record Measured(double perSecond, List<Long> sorted) {

        long at(double share) {
            return sorted.get(Math.min(sorted.size() - 1, (int) (sorted.size() * share)));
        }

        String millis(double share) {
            return String.format(Locale.ROOT, "%.1f", at(share) / 1e6);
        }
    }

    /** Sends so many, so many a second, and counts from when each should have been sent, whoever was late. */
    Measured send(int perSecond, int count) throws Exception {
        long[] took = new long[count];
        AtomicInteger next = new AtomicInteger();
        boolean paced = perSecond < Integer.MAX_VALUE;
        long begin = System.nanoTime();
        List<Future<?>> all = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            all.add(sending.submit(() -> {
                int mine = next.getAndIncrement();
                while (mine < count) {
                    long due = paced ? begin + mine * 1_000_000_000L / perSecond : System.nanoTime();
                    while (System.nanoTime() < due) {
                        LockSupport.parkNanos(due - System.nanoTime());
                    }
                    sendOne();
                    took[mine] = System.nanoTime() - due;
                    mine = next.getAndIncrement();
                }
                return true;
            }));
        }
        for (Future<?> each : all) {
            each.get();
        }
        double rate = count * 1e9 / (System.nanoTime() - begin);
        return new Measured(rate, Arrays.stream(took).sorted().boxed().toList());
    }

    private void sendOne() throws IOException, InterruptedException, GeneralSecurityException {
        String body = body(number.incrementAndGet());
        HttpRequest request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", "application/json; charset=utf-8")
                .header("Stripe-Signature", sign(body))
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> response = client.send(request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IllegalStateException("The endpoint answers " + response.statusCode() + ": " + response.body());
        }
    }

    private static String body(int number) {
        String event = "{\"id\":\"evt_" + number + "\",\"object\":\"event\",\"api_version\":\"2026-07-29.dahlia\","
                + "\"created\":1768035600,\"livemode\":false,\"type\":\"payment_intent.succeeded\",\"data\":{\"object\":{"
                + "\"id\":\"pi_" + number % 1_000 + "\",\"object\":\"payment_intent\",\"customer\":\"cus_"
                + number % 100
                + "\",\"metadata\":{";
        StringBuilder text = new StringBuilder(BODY + 100).append(event);
        int key = 0;
        while (text.length() < BODY) {
            text.append("\"key_").append(key++).append("\":\"what an application wrote there\",");
        }
        return text.append("\"last\":\"\"}}}}").toString();
    }

    private static String sign(String body) throws GeneralSecurityException {
        String time = Long.toString(System.currentTimeMillis() / 1_000);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(StripeCases.SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] digest = mac.doFinal((time + "." + body).getBytes(StandardCharsets.UTF_8));
        return "t=" + time + ",v1=" + HexFormat.of().formatHex(digest);
    }

    @Override
    public void close() {
        server.stop(0);
        serving.shutdownNow();
        sending.shutdownNow();
    }
}
