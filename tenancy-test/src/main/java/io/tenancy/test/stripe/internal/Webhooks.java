package io.tenancy.test.stripe.internal;

import io.tenancy.test.stripe.WebhookDelivery;
import io.tenancy.test.stripe.WebhookMode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Delivers events. An event becomes one {@link Parcel} for each endpoint that wants it; workers send what is due, a
 * parcel that was not taken becomes due again later, and {@link #deliverAll} sends everything there is.
 *
 * <p>Its lock is taken while the account's is held, never the other way round, and neither is held while sending.
 */
public final class Webhooks {

    private static final Logger LOG = LoggerFactory.getLogger(Webhooks.class);

    private static final Duration LATE = Duration.ofHours(1);
    private static final Duration BOTH_SECRETS = Duration.ofHours(24);
    private static final int SHUFFLED_TOGETHER = 4;
    private static final long LOOK_AGAIN_MILLIS = 50;

    /** Stripe repeats with growing pauses for three days; it does not document the pauses, these are ours. */
    private static final List<Duration> PAUSES = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(6),
            Duration.ofHours(12),
            Duration.ofHours(24),
            Duration.ofHours(24));

    private final Account account;
    private final HttpClient client;
    private final Random random;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Parcel> waiting = new ArrayList<>();
    private final List<WebhookDelivery> deliveries = new ArrayList<>();
    private final Map<String, List<Secret>> olderSecrets = new HashMap<>();
    private final List<Thread> workers = new ArrayList<>();
    private WebhookMode mode = WebhookMode.PROMPT;
    private int sending;
    private boolean closed;

    Webhooks(Account account) {
        this.account = account;
        random = new Random(account.settings().seed());
        client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(account.settings().webhookTimeout())
                .build();
    }

    /** Starts the workers. */
    public void start() {
        for (int i = 0; i < account.settings().webhookThreads(); i++) {
            Thread worker = new Thread(this::work, "fake-stripe-webhooks-" + i);
            worker.setDaemon(true);
            worker.start();
            workers.add(worker);
        }
    }

    /** Stops the workers; what was not sent stays so. */
    public void close() {
        locked(() -> {
            closed = true;
            changed.signalAll();
        });
        workers.forEach(Thread::interrupt);
    }

    private void locked(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Sets how events are delivered from now on. What waits already goes on waiting.
     *
     * @param next the mode
     */
    public void mode(WebhookMode next) {
        locked(() -> mode = next);
    }

    /** Looks again at what is due, after the clock was put forward. */
    public void look() {
        locked(changed::signalAll);
    }

    /** Takes an event that just happened; the account's lock is held. */
    void accept(ObjectNode event) {
        World world = account.world(Json.flag(event, "livemode"));
        List<ObjectNode> endpoints = endpointsFor(world, event);
        if (event.has("pending_webhooks")) {
            event.put("pending_webhooks", endpoints.size());
        }
        locked(() -> {
            for (ObjectNode endpoint : endpoints) {
                queue(parcel(world, event, endpoint));
            }
            changed.signalAll();
        });
    }

    private static List<ObjectNode> endpointsFor(World world, ObjectNode event) {
        String type = Json.text(event, "type");
        return world.newestFirst("webhook_endpoint").stream()
                .filter(endpoint -> Json.text(endpoint, "status").equals("enabled"))
                .filter(endpoint -> wants(endpoint, type))
                .toList();
    }

    private static boolean wants(ObjectNode endpoint, String type) {
        for (var pattern : endpoint.path("enabled_events")) {
            if (Events.matches(pattern.asString(""), type)) {
                return true;
            }
        }
        return false;
    }

    private Parcel parcel(World world, ObjectNode event, ObjectNode endpoint) {
        ObjectNode sent = event.deepCopy();
        if (Json.text(event, "object").equals("event")) {
            String version = Json.text(endpoint, "api_version");
            sent.put("api_version", version.isEmpty() ? account.settings().apiVersion() : version);
        } else {
            // A thin event is sent without its details; they are fetched.
            sent.remove("data");
        }
        return new Parcel(
                world.isLive(),
                Json.text(event, "id"),
                Json.text(event, "type"),
                Json.text(endpoint, "id"),
                Json.write(sent));
    }

    private void queue(Parcel parcel) {
        WebhookMode chosen = mode == WebhookMode.RANDOM ? draw() : mode;
        Instant now = account.clock().instant();
        switch (chosen) {
            case PROMPT -> add(parcel, now);
            case TWICE -> {
                add(parcel, now);
                add(parcel.again(), now);
            }
            case LATE -> add(parcel, now.plus(LATE));
            case HELD -> add(parcel, Instant.MAX);
            case OUT_OF_ORDER -> {
                parcel.shuffled = true;
                add(parcel, Instant.MAX);
                releaseShuffled(now);
            }
            case LOST -> LOG.debug("Event {} is lost on its way", parcel.eventId);
            case RANDOM -> throw new AssertionError("drawn above");
        }
    }

    private WebhookMode draw() {
        int percent = random.nextInt(100);
        if (percent < 50) {
            return WebhookMode.PROMPT;
        }
        if (percent < 65) {
            return WebhookMode.TWICE;
        }
        if (percent < 75) {
            return WebhookMode.LATE;
        }
        return percent < 90 ? WebhookMode.OUT_OF_ORDER : WebhookMode.LOST;
    }

    private void add(Parcel parcel, Instant due) {
        parcel.due = due;
        waiting.add(parcel);
    }

    private void releaseShuffled(Instant now) {
        List<Parcel> together =
                waiting.stream().filter(parcel -> parcel.shuffled).toList();
        if (together.size() >= SHUFFLED_TOGETHER) {
            waiting.removeAll(together);
            List<Parcel> order = new ArrayList<>(together);
            Collections.shuffle(order, random);
            order.forEach(parcel -> {
                parcel.shuffled = false;
                add(parcel, now);
            });
        }
    }

    private void work() {
        while (true) {
            Optional<Parcel> next = await();
            if (next.isEmpty()) {
                return;
            }
            send(next.get());
        }
    }

    /** The next parcel that is due, or empty when this is closed. */
    private Optional<Parcel> await() {
        lock.lock();
        try {
            while (!closed) {
                Optional<Parcel> due = takeDue();
                if (due.isPresent()) {
                    return due;
                }
                changed.await(LOOK_AGAIN_MILLIS, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
        return Optional.empty();
    }

    private Optional<Parcel> takeDue() {
        Instant now = account.clock().instant();
        Optional<Parcel> due =
                waiting.stream().filter(parcel -> !parcel.due.isAfter(now)).findFirst();
        due.ifPresent(parcel -> {
            waiting.remove(parcel);
            sending++;
        });
        return due;
    }

    /**
     * Sends everything that waits, whenever it is due, one after the other in the order in which it happened; what waits
     * to be shuffled is shuffled. Parcels that are not taken wait for their repetition.
     *
     * @return what was sent
     */
    public List<WebhookDelivery> deliverAll() {
        List<Parcel> all = new ArrayList<>();
        locked(() -> {
            List<Parcel> shuffled = new ArrayList<>(
                    waiting.stream().filter(parcel -> parcel.shuffled).toList());
            all.addAll(waiting.stream().filter(parcel -> !parcel.shuffled).toList());
            Collections.shuffle(shuffled, random);
            all.addAll(shuffled);
            waiting.clear();
            sending += all.size();
        });
        return all.stream().map(this::send).toList();
    }

    /**
     * Sends one event to every endpoint that wants it, even if it was sent before or lost.
     *
     * @param event the event's id
     * @return what was sent
     */
    public List<WebhookDelivery> deliver(String event) {
        List<Parcel> parcels = new ArrayList<>();
        account.locked(() -> {
            for (World world : List.of(account.world(false), account.world(true))) {
                world.find(event)
                        .ifPresent(found -> endpointsFor(world, found)
                                .forEach(endpoint -> parcels.add(parcel(world, found, endpoint))));
            }
        });
        locked(() -> {
            waiting.removeIf(parcel -> parcel.eventId.equals(event));
            sending += parcels.size();
        });
        return parcels.stream().map(this::send).toList();
    }

    private WebhookDelivery send(Parcel parcel) {
        Optional<Target> target = account.locked(() -> target(parcel));
        int status = target.map(to -> post(parcel, to)).orElse(0);
        Instant now = account.clock().instant();
        WebhookDelivery delivery = new WebhookDelivery(
                parcel.eventId,
                parcel.type,
                target.map(to -> to.url.toString()).orElse(""),
                parcel.attempt,
                status,
                now);
        if (delivery.succeeded()) {
            account.locked(() -> account.world(parcel.live)
                    .find("event", parcel.eventId)
                    .ifPresent(event ->
                            event.put("pending_webhooks", Math.max(0, Json.number(event, "pending_webhooks") - 1))));
        }
        locked(() -> {
            sending--;
            deliveries.add(delivery);
            if (!delivery.succeeded() && target.isPresent() && parcel.attempt <= PAUSES.size()) {
                Parcel again = parcel.again();
                again.attempt = parcel.attempt + 1;
                add(again, now.plus(PAUSES.get(parcel.attempt - 1)));
            }
            changed.signalAll();
        });
        return delivery;
    }

    private Optional<Target> target(Parcel parcel) {
        return account.world(parcel.live)
                .find("webhook_endpoint", parcel.endpoint)
                .map(endpoint -> new Target(
                        URI.create(Json.text(endpoint, "url")),
                        secretsOf(parcel.endpoint, Json.text(endpoint, "secret"))));
    }

    private List<String> secretsOf(String endpoint, String current) {
        List<String> secrets = new ArrayList<>(List.of(current));
        Instant now = account.clock().instant();
        olderSecrets.getOrDefault(endpoint, List.of()).stream()
                .filter(secret -> secret.until.isAfter(now))
                .forEach(secret -> secrets.add(secret.text));
        return secrets;
    }

    /** A new secret for an endpoint; the one before signs too for 24 hours. The account's lock is held. */
    String roll(World world, String endpoint) {
        ObjectNode found = world.require("webhook_endpoint", endpoint);
        alsoSign(endpoint, Json.text(found, "secret"), account.clock().instant().plus(BOTH_SECRETS));
        String next = account.ids().next("whsec_", 32);
        found.put("secret", next);
        return next;
    }

    void alsoSign(String endpoint, String secret, Instant until) {
        olderSecrets.computeIfAbsent(endpoint, unused -> new ArrayList<>()).add(new Secret(secret, until));
    }

    private int post(Parcel parcel, Target target) {
        HttpRequest request = HttpRequest.newBuilder(target.url)
                .timeout(account.settings().webhookTimeout())
                .header("Content-Type", "application/json; charset=utf-8")
                .header("User-Agent", "Stripe/1.0 (+https://stripe.com/docs/webhooks)")
                .header(
                        "Stripe-Signature",
                        Signatures.header(account.clock().seconds(), parcel.payload, target.secrets, !parcel.live))
                .POST(HttpRequest.BodyPublishers.ofString(parcel.payload, StandardCharsets.UTF_8))
                .build();
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (IOException e) {
            LOG.debug("No answer to event {} from {}", parcel.eventId, target.url, e);
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 0;
        }
    }

    /**
     * Waits until nothing that is due is still to be sent.
     *
     * @param most how long to wait, in the time of the machine
     * @return false when that was not enough
     */
    public boolean awaitQuiet(Duration most) {
        lock.lock();
        try {
            long nanos = most.toNanos();
            while (sending > 0 || anythingDue()) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    private boolean anythingDue() {
        Instant now = account.clock().instant();
        return waiting.stream().anyMatch(parcel -> !parcel.due.isAfter(now));
    }

    /**
     * What was sent until now.
     *
     * @return every attempt, in order
     */
    public List<WebhookDelivery> deliveries() {
        lock.lock();
        try {
            return List.copyOf(deliveries);
        } finally {
            lock.unlock();
        }
    }

    private static final class Parcel {
        private final boolean live;
        private final String eventId;
        private final String type;
        private final String endpoint;
        private final String payload;
        private Instant due = Instant.MAX;
        private int attempt = 1;
        private boolean shuffled;

        private Parcel(boolean live, String eventId, String type, String endpoint, String payload) {
            this.live = live;
            this.eventId = eventId;
            this.type = type;
            this.endpoint = endpoint;
            this.payload = payload;
        }

        private Parcel again() {
            return new Parcel(live, eventId, type, endpoint, payload);
        }
    }

    private record Target(URI url, List<String> secrets) {}

    private record Secret(String text, Instant until) {}
}
