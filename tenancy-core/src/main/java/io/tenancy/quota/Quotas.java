package io.tenancy.quota;

import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.quota.spi.QuotaCalendar;
import io.tenancy.quota.spi.QuotaPolicies;
import io.tenancy.quota.spi.QuotaStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * Never over the limit. The store hands out parts of a counter to nodes and keeps the sum of all parts within the limit.
 * A node spends its parts in memory and tells the store what it used. What a node does not hold any more it says so by
 * naming what it does hold; a lost answer is therefore harmless: the part in it was never spent, and the next request,
 * which names what the node knows of, gives it back. Requests of a lease are numbered, so that one that arrives late
 * changes nothing.
 *
 * Time. The store says, in one answer, what time it is and when the lease expires. The node counts from before it asked,
 * on its monotonic clock, and stops a margin earlier. The same answers tell which period it is; the wall clock of the
 * node is only a first guess, which the store corrects. A machine that is suspended, so that its monotonic clock stands
 * still, for longer than a lease and its reservations last is beyond this: let such a node start anew.
 *
 * A silent node. Its lease expires, which says that it may not spend; what it held counts as used. Only a recount, or
 * the end of the period, proves otherwise.
 *
 * A recount while others spend. Let b be the store's transaction that begins it, s the instant at which the application
 * counted N, so b < s, and f the transaction that ends it.
 *   - Leases that are silent for so long that even their reservations cannot be committed any more were set aside in b;
 *     their committed units are in N or do not exist, and they will commit no more: f forgets them.
 *   - Of every other lease, b marks what it had reported as used. A unit is reported after its commit, so the marked ones
 *     are in N. What the lease commits after s is at most what it was ever handed out less what was marked. f therefore
 *     sets the counter to N, plus, for each such lease, all it was handed out less what was marked; leases made after b
 *     have no mark; of leases that ended between b and f, what they used beyond the mark is added.
 *   - So what exists after s is at most the new counter, and the counter hands out only up to the limit from there.
 * Units that a node committed after its last report before b and before s are in N and beyond the mark too: counted
 * twice. The node that recounts reports first, the others do three times per lease time; a recount at a quiet moment is
 * exact, one in a storm errs towards too few units left, and the next one starts from the application's tables again,
 * so that errors do not add up.
 */
/**
 * Counts what tenants use, and refuses what passes their limits. Works for the tenant bound on the calling thread. Safe
 * for many threads and, with a common store, for any number of nodes: what is granted never exceeds the hard limit; after
 * a crash less than the limit may be granted until {@link #recount} or the end of the period.
 *
 * <p>Most calls spend from what the node leased before, in memory. Locks are per tenant and resource.
 */
