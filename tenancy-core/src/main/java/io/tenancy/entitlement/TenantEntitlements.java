package io.tenancy.entitlement;

import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.spi.EntitlementStore;
import io.tenancy.entitlement.spi.StoredCatalogue;
import io.tenancy.entitlement.spi.StoredGrants;
import io.tenancy.internal.RecentlyUsed;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stage "admit": what tenants may do now. Safe for many threads.
 *
 * <p>Grants are remembered for {@link #DEFAULT_TIME_TO_LIVE}: what another node changed shows here after that time and one
 * read of the store at most; what was changed through this node shows at once. A grant that ends, ends at its instant,
 * without asking the store. While the store cannot be asked, what was remembered goes on to count for
 * {@link #DEFAULT_STALE_FOR} after it was read, and still begins and ends at its instants; a tenant of whom nothing is
 * remembered is refused with {@link EntitlementsUnavailableException}.
 */
/*
 * One reader per tenant at a time goes to the store; the others take its result, or, as long as what is remembered is
 * hardly too old or the store was just seen to be away, go on with what is remembered, so that a slow store does not hold
 * up every thread. What was read is remembered only if nothing was invalidated since the reading began: otherwise it may
 * be the state before the change. The check and the write happen under the map's lock of the key, and invalidation
 * raises the counter before it takes that lock, so one of the two always sees the other.
 */
public final class TenantEntitlements {

    /** How long remembered grants count without being read again. */
    public static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofSeconds(5);

    /** How long after they were read remembered grants count while the store cannot be asked. */
    public static final Duration DEFAULT_STALE_FOR = Duration.ofMinutes(15);

    /** How many tenants are remembered at most. */
    public static final int DEFAULT_MAXIMUM_SIZE = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(TenantEntitlements.class);
    private static final long LONGEST_RETRY_MILLIS = 1_000;

    private final EntitlementStore store;
    private final InstantSource clock;
    private final long timeToLive;
    private final long staleFor;
    private final @Nullable String upgradeTemplate;
    private final RecentlyUsed<TenantId, Remembered> remembered;
    private final Map<TenantId, CompletableFuture<Remembered>> reading = new ConcurrentHashMap<>();
    private final AtomicLong invalidations = new AtomicLong();
    private final ReentrantLock catalogueLock = new ReentrantLock();
    private volatile @Nullable Current current;
    private final AtomicReference<@Nullable Failed> failed = new AtomicReference<>();

    private TenantEntitlements(Builder settings) {
        this.store = settings.store;
        this.clock = settings.clock;
        this.timeToLive = settings.timeToLive.toMillis();
        this.staleFor = settings.staleFor.toMillis();
        this.upgradeTemplate = settings.upgradeTemplate;
        this.remembered = new RecentlyUsed<>(settings.maximumSize);
    }

    /**
     * Begins a service.
     *
     * @param store where grants and catalogue are kept
     * @return a builder with the defaults
     */
    public static Builder builder(EntitlementStore store) {
        return new Builder(store);
    }

    /**
     * What the bound tenant may do now.
     *
     * @return its entitlements
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws EntitlementsUnavailableException when nothing is known of it and the store cannot be asked
     */
    public Entitlements current() {
        return of(Tenancy.require().id());
    }

    /**
     * What a tenant may do now.
     *
     * @param tenant the tenant
     * @return its entitlements; those of a tenant that was granted nothing allow nothing
     * @throws EntitlementsUnavailableException when nothing is known of it and the store cannot be asked
     */
    public Entitlements of(TenantId tenant) {
        Remembered found = remembered.get(tenant);
        long now = clock.millis();
        if (found != null && found.countsAt(now)) {
            return found.entitlements;
        }
        return slowly(tenant, found);
    }

    private Entitlements slowly(TenantId tenant, @Nullable Remembered found) {
        Instant now = clock.instant();
        if (found != null && found.isFreshAt(now.toEpochMilli())) {
            return movedTo(now, tenant, found).entitlements;
        }
        CompletableFuture<Remembered> mine = new CompletableFuture<>();
        CompletableFuture<Remembered> others = reading.putIfAbsent(tenant, mine);
        if (others != null) {
            return found != null && mayGoOnWith(found, now)
                    ? movedTo(now, tenant, found).entitlements
                    : resultOf(others);
        }
        try {
            Remembered answer = readUnlessDone(tenant, found, now);
            mine.complete(answer);
            return answer.entitlements;
        } catch (RuntimeException | Error failure) {
            mine.completeExceptionally(failure);
            throw failure;
        } finally {
            reading.remove(tenant, mine);
        }
    }

    private boolean mayGoOnWith(Remembered found, Instant now) {
        long age = now.toEpochMilli() - found.readAt;
        return age < (found.storeIsAway ? staleFor : 2 * timeToLive);
    }

    private static Entitlements resultOf(CompletableFuture<Remembered> others) {
        try {
            return others.join().entitlements;
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof EntitlementsUnavailableException unavailable) {
                throw new EntitlementsUnavailableException(String.valueOf(unavailable.getMessage()), unavailable);
            }
            throw failure;
        }
    }

    // Between looking and becoming the one that reads, another one may have read already.
    private Remembered readUnlessDone(TenantId tenant, @Nullable Remembered found, Instant now) {
        Remembered newer = remembered.get(tenant);
        if (newer != null && newer != found && newer.countsAt(now.toEpochMilli())) {
            return newer;
        }
        return read(tenant, newer, now);
    }

    private Remembered read(TenantId tenant, @Nullable Remembered found, Instant now) {
        if (found == null) {
            refuseWhileAway(tenant, now.toEpochMilli());
        }
        long before = invalidations.get();
        Remembered answer;
        try {
            StoredGrants grants = store.grants(tenant);
            Entitlements entitlements =
                    resolverFor(grants.catalogueRevision()).resolve(grants.grants(), clock.instant());
            if (found != null && found.storeIsAway) {
                LOG.info("The entitlements of tenant {} could be read again", tenant);
            }
            failed.set(null);
            answer = new Remembered(entitlements, grants, now.toEpochMilli(), timeToLive, false);
        } catch (RuntimeException failure) {
            answer = goOn(tenant, found, failure);
        }
        remember(tenant, answer, before);
        return answer;
    }

    // Each of them would wait for a connection that nobody gets: a store that did not answer is asked by one of them at
    // a
    // time, once a second.
    private void refuseWhileAway(TenantId tenant, long now) {
        Failed last = failed.get();
        if (last == null) {
            return;
        }
        boolean due = now >= last.at + Math.min(timeToLive, LONGEST_RETRY_MILLIS) || now < last.at;
        if (!due || !failed.compareAndSet(last, new Failed(now, last.cause))) {
            throw new EntitlementsUnavailableException(
                    "What tenant " + tenant + " may do was not read, since the store does not answer ("
                            + last.cause.getMessage() + "). It is asked once a second; until it answers, the tenant is"
                            + " refused.",
                    last.cause);
        }
    }

    private Remembered goOn(TenantId tenant, @Nullable Remembered found, RuntimeException failure) {
        Instant now = clock.instant();
        if (failure instanceof EntitlementsUnavailableException) {
            failed.set(new Failed(now.toEpochMilli(), failure));
        }
        if (found == null || now.toEpochMilli() - found.readAt >= staleFor) {
            throw new EntitlementsUnavailableException(
                    "What tenant " + tenant + " may do could not be read"
                            + (found == null
                                    ? " and nothing is remembered of it: "
                                    : ", and what is remembered was read at " + Instant.ofEpochMilli(found.readAt)
                                            + ", too long ago: ")
                            + failure.getMessage() + " Until the store answers, the tenant is refused.",
                    failure);
        }
        if (!found.storeIsAway) {
            LOG.warn(
                    "What tenant {} may do could not be read; what was read at {} counts until {}",
                    tenant,
                    Instant.ofEpochMilli(found.readAt),
                    Instant.ofEpochMilli(found.readAt + staleFor),
                    failure);
        }
        long untilRetry = now.toEpochMilli() - found.readAt + Math.min(timeToLive, LONGEST_RETRY_MILLIS);
        Entitlements entitlements =
                resolverFor(found.grants.catalogueRevision()).resolve(found.grants.grants(), now);
        return new Remembered(entitlements, found.grants, found.readAt, Math.min(untilRetry, staleFor), true);
    }

    private Remembered movedTo(Instant now, TenantId tenant, Remembered found) {
        if (found.entitlements.changesAt().filter(each -> !each.isAfter(now)).isEmpty()
                && !now.isBefore(found.entitlements.at())) {
            return found;
        }
        Entitlements entitlements =
                resolverFor(found.grants.catalogueRevision()).resolve(found.grants.grants(), now);
        Remembered moved = new Remembered(entitlements, found.grants, found.readAt, found.freshFor, found.storeIsAway);
        // Only in the place of what it was made from: that may have been invalidated meanwhile.
        remembered.replace(tenant, found, moved);
        return moved;
    }

    private void remember(TenantId tenant, Remembered answer, long before) {
        // Not for a tenant that has its room: while the store is away, others could not be read again.
        if (remembered.get(tenant) == null) {
            remembered.makeRoom(each -> each.wasNotAskedFor(2 * timeToLive, answer.countsFrom));
        }
        remembered.compute(tenant, (key, old) -> invalidations.get() == before ? answer : old);
    }

    private EntitlementResolver resolverFor(long revision) {
        Current known = current;
        if (known != null && known.revision >= revision) {
            return known.resolver;
        }
        catalogueLock.lock();
        try {
            known = current;
            if (known == null || known.revision < revision) {
                StoredCatalogue stored = store.catalogue();
                known = new Current(stored.revision(), new EntitlementResolver(stored.catalogue(), upgradeTemplate));
                current = known;
            }
            return known.resolver;
        } finally {
            catalogueLock.unlock();
        }
    }

    /**
     * Forgets what is remembered of a tenant, because its grants changed.
     *
     * @param tenant the tenant
     */
    public void invalidate(TenantId tenant) {
        invalidations.incrementAndGet();
        // Who asks from now on must not be served by a reading that began before the change.
        reading.remove(tenant);
        remembered.remove(tenant);
    }

    /** Of how many tenants something is remembered. */
    int remembered() {
        return remembered.size();
    }

    /** Forgets what is remembered of all tenants, because the catalogue or a reseller's caps changed. */
    public void invalidateAll() {
        invalidations.incrementAndGet();
        reading.clear();
        remembered.clear();
    }

    private record Current(long revision, EntitlementResolver resolver) {}

    private record Failed(long at, RuntimeException cause) {}

    /** Compared by identity: only the very thing that was moved on is replaced by what came of it. */
    private static final class Remembered {
        private final Entitlements entitlements;
        private final StoredGrants grants;
        private final long readAt;
        private final long freshFor;
        private final boolean storeIsAway;
        private final long countsFrom;
        private final long countsUntil;

        Remembered(Entitlements entitlements, StoredGrants grants, long readAt, long freshFor, boolean storeIsAway) {
            this.entitlements = entitlements;
            this.grants = grants;
            this.readAt = readAt;
            this.freshFor = freshFor;
            this.storeIsAway = storeIsAway;
            this.countsFrom = entitlements.at().toEpochMilli();
            // Rounded down: within that millisecond the exact instant decides, off the fast path.
            this.countsUntil = Math.min(
                    readAt + freshFor,
                    entitlements.changesAt().map(Instant::toEpochMilli).orElse(Long.MAX_VALUE));
        }

        // One reading of the clock tells both; one that was set back makes it stale.
        boolean countsAt(long millis) {
            return millis < countsUntil && millis >= countsFrom;
        }

        // Whoever asks for what is no longer fresh makes it anew, also while the store is away.
        boolean wasNotAskedFor(long forMillis, long millis) {
            return millis - countsFrom >= forMillis || millis < countsFrom;
        }

        boolean isFreshAt(long millis) {
            return millis < readAt + freshFor && millis >= readAt;
        }
    }

    /** Settings of the service. */
    public static final class Builder {
        private final EntitlementStore store;
        private InstantSource clock = InstantSource.system();
        private Duration timeToLive = DEFAULT_TIME_TO_LIVE;
        private Duration staleFor = DEFAULT_STALE_FOR;
        private int maximumSize = DEFAULT_MAXIMUM_SIZE;
        private @Nullable String upgradeTemplate;

        private Builder(EntitlementStore store) {
            this.store = Objects.requireNonNull(store, "store");
        }

        /**
         * Tells the time; the system's clock otherwise.
         *
         * @param value the clock
         * @return this builder
         */
        public Builder clock(InstantSource value) {
            clock = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * How long remembered grants count without being read again; {@link #DEFAULT_TIME_TO_LIVE} otherwise.
         *
         * @param value positive, at most an hour
         * @return this builder
         * @throws IllegalArgumentException when it is neither
         */
        public Builder timeToLive(Duration value) {
            if (value.toMillis() < 1 || value.compareTo(Duration.ofHours(1)) > 0) {
                throw new IllegalArgumentException(
                        "The time to live of entitlements is " + value + ", but is positive and at most an hour");
            }
            timeToLive = value;
            return this;
        }

        /**
         * How long after they were read remembered grants count while the store cannot be asked;
         * {@link #DEFAULT_STALE_FOR} otherwise.
         *
         * @param value zero refuses as soon as the store is away; at most a day
         * @return this builder
         * @throws IllegalArgumentException when it is negative or longer
         */
        public Builder staleFor(Duration value) {
            if (value.isNegative() || value.compareTo(Duration.ofDays(1)) > 0) {
                throw new IllegalArgumentException(
                        "Entitlements may be stale for " + value + ", but that is not negative and at most a day");
            }
            staleFor = value;
            return this;
        }

        /**
         * How many tenants are remembered at most; {@link #DEFAULT_MAXIMUM_SIZE} otherwise. Beyond that those go first that
         * were not asked for lately.
         *
         * @param value 1 and more
         * @return this builder
         * @throws IllegalArgumentException when it is not positive
         */
        public Builder maximumSize(int value) {
            if (value < 1) {
                throw new IllegalArgumentException("At least 1 tenant is remembered, but maximumSize was " + value);
            }
            maximumSize = value;
            return this;
        }

        /**
         * Where refusals point to; nowhere otherwise.
         *
         * @param template such as {@code /upgrade?module={module}}; null for nowhere
         * @return this builder
         * @throws IllegalArgumentException when the template is no path, is no http or https link, or has another
         *     placeholder
         */
        public Builder upgradeLink(@Nullable String template) {
            upgradeTemplate = template == null ? null : EntitlementResolver.requireTemplate(template);
            return this;
        }

        /**
         * Makes the service.
         *
         * @return a service that has asked nothing yet
         */
        public TenantEntitlements build() {
            return new TenantEntitlements(this);
        }
    }
}
