package io.tenancy.test.stripe;

import java.time.Duration;
import java.util.Locale;

/**
 * Something that goes wrong with requests to a {@link FakeStripe}. A new fault hits the next request, once; {@link #on},
 * {@link #times}, {@link #always} and {@link #chance} say otherwise.
 *
 * <p>Java's own HTTP client for URLs, which stripe-java uses, sends a request once more by itself when the connection ends
 * without an answer. {@link #dropBefore} and {@link #dropAfter} for one request are therefore not seen by its caller, only
 * in {@link FakeStripe#requests()}; ask for two. A {@link #truncated} answer is not sent again.
 */
public final class StripeFault {

    /** What goes wrong. */
    public enum Kind {
        /** An error is answered, and nothing happened. */
        ERROR,
        /** What was asked for happens, and an error is answered nevertheless. */
        ERROR_AFTER,
        /** The connection ends without an answer, and nothing happened. */
        DROP_BEFORE,
        /** What was asked for happens, and the connection ends without an answer. */
        DROP_AFTER,
        /** What was asked for happens, and the answer ends in the middle. */
        TRUNCATED,
        /** The answer takes its time. */
        LATENCY
    }

    private final Kind kind;
    private final int status;
    private final Duration delay;
    private final String method;
    private final String path;
    private final int times;
    private final double chance;

    private StripeFault(Kind kind, int status, Duration delay, String method, String path, int times, double chance) {
        this.kind = kind;
        this.status = status;
        this.delay = delay;
        this.method = method;
        this.path = path;
        this.times = times;
        this.chance = chance;
    }

    private static StripeFault of(Kind kind, int status, Duration delay) {
        return new StripeFault(kind, status, delay, "", "/", 1, 1);
    }

    /**
     * An error instead of what was asked for. As with Stripe, a 500 is kept for the request's idempotency key and given
     * again; 409, 429 and 503 are not. A 429 says in {@code Retry-After} to wait a second.
     *
     * @param status from 400 to 599
     * @return the fault
     */
    public static StripeFault error(int status) {
        return of(Kind.ERROR, checked(status), Duration.ZERO);
    }

    /**
     * An error although what was asked for happened: the money is taken, and the caller is not told. A 500 is kept for the
     * request's idempotency key; after another status the same key gets the true answer.
     *
     * @param status from 500 to 599
     * @return the fault
     */
    public static StripeFault errorAfterEffect(int status) {
        if (status < 500) {
            throw new IllegalArgumentException(
                    "A request that took effect is answered with 500 to 599 here, not with " + status);
        }
        return of(Kind.ERROR_AFTER, checked(status), Duration.ZERO);
    }

    /**
     * The connection ends without an answer before anything happened.
     *
     * @return the fault
     */
    public static StripeFault dropBefore() {
        return of(Kind.DROP_BEFORE, 0, Duration.ZERO);
    }

    /**
     * The connection ends without an answer after what was asked for happened.
     *
     * @return the fault
     */
    public static StripeFault dropAfter() {
        return of(Kind.DROP_AFTER, 0, Duration.ZERO);
    }

    /**
     * The answer to what happened ends in the middle, before its announced length.
     *
     * @return the fault
     */
    public static StripeFault truncated() {
        return of(Kind.TRUNCATED, 0, Duration.ZERO);
    }

    /**
     * The answer comes later. Meanwhile the request's idempotency key is in use, so that a second request with it gets a
     * 409.
     *
     * @param delay how much, in the time of the machine
     * @return the fault
     */
    public static StripeFault latency(Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("A delay is zero or more, but got " + delay);
        }
        return of(Kind.LATENCY, 0, delay);
    }

    private static int checked(int status) {
        if (status < 400 || status > 599) {
            throw new IllegalArgumentException("An error has a status from 400 to 599, but got " + status);
        }
        return status;
    }

    /**
     * Only some requests.
     *
     * @param onlyMethod an HTTP method
     * @param pathStart how the path begins, such as {@code /v1/payment_intents}
     * @return the fault for those
     */
    public StripeFault on(String onlyMethod, String pathStart) {
        return new StripeFault(kind, status, delay, onlyMethod.toUpperCase(Locale.ROOT), pathStart, times, chance);
    }

    /**
     * More than one request.
     *
     * @param number how many, 1 or more
     * @return the fault for so many
     */
    public StripeFault times(int number) {
        if (number < 1) {
            throw new IllegalArgumentException("A fault happens once at least, but got " + number);
        }
        return new StripeFault(kind, status, delay, method, path, number, chance);
    }

    /**
     * Every request, until {@link FakeStripe#clearFaults()}.
     *
     * @return the fault for all
     */
    public StripeFault always() {
        return times(Integer.MAX_VALUE);
    }

    /**
     * Some requests, drawn by the fake's seed.
     *
     * @param probability above 0, up to 1
     * @return the fault for those
     */
    public StripeFault chance(double probability) {
        if (!(probability > 0 && probability <= 1)) {
            throw new IllegalArgumentException("A probability is above 0 and at most 1, but got " + probability);
        }
        return new StripeFault(kind, status, delay, method, path, times, probability);
    }

    /**
     * What goes wrong.
     *
     * @return the kind
     */
    public Kind kind() {
        return kind;
    }

    /**
     * The status of an error.
     *
     * @return from 400 to 599, or 0 where no error is answered
     */
    public int status() {
        return status;
    }

    /**
     * How late the answer is.
     *
     * @return zero or more
     */
    public Duration delay() {
        return delay;
    }

    /**
     * How many requests it hits.
     *
     * @return 1 or more
     */
    public int number() {
        return times;
    }

    /**
     * How probable it is for a request that it could hit.
     *
     * @return above 0, up to 1
     */
    public double probability() {
        return chance;
    }

    /**
     * Whether a request is one that it could hit.
     *
     * @param requestMethod the request's HTTP method
     * @param requestPath the request's path
     * @return true if so
     */
    public boolean covers(String requestMethod, String requestPath) {
        return (method.isEmpty() || method.equals(requestMethod)) && requestPath.startsWith(path);
    }
}
