package io.tenancy.catalog;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Remembers what a store answered. Bounded; one load per key at a time; unknown keys are remembered apart from known
 * ones, so that a flood of invented names cannot push real tenants out. A change made elsewhere shows after at most
 * {@link #DEFAULT_TIME_TO_LIVE}; one made here shows at once after {@link #invalidate}.
 */
public final class CachingTenantStore implements TenantStore {

    /** How long an answer is believed. */
    public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofSeconds(5);

    /** How many known keys, and how many unknown ones, are remembered at most. */
    public static final int DEFAULT_MAXIMUM_SIZE = 10_000;

    private final TenantStore origin;
    private final Cache<TenantKey, Tenant> known;
    private final Cache<TenantKey, Boolean> unknown;
    private final AtomicLong invalidations = new AtomicLong();

    /**
     * Wraps a store with the default bounds.
     *
     * @param origin answers what is not remembered
     */
    public CachingTenantStore(TenantStore origin) {
        this(origin, DEFAULT_TIME_TO_LIVE, DEFAULT_MAXIMUM_SIZE, Ticker.systemTicker());
    }

    /**
     * Wraps a store.
     *
     * @param origin answers what is not remembered
     * @param timeToLive how long an answer is believed
     * @param maximumSize how many known keys, and how many unknown ones, are remembered
     */
    public CachingTenantStore(TenantStore origin, Duration timeToLive, int maximumSize) {
        this(origin, timeToLive, maximumSize, Ticker.systemTicker());
    }

    CachingTenantStore(TenantStore origin, Duration timeToLive, int maximumSize, Ticker ticker) {
        this.origin = Objects.requireNonNull(origin, "origin");
        this.known = Caffeine.newBuilder()
                .maximumSize(maximumSize)
                .expireAfterWrite(timeToLive)
                .ticker(ticker)
                .build();
        this.unknown = Caffeine.newBuilder()
                .maximumSize(maximumSize)
                .expireAfterWrite(timeToLive)
                .ticker(ticker)
                .build();
    }

    @Override
    public Optional<Tenant> find(TenantKey key) {
        Tenant remembered = known.getIfPresent(key);
        if (remembered != null) {
            return Optional.of(remembered);
        }
        if (unknown.getIfPresent(key) != null) {
            return Optional.empty();
        }
        return load(key);
    }

    // A load that began before an invalidation may have read the old row; it is returned to its caller, not remembered.
    private Optional<Tenant> load(TenantKey key) {
        long before = invalidations.get();
        Tenant loaded = known.get(key, missing -> origin.find(missing).orElse(null));
        if (loaded == null) {
            unknown.put(key, Boolean.TRUE);
        }
        if (invalidations.get() != before) {
            known.invalidate(key);
            unknown.invalidate(key);
        }
        return Optional.ofNullable(loaded);
    }

    /**
     * Forgets a tenant under all its keys, and every unknown key, since one of them may be the tenant's new name.
     *
     * @param id the tenant
     */
    public void invalidate(TenantId id) {
        invalidations.incrementAndGet();
        known.asMap().values().removeIf(tenant -> tenant.id().equals(id));
        unknown.invalidateAll();
    }

    /** Forgets everything. */
    public void invalidateAll() {
        invalidations.incrementAndGet();
        known.invalidateAll();
        unknown.invalidateAll();
    }
}
