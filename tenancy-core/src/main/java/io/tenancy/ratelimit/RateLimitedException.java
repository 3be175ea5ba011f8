package io.tenancy.ratelimit;

import io.tenancy.RequestRefusedException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A rate limit is used up: 429, with the moment to come back. */
public final class RateLimitedException extends RequestRefusedException {

    /** The problem type that is registered for it. */
    public static final String PROBLEM_TYPE = "https://iana.org/assignments/http-problem-types#quota-exceeded";

    private static final long serialVersionUID = 1L;

    private final transient RateLimitDecision decision;

    /**
     * Creates the refusal.
     *
     * @param request what was refused
     * @param decision which limits refused it
     */
    public RateLimitedException(RateLimitRequest request, RateLimitDecision decision) {
        super(
                429,
                "rate-limited",
                "Too many requests: wait for " + decision.retryAfterSeconds() + " s.",
                "A request of tenant " + request.tenant() + " was refused: used up were " + names(decision)
                        + ", to be had again in " + decision.retryAfterSeconds()
                        + " s. Raise the limit where the tenant's plan allows it.",
                null);
        this.decision = decision;
    }

    private static List<String> names(RateLimitDecision decision) {
        return decision.violated().stream()
                .map(standing -> standing.limit().name())
                .toList();
    }

    /**
     * Which limits refused.
     *
     * @return the decision
     */
    public RateLimitDecision decision() {
        return decision;
    }

    @Override
    public Optional<String> problemType() {
        return Optional.of(PROBLEM_TYPE);
    }

    @Override
    public Map<String, Object> problemMembers() {
        return Map.of("violated-policies", names(decision));
    }

    @Override
    public Map<String, String> responseHeaders() {
        return decision.headers();
    }
}
