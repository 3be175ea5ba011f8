package io.tenancy.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tenancy.TenantId;
import io.tenancy.internal.RecentlyUsed;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import io.tenancy.ratelimit.spi.RateLimitBackendException;
import io.tenancy.ratelimit.spi.RateLimitPolicies;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stage "admit": whether a request is one too many. All limits that concern it apply together; when one refuses, the
 * others get back what they gave. Limits may change at any time: a change shows on this node after at most
 * {@link #DEFAULT_POLICY_TIME}, on counters that are in use too.
 *
 * <p>While the shared backend is out of reach, this node limits by itself or refuses, as {@link BackendFailure} says.
 * Safe for many threads.
 */
public final class RateLimiter implements AutoCloseable {

    /** How long the limits of a tenant are believed. */
    public static final Duration DEFAULT_POLICY_TIME = Duration.ofSeconds(5);

    /** How long a backend that failed is left alone. */
    public static final Duration DEFAULT_PAUSE = Duration.ofSeconds(1);

    /** How many tenants' limits are remembered. */
    public static final int DEFAULT_MAXIMUM_TENANTS = 10_000;

    /** Of how many users, or API keys, the counters are held ready per limit of a tenant. */
    public static final int MAXIMUM_SUBJECTS_PER_LIMIT = 1_000;

    private static final int MAXIMUM_STRANGERS = 1_000;
    private static final Logger LOG = LoggerFactory.getLogger(RateLimiter.class);

    private final RateLimitPolicies policies;
    private final List<RateLimit> global;
    private final InstantSource clock;
    private final RateLimitBackend backend;
    private final @Nullable RateLimitBackend fallback;
    private final BackendFailure onFailure;
    private final RateLimitListener listener;
    private final BackendCircuit circuit;
    private final long policyMillis;
    private final RecentlyUsed<TenantId, Subjects> subjects;
    private final AtomicLong invalidations = new AtomicLong();

    /** Whose limits could not be asked for when there was no room for them. */
    private final Cache<TenantId, Subjects> strangers =
            Caffeine.newBuilder().maximumSize(MAXIMUM_STRANGERS).build();

    private final Cache<TenantId, Subjects> fallbackSubjects;

    private RateLimiter(Builder settings, RateLimitBackend backend, RateLimitPolicies policies) {
        this.policies = policies;
        this.backend = backend;
        this.global = settings.global;
        this.clock = settings.clock;
        this.fallback = settings.fallback;
        this.onFailure = settings.onFailure;
        this.listener = settings.listener;
        this.policyMillis = settings.policyTime.toMillis();
        this.circuit = new BackendCircuit(settings.pause.toMillis(), settings.onFailure, settings.listener);
        this.subjects = new RecentlyUsed<>(settings.maximumTenants);
        this.fallbackSubjects =
                Caffeine.newBuilder().maximumSize(settings.maximumTenants).build();
    }

    /**
     * Begins a rate limiter.
     *
     * @return a builder without settings
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Counts a request, or finds that it is one too many.
     *
     * @param request the request
     * @return what was decided
     * @throws RateLimitsUnavailableException when the backend is out of reach and {@link BackendFailure#CLOSED} is set, or
     *     the tenant's limits were never known and cannot be asked for then
     */
    public RateLimitDecision check(RateLimitRequest request) {
        return check(request, 1);
    }

    /**
     * Counts a request that costs more than others.
     *
     * @param request the request
     * @param units what it costs, 1 or more; a request that costs more than a limit's capacity is always refused
     * @return what was decided
     * @throws IllegalArgumentException when the units are below 1
     * @throws RateLimitsUnavailableException when the backend is out of reach and {@link BackendFailure#CLOSED} is set, or
     *     the tenant's limits were never known and cannot be asked for then
     */
    public RateLimitDecision check(RateLimitRequest request, long units) {
        if (units < 1) {
            throw new IllegalArgumentException("A request costs 1 unit or more, but was said to cost " + units);
        }
        long now = clock.millis();
        Subjects limits = limitsOf(request.tenant(), now);
        if (limits.none) {
            return RateLimitDecision.NOTHING_LIMITED;
        }
        RateLimitDecision decision = decide(limits, request, units, now);
        listener.decided(decision);
        return decision;
    }

    /**
     * Counts a request, or refuses it.
     *
     * @param request the request
     * @return what was decided; admitted
     * @throws RateLimitedException when a limit is used up
     * @throws RateLimitsUnavailableException when the backend is out of reach and {@link BackendFailure#CLOSED} is set
     */
    public RateLimitDecision require(RateLimitRequest request) {
        RateLimitDecision decision = check(request);
        if (!decision.admitted()) {
            throw new RateLimitedException(request, decision);
        }
        return decision;
    }

    /**
     * Forgets the limits of a tenant, so that the next request asks for them. What was used stays used.
     *
     * @param tenant the tenant
     */
    public void invalidate(TenantId tenant) {
        invalidations.incrementAndGet();
        subjects.remove(tenant);
        strangers.invalidate(tenant);
        fallbackSubjects.invalidate(tenant);
    }

    /**
     * Whether the backend answered when it was asked last.
     *
     * @return true before it was asked at all
     */
    public boolean backendReachable() {
        return !circuit.open();
    }

    private RateLimitDecision decide(Subjects limits, RateLimitRequest request, long units, long now) {
        if (!circuit.mayTry(now)) {
            return decideAlone(request, units, now, null);
        }
        try {
            RateLimitDecision decision = take(limits, request, units, now, true);
            circuit.succeeded();
            return decision;
        } catch (RateLimitBackendException failure) {
            circuit.failed(clock.millis(), failure);
            return decideAlone(request, units, now, failure);
        }
    }

    private RateLimitDecision decideAlone(
            RateLimitRequest request, long units, long now, @Nullable RateLimitBackendException failure) {
        if (onFailure == BackendFailure.CLOSED || fallback == null) {
            listener.undecided();
            throw new RateLimitsUnavailableException(
                    "A request of tenant " + request.tenant()
                            + " was refused: the backend of rate limits is out of reach,"
                            + " and on-backend-failure is 'closed'. Bring the backend back, or set it to 'open'.",
                    failure);
        }
        Subjects shared = limitsOf(request.tenant(), now);
        Subjects alone = fallbackSubjects.get(request.tenant(), tenant -> shared.on(tenant, fallback));
        if (alone.loadedAt != shared.loadedAt) {
            alone = shared.on(request.tenant(), fallback);
            fallbackSubjects.put(request.tenant(), alone);
        }
        return take(alone, request, units, now, false);
    }

    private static RateLimitDecision take(
            Subjects limits, RateLimitRequest request, long units, long now, boolean shared) {
        return limits.only != null
                ? new RateLimitDecision(limits.only.take(units, now), shared)
                : takeFromAll(limits, request, units, now, shared);
    }

    private static RateLimitDecision takeFromAll(
            Subjects limits, RateLimitRequest request, long units, long now, boolean shared) {
        Subjects.Bound[] bounds = limits.bounds;
        RateLimitStanding[] standings = new RateLimitStanding[bounds.length];
        Counter[] taken = new Counter[bounds.length];
        int asked = 0;
        for (Subjects.Bound bound : bounds) {
            Counter counter = bound.counterOf(request);
            if (counter == null) {
                continue;
            }
            RateLimitStanding standing = counter.take(units, now);
            standings[asked] = standing;
            taken[asked++] = counter;
            if (!standing.admitted()) {
                giveBack(taken, standings, asked - 1, units, now);
                break;
            }
        }
        if (asked == 0) {
            return RateLimitDecision.NOTHING_LIMITED;
        }
        return new RateLimitDecision(List.of(asked == bounds.length ? standings : trimmed(standings, asked)), shared);
    }

    private static void giveBack(Counter[] taken, RateLimitStanding[] standings, int count, long units, long now) {
        for (int i = count - 1; i >= 0; i--) {
            taken[i].giveBack(units, now);
            standings[i] = standings[i].withGivenBack(units);
        }
    }

    private static RateLimitStanding[] trimmed(RateLimitStanding[] standings, int length) {
        RateLimitStanding[] shorter = new RateLimitStanding[length];
        System.arraycopy(standings, 0, shorter, 0, length);
        return shorter;
    }

    private Subjects limitsOf(TenantId tenant, long now) {
        Subjects known = subjects.get(tenant);
        if (known == null) {
            return subjects.isFull() ? withRoomFor(tenant, now) : subjects.computeIfAbsent(tenant, this::firstLimitsOf);
        }
        return known.olderThan(policyMillis, now) && known.claimRenewal() ? renewed(known, tenant, now) : known;
    }

    // Others are forgotten for limits that are known only: while nobody can be asked, theirs are the last known ones.
    // What was used is kept by the backend.
    private Subjects withRoomFor(TenantId tenant, long now) {
        Subjects stranger = strangers.getIfPresent(tenant);
        if (stranger != null && !stranger.olderThan(policyMillis, now)) {
            return stranger;
        }
        long before = invalidations.get();
        Subjects first = firstLimitsOf(tenant);
        if (first.unknown) {
            strangers.put(tenant, first);
            return first;
        }
        long later = clock.millis();
        subjects.makeRoom(limits -> limits.olderThan(2 * policyMillis, later));
        // Not where something was invalidated meanwhile: what was read may be from before that.
        subjects.compute(tenant, (id, known) -> known != null || invalidations.get() != before ? known : first);
        return first;
    }

    // The others go on with the limits as they were, so that a slow source of limits slows one request down.
    private Subjects renewed(Subjects known, TenantId tenant, long now) {
        boolean done = false;
        try {
            Subjects newer = newerThan(known, tenant, now);
            // Not where they were invalidated meanwhile: what was read may be from before that.
            subjects.replace(tenant, known, newer);
            done = true;
            return newer;
        } finally {
            if (!done) {
                known.renewalFailed();
            }
        }
    }

    private Subjects firstLimitsOf(TenantId tenant) {
        long now = clock.millis();
        try {
            return subjectsOf(tenant, policies.of(tenant), now);
        } catch (RuntimeException failure) {
            if (onFailure == BackendFailure.CLOSED) {
                listener.undecided();
                throw new RateLimitsUnavailableException(
                        "A request of tenant " + tenant + " was refused: its rate limits could not be asked for ("
                                + failure.getMessage() + "), and on-backend-failure is 'closed'.",
                        failure);
            }
            LOG.warn("The rate limits of tenant {} could not be asked for: those of everybody hold", tenant, failure);
            return subjectsOf(tenant, policies.whileUnknown(tenant), now).asUnknown();
        }
    }

    private Subjects newerThan(Subjects known, TenantId tenant, long now) {
        try {
            return subjectsOf(tenant, policies.of(tenant), now);
        } catch (RuntimeException failure) {
            LOG.warn("The rate limits of tenant {} could not be asked for: the last known ones hold", tenant, failure);
            return known.believedAgain(now);
        }
    }

    private Subjects subjectsOf(TenantId tenant, List<RateLimit> own, long now) {
        return Subjects.of(tenant, own, global, backend, MAXIMUM_SUBJECTS_PER_LIMIT, now);
    }

    /** Closes the backends. */
    @Override
    public void close() {
        backend.close();
        if (fallback != null) {
            fallback.close();
        }
    }

    /** Settings of a rate limiter. Each is set once; {@link #build()} reports everything that is missing together. */
    public static final class Builder {
        private @Nullable RateLimitPolicies policies;
        private @Nullable RateLimitBackend backend;
        private @Nullable RateLimitBackend fallback;
        private List<RateLimit> global = List.of();
        private BackendFailure onFailure = BackendFailure.OPEN;
        private RateLimitListener listener = RateLimitListener.NONE;
        private InstantSource clock = InstantSource.system();
        private Duration policyTime = DEFAULT_POLICY_TIME;
        private Duration pause = DEFAULT_PAUSE;
        private int maximumTenants = DEFAULT_MAXIMUM_TENANTS;

        private Builder() {}

        /**
         * Which limits tenants have.
         *
         * @param value knows them
         * @return this builder
         */
        public Builder policies(RateLimitPolicies value) {
            requireUnset(policies, "policies");
            policies = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Where counters are kept.
         *
         * @param value the backend; closed with the rate limiter
         * @return this builder
         */
        public Builder backend(RateLimitBackend value) {
            requireUnset(backend, "backend");
            backend = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Where counters are kept while the backend is out of reach; needed for {@link BackendFailure#OPEN} with a backend
         * that can be out of reach.
         *
         * @param value a backend in this process; closed with the rate limiter
         * @return this builder
         */
        public Builder fallback(RateLimitBackend value) {
            requireUnset(fallback, "fallback");
            fallback = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Limits that all tenants share.
         *
         * @param value limits of scope GLOBAL
         * @return this builder
         * @throws IllegalArgumentException when one has another scope
         */
        public Builder global(List<RateLimit> value) {
            for (RateLimit limit : value) {
                if (limit.scope() != RateLimit.Scope.GLOBAL) {
                    throw new IllegalArgumentException(
                            "Rate limit '" + limit.name() + "' was given as global, but has scope " + limit.scope()
                                    + ": let the policies answer it.");
                }
            }
            global = List.copyOf(value);
            return this;
        }

        /**
         * What happens while the backend is out of reach; {@link BackendFailure#OPEN} otherwise.
         *
         * @param value what happens
         * @return this builder
         */
        public Builder onBackendFailure(BackendFailure value) {
            onFailure = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Is told what is decided; nobody otherwise.
         *
         * @param value the listener
         * @return this builder
         */
        public Builder listener(RateLimitListener value) {
            listener = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * The time source; the system's otherwise.
         *
         * @param value the time source; give the backends the same
         * @return this builder
         */
        public Builder clock(InstantSource value) {
            clock = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * How long the limits of a tenant are believed; {@link #DEFAULT_POLICY_TIME} otherwise.
         *
         * @param value positive
         * @return this builder
         */
        public Builder policyTime(Duration value) {
            policyTime = positive(value, "policy time");
            return this;
        }

        /**
         * How long a backend that failed is left alone; {@link #DEFAULT_PAUSE} otherwise.
         *
         * @param value positive
         * @return this builder
         */
        public Builder pause(Duration value) {
            pause = positive(value, "pause");
            return this;
        }

        /**
         * How many tenants' limits are remembered; {@link #DEFAULT_MAXIMUM_TENANTS} otherwise.
         *
         * @param value 1 or more
         * @return this builder
         */
        public Builder maximumTenants(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("The limits of 1 tenant or more are remembered, but was " + value);
            }
            maximumTenants = value;
            return this;
        }

        private static Duration positive(Duration value, String name) {
            if (value.toMillis() < 1) {
                throw new IllegalArgumentException("The " + name + " is 1 ms or more, but was " + value);
            }
            return value;
        }

        private static void requireUnset(@Nullable Object before, String name) {
            if (before != null) {
                throw new IllegalArgumentException("A rate limiter's " + name + " were set twice");
            }
        }

        /**
         * Makes the rate limiter.
         *
         * @return a rate limiter that has asked for nothing yet
         * @throws IllegalArgumentException when policies or backend are missing
         */
        public RateLimiter build() {
            if (policies == null || backend == null) {
                throw new IllegalArgumentException("A rate limiter needs policies(...) and backend(...)");
            }
            return new RateLimiter(this, backend, policies);
        }
    }
}
