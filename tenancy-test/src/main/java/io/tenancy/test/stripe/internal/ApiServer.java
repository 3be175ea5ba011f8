package io.tenancy.test.stripe.internal;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tenancy.test.stripe.StripeFault;
import io.tenancy.test.stripe.StripeRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.ObjectNode;

/** Speaks HTTP: who asks, whether it may, what goes wrong, and what was answered before. */
public final class ApiServer {

    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);

    /**
     * Read once by the JDK when the first server of a process is made. Without it the second packet of an answer waits
     * for the first to be acknowledged, which takes 40 ms.
     */
    private static final String NO_DELAY = "sun.net.httpserver.nodelay";

    static {
        if (System.getProperty(NO_DELAY) == null) {
            System.setProperty(NO_DELAY, "true");
        }
    }

    private static final int LARGEST_BODY = 1 << 20;
    private static final int QUEUE = 1_000;
    private static final int KEPT_REQUESTS = 100_000;
    private static final Pattern VERSION = Pattern.compile("\\d{4}-\\d{2}-\\d{2}(\\.[a-z0-9_-]+)?(;.*)?");
    private static final Pattern SECRET_KEY = Pattern.compile("(sk|rk)_(test|live)_[A-Za-z0-9_]+");

    private final Account account;
    private final Endpoints endpoints;
    private final Faults faults;
    private final Idempotency idempotency;
    private final RateLimit rateLimit;
    private final HttpServer api;
    private final HttpServer meterEvents;
    private final ThreadPoolExecutor pool;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final List<StripeRequest> log = new ArrayList<>();

    /**
     * Starts listening on the loopback address.
     *
     * @param account what is served
     * @param endpoints what can be asked for
     */
    public ApiServer(Account account, Endpoints endpoints) {
        this.account = account;
        this.endpoints = endpoints;
        Settings settings = account.settings();
        faults = new Faults(settings.seed());
        idempotency = new Idempotency(account.clock());
        rateLimit = new RateLimit(account.clock(), settings.requestsPerSecond());
        AtomicInteger number = new AtomicInteger();
        pool = new ThreadPoolExecutor(
                settings.threads(), settings.threads(), 1, TimeUnit.MINUTES, new ArrayBlockingQueue<>(QUEUE), work -> {
                    Thread thread = new Thread(work, "fake-stripe-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        api = listen(settings.port());
        api.createContext("/", this::page);
        api.createContext("/v1/", exchange -> answer(exchange, endpoints.api()));
        api.createContext("/v2/", exchange -> answer(exchange, endpoints.api()));
        meterEvents = listen(0);
        meterEvents.createContext("/", exchange -> answer(exchange, endpoints.meterEvents()));
        account.servedAt(base(api));
    }

    private HttpServer listen(int port) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port), 0);
            server.setExecutor(pool);
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "The fake Stripe could not listen on port " + port + ": choose another, or 0 for a free one", e);
        }
    }

    /** Begins to answer. */
    public void start() {
        api.start();
        meterEvents.start();
    }

    /** Stops answering; requests under way are cut off. */
    public void close() {
        closing.countDown();
        api.stop(0);
        meterEvents.stop(0);
        pool.shutdownNow();
    }

    /**
     * Where the API is.
     *
     * @return a URL without a slash at the end
     */
    public String apiBase() {
        return base(api);
    }

    /**
     * Where meter events are taken.
     *
     * @return a URL without a slash at the end
     */
    public String meterEventsBase() {
        return base(meterEvents);
    }

    private static String base(HttpServer server) {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /**
     * Arms a fault.
     *
     * @param fault what is to go wrong
     */
    public void inject(StripeFault fault) {
        faults.add(fault);
    }

    /** Disarms all faults. */
    public void clearFaults() {
        faults.clear();
    }

    /**
     * What was asked until now.
     *
     * @return the requests, in the order in which they were answered; the first 100,000
     */
    public List<StripeRequest> requests() {
        synchronized (log) {
            return List.copyOf(log);
        }
    }

    private void page(HttpExchange exchange) {
        try (exchange) {
            endpoints.pages().answer(exchange);
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "The fake Stripe could not show {}",
                    exchange.getRequestURI().getPath(),
                    e);
        }
    }

    private void answer(HttpExchange exchange, Routes routes) throws CutOff {
        try (exchange) {
            Request request = read(exchange);
            List<StripeFault> hits = faults.hit(request.method, request.path);
            Outcome outcome = outcome(request, routes, hits);
            record(request, outcome);
            write(exchange, request, outcome);
        } catch (CutOff e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("A client of the fake Stripe went away", e);
        } catch (RuntimeException e) {
            LOG.warn(
                    "The fake Stripe failed at {} {}",
                    exchange.getRequestMethod(),
                    exchange.getRequestURI().getPath(),
                    e);
        }
    }

    private Request read(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(LARGEST_BODY + 1);
        return new Request(
                account.ids().next("req_", 14),
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                Optional.ofNullable(exchange.getRequestURI().getRawQuery()).orElse(""),
                body.length > LARGEST_BODY ? "" : new String(body, StandardCharsets.UTF_8),
                body.length > LARGEST_BODY,
                header(exchange, "Authorization"),
                header(exchange, "Idempotency-Key"),
                header(exchange, "Stripe-Version"),
                header(exchange, "Stripe-Account"),
                header(exchange, "Content-Type"));
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    private Outcome outcome(Request request, Routes routes, List<StripeFault> hits) {
        try {
            World world = authorised(request);
            refuseWhatCannotBe(request);
            for (StripeFault fault : hits) {
                switch (fault.kind()) {
                    case DROP_BEFORE -> {
                        return Outcome.DROPPED;
                    }
                    case ERROR -> {
                        return failed(request, world, fault.status());
                    }
                    default -> {}
                }
            }
            rateLimit.take();
            return carriedOut(request, routes, world, hits);
        } catch (ApiError e) {
            return Outcome.of(e);
        }
    }

    /** An error that was ordered; a 500 is kept for the idempotency key, as Stripe keeps it. */
    private Outcome failed(Request request, World world, int status) {
        ApiError error = ApiError.ofStatus(status);
        Outcome outcome = Outcome.of(error);
        if (error.isKept() && request.isKeyed()) {
            Optional<Outcome> known = claim(request, world);
            if (known.isPresent()) {
                return known.get();
            }
            keep(request, world, outcome);
        }
        return outcome;
    }

    private World authorised(Request request) {
        String key = request.authorization.startsWith("Bearer ")
                ? request.authorization.substring(7).strip()
                : "";
        if (key.isEmpty()) {
            throw ApiError.of(
                    401,
                    "invalid_request_error",
                    null,
                    "You did not provide an API key. You need to provide your API key in the Authorization header,"
                            + " using Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').");
        }
        String only = account.settings().apiKey();
        boolean live = key.contains("_live_");
        boolean session = key.startsWith(Meters.SESSION_TOKEN);
        if (session) {
            return account.world(live);
        }
        if (!SECRET_KEY.matcher(key).matches() || (only != null && !live && !only.equals(key))) {
            throw ApiError.of(401, "invalid_request_error", null, "Invalid API Key provided: " + hidden(key));
        }
        return account.world(live);
    }

    private static String hidden(String key) {
        int shown = Math.min(8, key.length() / 2);
        return key.substring(0, shown) + "*".repeat(Math.max(3, Math.min(20, key.length() - shown)));
    }

    private void refuseWhatCannotBe(Request request) {
        if (!request.stripeAccount.isEmpty()
                && !request.stripeAccount.equals(account.settings().accountId())) {
            throw ApiError.of(
                    403,
                    "invalid_request_error",
                    "account_invalid",
                    "The fake Stripe has one account, " + account.settings().accountId()
                            + ", and no connected ones: leave the header Stripe-Account out, which said '"
                            + request.stripeAccount + "'.");
        }
        if (!request.version.isEmpty() && !VERSION.matcher(request.version).matches()) {
            throw ApiError.invalid("Invalid Stripe API version: " + request.version, null);
        }
        if (account.settings().exactVersion()
                && !request.version.isEmpty()
                && !request.version.equals(account.settings().apiVersion())) {
            throw ApiError.invalid(
                    "This fake Stripe was told to speak version "
                            + account.settings().apiVersion() + " only, but the request asks for " + request.version
                            + ".",
                    null);
        }
        if (request.tooLarge) {
            throw ApiError.of(413, "invalid_request_error", null, "The request is larger than 1 MiB.");
        }
    }

    private Outcome carriedOut(Request request, Routes routes, World world, List<StripeFault> hits) {
        Routes.Found found = routes.find(request.method, request.path);
        Params params = request.params();
        found.route().params().check(params);
        Optional<Outcome> known = request.isKeyed() ? claim(request, world) : Optional.empty();
        Outcome told = known.orElseGet(() -> firstTime(request, found, world, params, hits));
        if (hits.stream().anyMatch(fault -> fault.kind() == StripeFault.Kind.DROP_AFTER)) {
            return Outcome.DROPPED;
        }
        return hits.stream().anyMatch(fault -> fault.kind() == StripeFault.Kind.TRUNCATED) ? told.halved() : told;
    }

    private Outcome firstTime(Request request, Routes.Found found, World world, Params params, List<StripeFault> hits) {
        boolean kept = false;
        try {
            delay(hits);
            Outcome outcome = executed(request, found, world, params);
            Outcome told = hits.stream()
                    .filter(fault -> fault.kind() == StripeFault.Kind.ERROR_AFTER)
                    .findFirst()
                    .map(fault -> Outcome.of(ApiError.ofStatus(fault.status())))
                    .orElse(outcome);
            Outcome stored = told.status == 500 ? told : outcome;
            if (request.isKeyed() && stored.keep) {
                keep(request, world, stored);
                kept = true;
            }
            return told;
        } finally {
            if (request.isKeyed() && !kept) {
                idempotency.release(world.nameOfMode(), request.key);
            }
        }
    }

    private Optional<Outcome> claim(Request request, World world) {
        return idempotency
                .claim(world.nameOfMode(), request.key, request.fingerprint())
                .map(answer -> new Outcome(answer.status(), answer.body(), answer.requestId(), true, false));
    }

    private void keep(Request request, World world, Outcome outcome) {
        idempotency.keep(
                world.nameOfMode(), request.key, new Idempotency.Answer(outcome.status, outcome.body, request.id));
    }

    private void delay(List<StripeFault> hits) {
        for (StripeFault fault : hits) {
            if (fault.kind() == StripeFault.Kind.LATENCY) {
                try {
                    boolean closed = closing.await(fault.delay().toNanos(), TimeUnit.NANOSECONDS);
                    LOG.debug("Delayed by {}, {}", fault.delay(), closed ? "cut short by closing" : "in full");
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }

    private Outcome executed(Request request, Routes.Found found, World world, Params params) {
        return account.locked(() -> {
            world.during(request.id, request.key.isEmpty() ? null : request.key);
            try {
                ObjectNode answer = found.route().action().apply(new Call(world, found.arguments(), params));
                return new Outcome(200, Json.write(Shape.expanded(world, answer, params)), null, true, false);
            } catch (ApiError e) {
                return Outcome.of(e);
            } finally {
                world.during(null, null);
            }
        });
    }

    private void record(Request request, Outcome outcome) {
        synchronized (log) {
            if (log.size() < KEPT_REQUESTS) {
                log.add(request.logged(account.clock().instant(), outcome));
            }
        }
    }

    private void write(HttpExchange exchange, Request request, Outcome outcome) throws IOException {
        if (outcome.status == 0) {
            return;
        }
        byte[] body = outcome.body.getBytes(StandardCharsets.UTF_8);
        var headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json");
        headers.set("Request-Id", request.id);
        headers.set(
                "Stripe-Version", request.version.isEmpty() ? account.settings().apiVersion() : request.version);
        if (!request.key.isEmpty()) {
            headers.set("Idempotency-Key", request.key);
            headers.set("Original-Request", outcome.original == null ? request.id : outcome.original);
        }
        if (outcome.original != null) {
            headers.set("Idempotent-Replayed", "true");
        }
        if (outcome.status == 429) {
            headers.set("Retry-After", "1");
        }
        exchange.sendResponseHeaders(outcome.status, body.length);
        OutputStream out = exchange.getResponseBody();
        if (outcome.cut) {
            out.write(body, 0, body.length / 2);
            out.flush();
            throw new CutOff();
        }
        out.write(body);
    }

    /** The JDK's server ends a connection only when its handler fails; closing what was half written leaves it open. */
    private static final class CutOff extends IOException {

        private static final long serialVersionUID = 1;

        private CutOff() {
            super("An answer was cut off, as it was told to be");
        }
    }

    /** A request as it came. */
    private record Request(
            String id,
            String method,
            String path,
            String query,
            String body,
            boolean tooLarge,
            String authorization,
            String key,
            String version,
            String stripeAccount,
            String contentType) {

        private boolean isKeyed() {
            return !key.isEmpty() && method.equals("POST");
        }

        private Params params() {
            if (contentType.startsWith("application/json")) {
                try {
                    return body.isEmpty() ? Params.none() : Params.ofJson(Json.read(body));
                } catch (IllegalArgumentException e) {
                    throw ApiError.invalid("Invalid JSON in the request's body: " + e.getMessage(), null);
                }
            }
            return Params.parseForm(query, body);
        }

        private String fingerprint() {
            return method + " " + path + "?" + query + "\n" + body;
        }

        private StripeRequest logged(Instant at, Outcome outcome) {
            return new StripeRequest(
                    id,
                    at,
                    method,
                    path,
                    logged(),
                    key,
                    authorization.contains("_live_"),
                    outcome.status,
                    outcome.original != null);
        }

        private Map<String, String> logged() {
            try {
                return params().flat();
            } catch (ApiError e) {
                return Map.of();
            }
        }
    }

    /** What is answered; status 0 stands for a connection that ends without an answer. */
    private record Outcome(
            int status, String body, @Nullable String original, boolean keep, boolean cut) {

        private static final Outcome DROPPED = new Outcome(0, "", null, false, false);

        private static Outcome of(ApiError error) {
            return new Outcome(error.status(), Json.write(error.body()), null, error.isKept(), false);
        }

        private Outcome halved() {
            return new Outcome(status, body, original, keep, true);
        }
    }
}