public final class Quotas implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Quotas.class);

    /** For so long a refusal is repeated, and a store that was away is left alone. */
    private static final long REFUSAL_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final long OUTAGE_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final int ATTEMPTS = 20;
    private static final int MOST_FAILURES_IN_A_ROW = 3;

    private final QuotaStore store;
    private final QuotaPolicies policies;
    private final QuotaCalendar calendar;
    private volatile int givenUpAt;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final QuotaSettings settings;
    private final ConcurrentHashMap<Account.Key, Account> accounts = new ConcurrentHashMap<>();
    private volatile @Nullable StoreTime storeTime;
    private volatile boolean closed;
    private @Nullable ScheduledExecutorService beats;

    /** The store's time, and this node's monotonic time a little before it. */
    private record StoreTime(Instant instant, long nanos) {}

    /**
     * Creates a node.
     *
     * @param store counters that all nodes share
     * @param policies knows the limits
     * @param calendar knows the periods
     * @param clock a first guess at the time, corrected by the store
     * @param settings how parts are leased
     */
    public Quotas(
            QuotaStore store,
            QuotaPolicies policies,
            QuotaCalendar calendar,
            InstantSource clock,
            QuotaSettings settings) {
        this(store, policies, calendar, clock, System::nanoTime, settings);
    }

    /**
     * Creates a node on a given monotonic clock.
     *
     * @param store counters that all nodes share
     * @param policies knows the limits
     * @param calendar knows the periods
     * @param clock a first guess at the time, corrected by the store
     * @param nanos monotonic nanoseconds, such as {@link System#nanoTime()}
     * @param settings how parts are leased
     */
    public Quotas(
            QuotaStore store,
            QuotaPolicies policies,
            QuotaCalendar calendar,
            InstantSource clock,
            LongSupplier nanos,
            QuotaSettings settings) {
        this.store = Objects.requireNonNull(store, "store");
        this.policies = Objects.requireNonNull(policies, "policies");
        this.calendar = Objects.requireNonNull(calendar, "calendar");
        this.clock = Objects.requireNonNull(clock, "clock");
        this.nanos = Objects.requireNonNull(nanos, "nanos");
        this.settings = Objects.requireNonNull(settings, "settings");
    }

    /**
     * Begins to renew leases in the background, three times per lease time. Without it, {@link #maintain()} has to be
     * called as often.
     *
     * @return this
     */
    public synchronized Quotas start() {
        if (beats == null && !closed) {
            beats = Executors.newSingleThreadScheduledExecutor(work -> {
                Thread thread = new Thread(work, "tenancy-quotas-" + settings.node());
                thread.setDaemon(true);
                return thread;
            });
            long interval = settings.leaseTime().toNanos() / 3;
            // maintain() does not throw, so the schedule lasts until close().
            var unused = beats.scheduleWithFixedDelay(this::maintain, interval, interval, TimeUnit.NANOSECONDS);
        }
        return this;
    }

    // --- spending ---------------------------------------------------------------------------------------------------

    /**
     * Takes units that are counted as used once they are committed, and given back otherwise.
     *
     * @param resource what is counted
     * @param units how many, 1 to {@link QuotaPolicy#MAXIMUM}
     * @return the reservation; close it
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws IllegalArgumentException when the number of units is out of bounds
     * @throws UnknownQuotaException when the tenant has no policy for the resource
     * @throws io.tenancy.entitlement.QuotaNotEntitledException when the tenant's plan gives nothing of the resource
     * @throws QuotaExceededException when fewer units are left
     * @throws QuotaUnavailableException when the store cannot be reached and this node holds too few units
     */
    public QuotaReservation reserve(String resource, long units) {
        Account.Key key = key(resource, units);
        return new QuotaReservation(key, take(key, units), units, nanos);
    }

    /**
     * Counts units as used at once: for what leaves nothing behind that could be rolled back, such as a call.
     *
     * @param resource what is counted
     * @param units how many, 1 to {@link QuotaPolicy#MAXIMUM}
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws IllegalArgumentException when the number of units is out of bounds
     * @throws UnknownQuotaException when the tenant has no policy for the resource
     * @throws io.tenancy.entitlement.QuotaNotEntitledException when the tenant's plan gives nothing of the resource
     * @throws QuotaExceededException when fewer units are left
     * @throws QuotaUnavailableException when the store cannot be reached and this node holds too few units
     */
    public void consume(String resource, long units) {
        Account.Key key = key(resource, units);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Lease lease = take(key, units);
            // A thread that stood still for longer than a reservation lasts took what others may have got since.
            if (!lease.mayCommit(nanos.getAsLong())) {
                lease.giveBack(units);
                continue;
            }
            lease.use(units);
            if (lease.mayCommit(nanos.getAsLong())) {
                return;
            }
        }
        throw new QuotaUnavailableException(
                units + " units of '" + resource + "' of tenant " + key.tenant() + " were granted " + ATTEMPTS
                        + " times, and each time it took longer than they were kept. Look why this process or the control"
                        + " database stands still, or keep reservations for longer (QuotaSettings).",
                null);
    }

    /**
     * Whether so many units would be granted now; takes none.
     *
     * @param resource what is counted
     * @param units how many, 1 to {@link QuotaPolicy#MAXIMUM}
     * @return false when {@link #reserve} would most likely throw {@link QuotaExceededException}
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws IllegalArgumentException when the number of units is out of bounds
     * @throws UnknownQuotaException when the tenant has no policy for the resource
     * @throws io.tenancy.entitlement.QuotaNotEntitledException when the tenant's plan gives nothing of the resource
     * @throws QuotaUnavailableException when the store cannot be reached and this node holds too few units
     */
    public boolean check(String resource, long units) {
        Account.Key key = key(resource, units);
        Account account = accounts.get(key);
        Lease lease = account == null ? null : account.lease();
        if (lease != null && lease.maySpend(nanos.getAsLong()) && lease.remaining() >= units) {
            return true;
        }
        QuotaPolicy policy = policyOf(key);
        if (policy.neverRefuses()) {
            return true;
        }
        Reading reading = read(key, policy);
        long own = lease != null && lease.key().span().equals(reading.span()) ? lease.remaining() : 0;
        return policy.hardLimit() - reading.count().allotted() + own >= units;
    }

    private static Account.Key key(String resource, long units) {
        TenantId tenant = Tenancy.require().id();
        if (units < 1 || units > QuotaPolicy.MAXIMUM) {
            throw new IllegalArgumentException(units + " units of '" + resource + "' were asked for by tenant " + tenant
                    + "; a number between 1 and " + QuotaPolicy.MAXIMUM
                    + " is needed. To give units back, close a reservation without committing it, or recount.");
        }
        return new Account.Key(tenant, resource);
    }

    private Lease take(Account.Key key, long units) {
        Account account = accounts.get(key);
        if (account != null) {
            Lease lease = account.lease();
            if (lease != null && lease.take(units, nanos.getAsLong())) {
                return lease;
            }
        }
        return takeFromStore(key, units);
    }

    private Lease takeFromStore(Account.Key key, long units) {
        while (true) {
            QuotaPolicy policy = policyOf(key);
            requireOpen();
            Account account = accounts.computeIfAbsent(key, Account::new);
            account.lock().lock();
            try {
                if (!account.isRetired()) {
                    return takeFromStore(account, policy, units);
                }
            } finally {
                account.lock().unlock();
            }
        }
    }

    private Lease takeFromStore(Account account, QuotaPolicy policy, long units) {
        account.policy(policy);
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            requireOpen();
            Lease lease = leaseOf(account, policy);
            long now = nanos.getAsLong();
            // Another thread may have brought enough for all while this one waited for the lock.
            if (lease.take(units, now)) {
                return lease;
            }
            requireReachable(account, units, now);
            long own = lease.takeUpTo(units);
            boolean done = false;
            try {
                long need = units - own;
                requireNotRefused(account, policy, lease, need, units, now);
                done = ask(account, policy, lease, need, units);
                if (done) {
                    return lease;
                }
            } finally {
                if (!done) {
                    lease.giveBack(own);
                }
            }
        }
        throw new QuotaUnavailableException(
                "Tenant " + account.key().tenant() + " asked for " + units + " units of '"
                        + account.key().resource() + "', but node and store did not agree on the period in " + ATTEMPTS
                        + " attempts. Check that QuotaCalendar gives periods that contain the instant asked for.",
                null);
    }

    /** Asks for a part; false where the lease is of no use any more and another is needed. */
    private boolean ask(Account account, QuotaPolicy policy, Lease lease, long need, long units) {
        long now = nanos.getAsLong();
        long want = need == 0 ? 0 : account.nextWant(need, now, settings.maximumPart());
        QuotaStore.Answer answer = exchange(account, policy, lease, need, want, false);
        switch (answer.outcome()) {
            case GRANTED -> {
                account.refused(null);
                lease.giveBack(answer.part() - need);
                return true;
            }
            case REFUSED -> {
                account.refused(new Account.Refusal(
                        need, policy, lease.key().span(), answer, nanos.getAsLong() + REFUSAL_NANOS));
                throw exceeded(account, policy, lease.key().span(), answer, units);
            }
            case LOST -> {
                account.hold(null);
                return false;
            }
            case OTHER_PERIOD -> {
                return false;
            }
        }
        throw new IllegalStateException("Unknown outcome " + answer.outcome());
    }

    private Lease leaseOf(Account account, QuotaPolicy policy) {
        QuotaSpan span = spanNow(account.key().tenant(), policy);
        Lease lease = account.lease();
        if (lease != null && !lease.key().span().equals(span)) {
            account.end(lease);
            lease = null;
        }
        if (lease == null) {
            lease = new Lease(
                    new QuotaStore.Key(account.key().tenant(), account.key().resource(), span), nanos.getAsLong());
            account.hold(lease);
        }
        return lease;
    }

    private QuotaStore.Answer exchange(
            Account account, QuotaPolicy policy, Lease lease, long need, long want, boolean end) {
        long askedAt = nanos.getAsLong();
        QuotaStore.Request request = lease.request(policy, settings, need, want, end);
        QuotaStore.Answer answer;
        try {
            answer = store.exchange(request);
        } catch (QuotaUnavailableException away) {
            account.away(new Account.Outage(away, nanos.getAsLong() + OUTAGE_NANOS));
            throw unavailable(account, Math.max(1, need), away);
        }
        account.away(null);
        storeTime = new StoreTime(answer.now(), askedAt);
        lease.answered(request, answer, settings, askedAt);
        return answer;
    }

    private void requireReachable(Account account, long units, long now) {
        Account.Outage outage = account.outage();
        if (outage != null && now - outage.until() < 0) {
            throw unavailable(account, units, outage.cause());
        }
    }

    private void requireNotRefused(Account account, QuotaPolicy policy, Lease lease, long need, long units, long now) {
        Account.Refusal refusal = account.refusal();
        if (refusal != null
                && need >= refusal.need()
                && now - refusal.until() < 0
                && policy.equals(refusal.policy())
                && lease.key().span().equals(refusal.span())) {
            throw exceeded(account, policy, refusal.span(), refusal.answer(), units);
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("Units were asked for on node '" + settings.node()
                    + "', whose quotas are closed. Close the installation after the last request.");
        }
    }

    private static QuotaUnavailableException unavailable(Account account, long units, QuotaUnavailableException cause) {
        return new QuotaUnavailableException(
                "Tenant " + account.key().tenant() + " asked for " + units + " units of '"
                        + account.key().resource() + "', but this node's lease holds too few or has expired, and the"
                        + " control database did not answer: " + cause.getMessage()
                        + ". Nothing was granted; it is asked again as soon as somebody needs units. Check the control"
                        + " database.",
                cause);
    }

    private QuotaExceededException exceeded(
            Account account, QuotaPolicy policy, QuotaSpan span, QuotaStore.Answer answer, long units) {
        boolean lowered = answer.allotted() > policy.hardLimit();
        String period = span.end().map(end -> " in the period until " + end).orElse("");
        String message = "Tenant " + account.key().tenant() + " asked for " + units + " units of '"
                + account.key().resource() + "', but of its hard limit of " + policy.hardLimit() + " "
                + answer.allotted() + " are handed out" + period + ", of which " + answer.used()
                + " are reported as used."
                + (lowered
                        ? " The limit lies below that, so it was lowered: what is there is kept, nothing is added."
                        : "")
                + " Raise the limit in the tenant's plan, allow overage, or, if fewer really exist, recount('"
                + account.key().resource() + "', ...).";
        Duration retryAfter =
                span.end().map(end -> Duration.between(storeNow(), end)).orElse(null);
        return new QuotaExceededException(
                account.key().tenant(),
                account.key().resource(),
                policy.hardLimit(),
                answer.used(),
                retryAfter,
                message);
    }

    // --- looking ----------------------------------------------------------------------------------------------------

    /**
     * How much the bound tenant used. Asks the store.
     *
     * @param resource what is counted
     * @return as known to the store, with what this node used since its last report; other nodes report three times per
     *     lease time
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws UnknownQuotaException when the tenant has no policy for the resource
     * @throws io.tenancy.entitlement.QuotaNotEntitledException when the tenant's plan gives nothing of the resource
     * @throws QuotaUnavailableException when the store cannot be reached
     */
    public QuotaUsage usageOf(String resource) {
        Account.Key key = new Account.Key(Tenancy.require().id(), resource);
        QuotaPolicy policy = policyOf(key);
        Account account = accounts.get(key);
        if (account == null) {
            return usage(policy, read(key, policy), 0);
        }
        account.lock().lock();
        try {
            Reading reading = read(key, policy);
            Lease lease = account.lease();
            long unreported = lease != null && lease.key().span().equals(reading.span()) ? lease.unreported() : 0;
            for (Lease ended : account.ended()) {
                unreported += ended.key().span().equals(reading.span()) ? ended.unreported() : 0;
            }
            return usage(policy, reading, unreported);
        } finally {
            account.lock().unlock();
        }
    }

    private static QuotaUsage usage(QuotaPolicy policy, Reading reading, long unreported) {
        return new QuotaUsage(
                policy,
                reading.span(),
                reading.count().used() + unreported,
                reading.count().allotted());
    }

    private record Reading(QuotaSpan span, QuotaStore.Count count) {}

    private Reading read(Account.Key key, QuotaPolicy policy) {
        for (int attempt = 0; ; attempt++) {
            QuotaSpan span = spanNow(key.tenant(), policy);
            long askedAt = nanos.getAsLong();
            QuotaStore.Count count = store.read(new QuotaStore.Key(key.tenant(), key.resource(), span));
            storeTime = new StoreTime(count.now(), askedAt);
            if (span.contains(count.now()) || attempt == ATTEMPTS) {
                return new Reading(span, count);
            }
        }
    }

    // --- mending ----------------------------------------------------------------------------------------------------

    /**
     * Puts the number of what really exists in place of what was recorded, in the present period of the bound tenant:
     * gives back what crashed nodes held, and repairs drift. Others may spend meanwhile; the limit holds all the same.
     * What other nodes commit while it is counted may be counted twice until the next recount.
     *
     * @param resource what is counted
     * @param recount counts it; runs on this thread, in the tenant's scope, in no transaction of the SDK
     * @return the usage after it
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws UnknownQuotaException when the tenant has no policy for the resource
     * @throws io.tenancy.entitlement.QuotaNotEntitledException when the tenant's plan gives nothing of the resource
     * @throws QuotaUnavailableException when the store cannot be reached; nothing was changed, or all of it
     * @throws TenancyException when counting failed; nothing was changed
     */
    public QuotaUsage recount(String resource, QuotaRecount recount) {
        Tenant tenant = Tenancy.require();
        Account.Key key = new Account.Key(tenant.id(), resource);
        QuotaPolicy policy = policyOf(key);
        report(key);
        QuotaStore.Key counter =
                new QuotaStore.Key(tenant.id(), resource, read(key, policy).span());
        long ticket = store.beginRecount(counter);
        long counted = count(tenant.id(), counter, recount);
        if (!store.finishRecount(counter, ticket, counted)) {
            LOG.info(
                    "A recount of '{}' of tenant {} was overtaken by another one, whose result holds",
                    resource,
                    tenant);
        }
        tellThresholds(key, policy);
        return usageOf(resource);
    }

    // The counter knows the thresholds of the last request. A new one knows none, and the limit may have changed since.
    private void tellThresholds(Account.Key key, QuotaPolicy policy) {
        Account account = accounts.computeIfAbsent(key, Account::new);
        account.lock().lock();
        try {
            account.refused(null);
            if (!account.isRetired()) {
                account.policy(policy);
                renew(account, policy, leaseOf(account, policy));
            }
        } finally {
            account.lock().unlock();
        }
    }

    private static long count(TenantId tenant, QuotaStore.Key counter, QuotaRecount recount) {
        long counted;
        try {
            counted = recount.count(tenant, counter.span());
        } catch (RuntimeException failure) {
            throw failure;
        } catch (Exception failure) {
            throw new TenancyException(
                    "The recount of '" + counter.resource() + "' of tenant " + tenant + " failed: "
                            + failure.getMessage() + ". The quota stays as it was; recount again.",
                    failure);
        }
        if (counted < 0 || counted > QuotaPolicy.MAXIMUM) {
            throw new TenancyException("The recount of '" + counter.resource() + "' of tenant " + tenant + " gave "
                    + counted + "; a number between 0 and " + QuotaPolicy.MAXIMUM
                    + " is needed. The quota stays as it was.");
        }
        return counted;
    }

    private void report(Account.Key key) {
        Account account = accounts.get(key);
        if (account == null) {
            return;
        }
        account.lock().lock();
        try {
            if (!account.isRetired()) {
                beat(account, false);
            }
        } finally {
            account.lock().unlock();
        }
    }

    /**
     * Reports what was used, renews leases, and gives back those that were not used since the last call. Does not throw;
     * what fails is tried again by the next call.
     */
    public void maintain() {
        List<Account> all = new ArrayList<>(accounts.values());
        // Where the last call gave up, so that a few that are stuck do not keep the same others waiting each time.
        Collections.rotate(all, -Math.min(givenUpAt, Math.max(0, all.size() - 1)));
        int failedInARow = 0;
        int done = 0;
        for (Account account : all) {
            done++;
            account.lock().lock();
            try {
                if (!account.isRetired()) {
                    beat(account, true);
                }
                failedInARow = 0;
            } catch (QuotaUnavailableException away) {
                LOG.warn("Leases of quotas were not renewed: {}", away.getMessage());
                // One counter that somebody holds for long is not the others' fault; a store that is away is
                // everybody's.
                if (++failedInARow == MOST_FAILURES_IN_A_ROW) {
                    givenUpAt = (givenUpAt + done) % all.size();
                    return;
                }
            } catch (RuntimeException | Error failure) {
                LOG.error(
                        "The lease of '{}' of tenant {} was not renewed",
                        account.key().resource(),
                        account.key().tenant(),
                        failure);
            } finally {
                account.lock().unlock();
            }
        }
        givenUpAt = 0;
    }

    private void beat(Account account, boolean returnIdle) {
        QuotaPolicy policy = policies.policyOf(
                        account.key().tenant(), account.key().resource())
                .orElse(account.lastPolicy());
        if (policy == null) {
            return;
        }
        Lease lease = account.lease();
        if (lease != null) {
            boolean over = !lease.key().span().contains(storeNow());
            if (over || (returnIdle && lease.idleSinceLastBeat())) {
                account.end(lease);
            } else {
                renew(account, policy, lease);
            }
        }
        settleEnded(account, policy);
        if (account.lease() == null && account.ended().isEmpty()) {
            account.retire();
            accounts.remove(account.key(), account);
        }
    }

    private void renew(Account account, QuotaPolicy policy, Lease lease) {
        QuotaStore.Answer answer = exchange(account, policy, lease, 0, 0, false);
        if (answer.outcome() == QuotaStore.Outcome.LOST) {
            account.hold(null);
        } else if (!policy.neverRefuses() && answer.allotted() > policy.hardLimit() && lease.remaining() > 0) {
            // The limit was lowered: what nobody used yet goes back, so that nothing new comes of it.
            lease.surrender();
            exchange(account, policy, lease, 0, 0, false);
        }
    }

    private void settleEnded(Account account, QuotaPolicy policy) {
        for (Lease lease : List.copyOf(account.ended())) {
            lease.surrender();
            boolean spent = lease.isSpent();
            QuotaStore.Answer answer = exchange(account, policy, lease, 0, 0, spent);
            if (spent || answer.outcome() == QuotaStore.Outcome.LOST) {
                account.ended().remove(lease);
            }
        }
    }

    /**
     * Ends this node: reports what was used and gives back the rest. Units of reservations that are still open count as
     * used until a recount or the end of the period. When the store cannot be reached, so do all that the node holds.
     */
    @Override
    public void close() {
        closed = true;
        synchronized (this) {
            if (beats != null) {
                beats.shutdownNow();
            }
        }
        boolean reachable = true;
        for (Account account : List.copyOf(accounts.values())) {
            account.lock().lock();
            try {
                end(account, reachable);
            } catch (QuotaUnavailableException away) {
                // Each further attempt would wait as long.
                reachable = false;
                LOG.warn(
                        "Leases of quotas were not given back; their units count as used until a recount or the end of the"
                                + " period: {}",
                        away.getMessage());
            } catch (RuntimeException failure) {
                LOG.error(
                        "The lease of '{}' of tenant {} was not given back; its units count as used until a recount or the"
                                + " end of the period",
                        account.key().resource(),
                        account.key().tenant(),
                        failure);
            } finally {
                account.retire();
                account.lock().unlock();
            }
        }
        accounts.clear();
    }

    private void end(Account account, boolean reachable) {
        Lease lease = account.lease();
        if (lease != null) {
            account.end(lease);
        }
        QuotaPolicy policy = account.lastPolicy();
        if (policy != null && reachable) {
            settleEnded(account, policy);
        }
    }

    // --- what is asked of others ------------------------------------------------------------------------------------

    private QuotaPolicy policyOf(Account.Key key) {
        QuotaPolicy policy = policies.require(key.tenant(), key.resource());
        if (!policy.resource().equals(key.resource())) {
            throw new TenancyException("QuotaPolicies gave the policy of '" + policy.resource() + "' when asked for '"
                    + key.resource() + "' of tenant " + key.tenant() + ". Mend its policyOf(...).");
        }
        return policy;
    }

    private QuotaSpan spanNow(TenantId tenant, QuotaPolicy policy) {
        return calendar.spanOf(tenant, policy.period(), storeNow());
    }

    private Instant storeNow() {
        StoreTime known = storeTime;
        return known == null ? clock.instant() : known.instant().plusNanos(nanos.getAsLong() - known.nanos());
    }
}
