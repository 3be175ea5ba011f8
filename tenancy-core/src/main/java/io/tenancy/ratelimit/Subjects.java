package io.tenancy.ratelimit;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tenancy.TenantId;
import io.tenancy.ratelimit.spi.Counter;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** The limits that one tenant had at one moment, each with its counter at hand. Safe for many threads. */
final class Subjects {

    /** The narrowest scope first: what a user or an endpoint may not do is refused before it costs the tenant units. */
    private static final List<RateLimit.Scope> ORDER = List.of(
            RateLimit.Scope.USER,
            RateLimit.Scope.API_KEY,
            RateLimit.Scope.ENDPOINT,
            RateLimit.Scope.TENANT,
            RateLimit.Scope.GLOBAL);

    final Bound[] bounds;
    final boolean none;
    final boolean unknown;
    final long loadedAt;

    /** The counter of the one limit, where there is one only and every request is counted on it: the usual case. */
    final @Nullable Counter only;

    private final AtomicBoolean renewing = new AtomicBoolean();

    private Subjects(Bound[] bounds, long loadedAt, boolean unknown) {
        this.bounds = bounds;
        this.unknown = unknown;
        this.none = bounds.length == 0;
        this.loadedAt = loadedAt;
        this.only = bounds.length == 1 && bounds[0].path == null ? bounds[0].counter : null;
    }

    static Subjects of(
            TenantId tenant,
            List<RateLimit> own,
            List<RateLimit> global,
            RateLimitBackend backend,
            int perLimit,
            long loadedAt) {
        Set<String> names = new HashSet<>();
        List<RateLimit> limits = new ArrayList<>(own.size() + global.size());
        for (RateLimit limit : own) {
            if (limit.scope() == RateLimit.Scope.GLOBAL) {
                throw new IllegalArgumentException(
                        "Rate limit '" + limit.name() + "' of tenant " + tenant
                                + " has scope GLOBAL, which belongs to the installation: give it to the rate limiter's builder.");
            }
            limits.add(limit);
        }
        limits.addAll(global);
        for (RateLimit limit : limits) {
            if (!names.add(limit.name())) {
                throw new IllegalArgumentException(
                        "Tenant " + tenant + " has two rate limits called '" + limit.name() + "': rename one.");
            }
        }
        limits.removeIf(RateLimit::unlimited);
        limits.sort(Comparator.comparingInt(limit -> ORDER.indexOf(limit.scope())));
        return new Subjects(
                limits.stream()
                        .map(limit -> new Bound(tenant, limit, backend, perLimit))
                        .toArray(Bound[]::new),
                loadedAt,
                false);
    }

    /** What is believed of a tenant whose limits could not be asked for. */
    Subjects asUnknown() {
        return new Subjects(bounds, loadedAt, true);
    }

    /** The same limits, counted by another backend. */
    Subjects on(TenantId tenant, RateLimitBackend other) {
        Bound[] moved = new Bound[bounds.length];
        for (int i = 0; i < bounds.length; i++) {
            moved[i] = new Bound(tenant, bounds[i].limit, other, RateLimiter.MAXIMUM_SUBJECTS_PER_LIMIT);
        }
        return new Subjects(moved, loadedAt, unknown);
    }

    /** The same limits, believed for longer because newer ones could not be had. */
    Subjects believedAgain(long now) {
        return new Subjects(bounds, now, unknown);
    }

    /** Whether the caller, and nobody else, is to ask for newer ones. */
    boolean claimRenewal() {
        return !renewing.get() && renewing.compareAndSet(false, true);
    }

    void renewalFailed() {
        renewing.set(false);
    }

    boolean olderThan(long millis, long now) {
        // A clock that was set back ages them too.
        return now - loadedAt >= millis || now < loadedAt;
    }

    /** A limit with its counter, or with the counters of those who share its limit but not its count. */
    static final class Bound {
        final RateLimit limit;
        private final TenantId tenant;
        private final RateLimitBackend backend;
        private final @Nullable Counter counter;
        private final @Nullable PathMatch path;
        private final @Nullable Cache<String, Counter> many;

        Bound(TenantId tenant, RateLimit limit, RateLimitBackend backend, int perLimit) {
            this.tenant = tenant;
            this.limit = limit;
            this.backend = backend;
            this.counter = switch (limit.scope()) {
                case GLOBAL -> backend.counter(SubjectKeys.global(limit), limit);
                case TENANT -> backend.counter(SubjectKeys.tenant(tenant, limit), limit);
                case ENDPOINT -> backend.counter(SubjectKeys.endpoint(tenant, limit), limit);
                case USER, API_KEY -> null;
            };
            this.path = limit.pathPattern() == null ? null : PathMatch.of(limit.pathPattern());
            this.many = counter == null
                    ? Caffeine.newBuilder().maximumSize(perLimit).build()
                    : null;
        }

        /** The counter that this request is counted on, or null where the limit does not concern it. */
        @Nullable Counter counterOf(RateLimitRequest request) {
            if (counter != null) {
                return path == null || path.matches(request.path()) ? counter : null;
            }
            return limit.scope() == RateLimit.Scope.USER
                    ? counterOf(request.user() == null ? null : SubjectKeys.user(tenant, limit, request.user()))
                    : counterOf(request.apiKey() == null ? null : SubjectKeys.apiKey(tenant, limit, request.apiKey()));
        }

        private @Nullable Counter counterOf(@Nullable String key) {
            return key == null || many == null ? null : many.get(key, name -> backend.counter(name, limit));
        }
    }
}
