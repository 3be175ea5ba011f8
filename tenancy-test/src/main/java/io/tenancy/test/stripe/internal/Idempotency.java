package io.tenancy.test.stripe.internal;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The answers that are kept for idempotency keys, for 24 hours, as
 * <a href="https://docs.stripe.com/api/idempotent_requests">Stripe documents</a>.
 */
final class Idempotency {

    private static final long KEPT_SECONDS = Duration.ofHours(24).toSeconds();
    private static final int LONGEST = 255;

    private final FakeClock clock;
    private final Map<String, Entry> entries = new HashMap<>();

    Idempotency(FakeClock clock) {
        this.clock = clock;
    }

    /**
     * Claims a key for a request, or finds its answer.
     *
     * @return the answer that was kept, or empty when the request is to be carried out and then {@link #keep kept} or
     *     {@link #release released}
     */
    synchronized Optional<Answer> claim(String scope, String key, String fingerprint) {
        if (key.length() > LONGEST) {
            throw ApiError.invalid(
                    "The idempotency key has " + key.length() + " characters; " + LONGEST + " are allowed.", null);
        }
        long now = clock.seconds();
        entries.values().removeIf(entry -> entry.answer != null && entry.since + KEPT_SECONDS <= now);
        Entry entry = entries.get(scope + key);
        if (entry == null) {
            entries.put(scope + key, new Entry(fingerprint, now, null));
            return Optional.empty();
        }
        if (!entry.fingerprint.equals(fingerprint)) {
            throw ApiError.of(
                    400,
                    "idempotency_error",
                    null,
                    "Keys for idempotent requests can only be used with the same parameters they were first used with."
                            + " Try using a key other than '" + key + "' if you meant to execute a different request.");
        }
        if (entry.answer == null) {
            throw ApiError.of(
                    409,
                    "idempotency_error",
                    "idempotency_key_in_use",
                    "There is currently another in-progress request using this Idempotent Key (that probably means you"
                            + " submitted twice, and the other request is still going through): " + key
                            + ". Please try again later.");
        }
        return Optional.of(entry.answer);
    }

    synchronized void keep(String scope, String key, Answer answer) {
        entries.computeIfPresent(scope + key, (unused, entry) -> new Entry(entry.fingerprint, entry.since, answer));
    }

    synchronized void release(String scope, String key) {
        entries.remove(scope + key);
    }

    /** An answer: its status, its body and the request that it was first given to. */
    record Answer(int status, String body, String requestId) {}

    private record Entry(
            String fingerprint, long since, @Nullable Answer answer) {}
}
