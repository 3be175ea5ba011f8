package io.tenancy.ratelimit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a rate limiter decided on a request. Either every limit gave its units, or none did. Not a record, so that the usual
 * decision, on one limit, needs no list before somebody asks for it.
 */
public final class RateLimitDecision {

    /** Name of the header with the limits that apply. */
    public static final String POLICY_HEADER = "RateLimit-Policy";

    /** Name of the header with what is left. */
    public static final String HEADER = "RateLimit";

    static final RateLimitDecision NOTHING_LIMITED = new RateLimitDecision(List.of(), true);

    private final @Nullable RateLimitStanding only;
    private final List<RateLimitStanding> several;
    private final boolean shared;

    /**
     * A decision on any number of limits.
     *
     * @param standings the limits that were asked, in the order of asking; the last one refused where not admitted
     * @param shared false when the shared backend was out of reach, so that this node decided by itself
     */
    public RateLimitDecision(List<RateLimitStanding> standings, boolean shared) {
        this.only = null;
        this.several = List.copyOf(standings);
        this.shared = shared;
    }

    RateLimitDecision(RateLimitStanding only, boolean shared) {
        this.only = only;
        this.several = List.of();
        this.shared = shared;
    }

    /**
     * How the limits stood that were asked.
     *
     * @return in the order of asking; the last one refused where not admitted
     */
    public List<RateLimitStanding> standings() {
        return only != null ? List.of(only) : several;
    }

    /**
     * Whether all nodes decided together.
     *
     * @return false when the shared backend was out of reach, so that this node decided by itself
     */
    public boolean shared() {
        return shared;
    }

    /**
     * Whether the request may go on.
     *
     * @return true when no limit refused
     */
    public boolean admitted() {
        if (only != null) {
            return only.admitted();
        }
        return several.isEmpty() || several.get(several.size() - 1).admitted();
    }

    /**
     * The limits that refused.
     *
     * @return empty when admitted
     */
    public List<RateLimitStanding> violated() {
        List<RateLimitStanding> violated = new ArrayList<>(1);
        for (RateLimitStanding standing : standings()) {
            if (!standing.admitted()) {
                violated.add(standing);
            }
        }
        return violated;
    }

    /**
     * When to come back.
     *
     * @return whole seconds, at least 1; 0 when admitted
     */
    public long retryAfterSeconds() {
        long seconds = 0;
        for (RateLimitStanding standing : standings()) {
            if (!standing.admitted()) {
                seconds = Math.max(seconds, standing.retryAfterSeconds());
            }
        }
        return seconds;
    }

    /**
     * The headers of draft-ietf-httpapi-ratelimit-headers-10, with {@code Retry-After} for a refusal. No partition key:
     * it would tell callers apart to whoever reads the answer.
     *
     * @return header name to value; empty where nothing is limited
     */
    public Map<String, String> headers() {
        if (standings().isEmpty()) {
            return Map.of();
        }
        StringBuilder policy = new StringBuilder();
        StringBuilder left = new StringBuilder();
        for (RateLimitStanding standing : standings()) {
            String name = StructuredField.string(standing.limit().name());
            separate(policy)
                    .append(name)
                    .append(";q=")
                    .append(StructuredField.integer(standing.limit().capacity()))
                    .append(";w=")
                    .append(StructuredField.integer(standing.limit().window().toSeconds()));
            separate(left)
                    .append(name)
                    .append(";r=")
                    .append(StructuredField.integer(standing.remaining()))
                    .append(";t=")
                    .append(StructuredField.integer(
                            standing.admitted() ? standing.resetSeconds() : standing.retryAfterSeconds()));
        }
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(POLICY_HEADER, policy.toString());
        headers.put(HEADER, left.toString());
        if (!admitted()) {
            headers.put("Retry-After", Long.toString(retryAfterSeconds()));
        }
        return headers;
    }

    private static StringBuilder separate(StringBuilder list) {
        return list.isEmpty() ? list : list.append(',');
    }

    @Override
    public String toString() {
        return "RateLimitDecision[standings=" + standings() + ", shared=" + shared + "]";
    }
}
