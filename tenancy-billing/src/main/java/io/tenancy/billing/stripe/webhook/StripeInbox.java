package io.tenancy.billing.stripe.webhook;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.client.StripeSettings;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.billing.stripe.object.StripeObjects;
import io.tenancy.billing.stripe.object.Taken;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Works through the events that came in. What an event is about is looked up at Stripe, whatever the event itself says of it,
 * so that their order does not matter; all that wait for one thing are done with one look-up that begins after they were
 * stored. Safe for many threads and many nodes, and to be killed at any point.
 *
 * <p>An event is held by who works on it for {@link #LEASE}; when that one dies, it becomes due again. Each thread holds the
 * names of the events of one thing, never their bodies, however many wait. One that fails is tried again after
 * {@link #FIRST_WAIT}, then twice as long, at most {@link #LONGEST_WAIT}, and holds up no other; after {@link #PATIENCE} it is
 * parked for somebody to look at.
 */
public final class StripeInbox {

    /** How many threads work, unless told otherwise. */
    public static final int DEFAULT_WORKERS = 2;

    /** How long an event is held by who works on it. A look-up that takes longer is made twice, which changes nothing. */
    public static final Duration LEASE = Duration.ofMinutes(5);

    /** How long it waits after it failed once. */
    public static final Duration FIRST_WAIT = Duration.ofSeconds(10);

    /** How long it waits at most. */
    public static final Duration LONGEST_WAIT = Duration.ofHours(1);

    /** After so long it is parked; as long as Stripe itself sends again what was not taken. */
    public static final Duration PATIENCE = Duration.ofDays(3);

    static final String NO_INTEREST = "it is of no interest";

    private static final String WHAT_TO_DO =
            " Money that came of it is booked all the same. Pay back what is not due, payments().refund(tenant, amount, key,"
                    + " note), and delete the customer in Stripe's dashboard so that nothing more comes; or restore the tenant,"
                    + " and replay the event.";

    private static final Logger LOG = LoggerFactory.getLogger(StripeInbox.class);

    // So many events of one thing are done together.
    private static final int MOST = 500;

    // So many things one after the other for which Stripe does not answer: it is Stripe, and not the things.
    private static final int ENOUGH = 5;

    // More versions than this are not told in one run.
    private static final int MOST_VERSIONS = 100;
    private static final int NAMED = 5;
    private static final int LONGEST_NOTE = 1_000;

    private final ControlTransactions database;
    private final StripeSettings settings;
    private final StripeObjects objects;
    private final StripeFindings findings;
    private final int workers;
    private final Object claiming = new Object();

    /**
     * An inbox.
     *
     * @param database the control database; with a connection for each worker
     * @param settings mode and account
     * @param objects takes in what is looked up
     * @param findings notes what is for somebody to look at
     * @param workers how many threads work when many are due; 1 and more
     */
    public StripeInbox(
            ControlTransactions database,
            StripeSettings settings,
            StripeObjects objects,
            StripeFindings findings,
            int workers) {
        if (workers < 1) {
            throw new IllegalArgumentException(
                    "Stripe's events are worked through by 1 thread or more, but by " + workers + " was asked for");
        }
        this.database = database;
        this.settings = settings;
        this.objects = objects;
        this.findings = findings;
        this.workers = workers;
    }

    /**
     * Works through all that is due. Ends early when Stripe answers nothing at all, or the thread is interrupted.
     *
     * @return how many events were done or parked by this call
     * @throws BillingUnavailableException when the control database cannot be reached; what was done is done
     */
    public int run() {
        Run run = new Run();
        Optional<Batch> first = claim();
        if (first.isEmpty()) {
            return 0;
        }
        if (workers == 1) {
            run.asPlatform(first.get());
            return run.ended.get();
        }
        ExecutorService threads = Executors.newFixedThreadPool(workers);
        try {
            List<Future<?>> all = new ArrayList<>();
            all.add(threads.submit(() -> run.asPlatform(first.get())));
            for (int i = 1; i < workers; i++) {
                all.add(threads.submit(() -> claim().ifPresent(run::asPlatform)));
            }
            for (Future<?> each : all) {
                each.get();
            }
            return run.ended.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("Stripe's events could not be worked through", failure.getCause());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new BillingException(
                    "Working through Stripe's events was interrupted; what was done is done, and the next run goes on.");
        } finally {
            threads.shutdownNow();
        }
    }

    /** What the threads of one run have in common. */
    private final class Run {
        private final AtomicInteger ended = new AtomicInteger();
        private final AtomicInteger unanswered = new AtomicInteger();
        private final Set<String> versions = ConcurrentHashMap.newKeySet();

        void asPlatform(Batch first) {
            Tenancy.runAsPlatform("events of Stripe", () -> {
                Optional<Batch> batch = Optional.of(first);
                while (batch.isPresent()) {
                    work(batch.get());
                    batch = unanswered.get() >= ENOUGH || Thread.currentThread().isInterrupted()
                            ? Optional.empty()
                            : claim();
                }
            });
        }

        private void work(Batch batch) {
            batch.versions().forEach(this::noteVersion);
            try {
                Outcome outcome = workOut(batch);
                unanswered.set(0);
                ended.addAndGet(end(batch, outcome));
            } catch (StripeCallException failure) {
                boolean answered = failure.kind() == StripeCallException.Kind.MISSING
                        || failure.kind() == StripeCallException.Kind.REFUSED;
                if (!answered && unanswered.incrementAndGet() == ENOUGH) {
                    LOG.warn("Stripe does not answer; its events are worked through by the next run", failure);
                }
                ended.addAndGet(tryAgain(batch, failure));
            } catch (RuntimeException failure) {
                // Also what the database said: when it is away, this cannot be put off either, and the run ends.
                LOG.error("Events {} of Stripe could not be worked through", batch.named(), failure);
                ended.addAndGet(tryAgain(batch, failure));
            }
        }

        private void noteVersion(String version) {
            if (!version.equals(StripeCalls.API_VERSION) && versions.size() < MOST_VERSIONS && versions.add(version)) {
                findings.add(
                        FindingKind.API_VERSION,
                        version,
                        null,
                        "Stripe sends events in version " + version + ", but this version of the SDK speaks "
                                + StripeCalls.API_VERSION
                                + ". They are worked through, since what they are about is looked"
                                + " up; set the version of the endpoint in Stripe's dashboard to the latter.");
            }
        }
    }

    // ---- claims

    /** An event, as far as it is needed. */
    private record Held(
            String id,
            String type,
            @Nullable String customer,
            @Nullable String account,
            boolean livemode,
            @Nullable String version) {}

    /** Events of one thing, held until the lease is over. */
    private record Batch(
            UUID lease, @Nullable String kind, @Nullable String object, List<Held> events) {

        List<String> ids() {
            return events.stream().map(Held::id).toList();
        }

        /** For the log, where hundreds of names help nobody. */
        String named() {
            List<String> ids = ids();
            return ids.size() <= NAMED
                    ? ids.toString()
                    : ids.subList(0, NAMED) + " and " + (ids.size() - NAMED) + " more";
        }

        Set<String> versions() {
            Set<String> versions = new HashSet<>();
            for (Held event : events) {
                String version = event.version();
                if (version != null) {
                    versions.add(version);
                }
            }
            return versions;
        }
    }

    /**
     * Holds what is due first, and all else that waits for the same thing and is held by nobody: also what failed before, as
     * the look-up that follows is a later one. Threads of one node take turns, so that no two of them hold parts of one thing;
     * nodes pass over each other's rows and never wait for each other.
     */
    private Optional<Batch> claim() {
        synchronized (claiming) {
            return database.transact("claim events of Stripe", transaction -> {
                withoutWaiting(transaction);
                UUID lease = UUID.randomUUID();
                Instant now = transaction.recordedAt();
                List<@Nullable String> thing = new ArrayList<>(2);
                List<Held> events = Sql.list(
                        transaction.connection(),
                        row -> held(row, thing),
                        "with first as (select id, object_kind, object, livemode, account from stripe_event"
                                + " where state = 'WAITING' and next_at <= ? order by next_at, id limit 1"
                                + " for update skip locked),"
                                + " others as (select event.id from stripe_event event, first"
                                + " where event.state = 'WAITING' and event.object = first.object"
                                + " and event.object_kind = first.object_kind and event.id <> first.id"
                                + " and event.livemode = first.livemode"
                                + " and event.account is not distinct from first.account"
                                + " and (event.lease is null or event.next_at <= ?)"
                                + " limit ? for update of event skip locked)"
                                + " update stripe_event set lease = ?, next_at = ?, attempts = attempts + 1"
                                + " where id in (select id from first union all select id from others)"
                                + " returning id, type, object_kind, object, customer, account, livemode, api_version",
                        now,
                        now,
                        MOST - 1,
                        lease,
                        now.plus(LEASE));
                return events.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new Batch(lease, thing.get(0), thing.get(1), events));
            });
        }
    }

    private static Held held(ResultSet row, List<@Nullable String> thing) throws SQLException {
        if (thing.isEmpty()) {
            thing.add(row.getString("object_kind"));
            thing.add(row.getString("object"));
        }
        return new Held(
                row.getString("id"),
                row.getString("type"),
                row.getString("customer"),
                row.getString("account"),
                row.getBoolean("livemode"),
                row.getString("api_version"));
    }

    // ---- what they come to

    /**
     * What events came to.
     *
     * @param state done or parked
     * @param tenant whose it is
     * @param note in words
     * @param finding what is for somebody to look at
     */
    private record Outcome(
            EventState state,
            @Nullable TenantId tenant,
            String note,
            @Nullable Finding finding) {}

    /** What is noted together with it. */
    private record Finding(FindingKind kind, String subject, String detail) {}

    private Outcome workOut(Batch batch) {
        Held any = batch.events().get(0);
        String strange = strange(any);
        if (strange != null) {
            // The settings are others than when it came in, or it was played again.
            return new Outcome(EventState.PARKED, null, strange, null);
        }
        return switch (reactionTo(batch)) {
            case LOOK_UP -> lookUp(batch);
            case FOREIGN -> foreign(batch, any);
            case USAGE_REFUSED -> usageRefused(batch, any);
            case NONE -> new Outcome(EventState.DONE, null, NO_INTEREST, null);
        };
    }

    private @Nullable String strange(Held event) {
        return database.transact(
                        "look up for whom an event of Stripe is",
                        transaction -> Optional.ofNullable(
                                Addressee.strangeAtWork(transaction, event.livemode(), event.account(), settings)))
                .orElse(null);
    }

    // Of events of one thing, those to look up come first: it is done for all of them.
    private static Reaction reactionTo(Batch batch) {
        return batch.events().stream()
                .map(event -> Reaction.to(event.type()))
                .min(Reaction::compareTo)
                .orElse(Reaction.NONE);
    }

    private Outcome lookUp(Batch batch) {
        Optional<ObjectKind> kind = Optional.ofNullable(batch.kind()).flatMap(ObjectKind::of);
        String object = batch.object();
        if (kind.isEmpty() || object == null) {
            return new Outcome(
                    EventState.DONE, null, "it is about " + batch.kind() + ", of which nothing is taken in", null);
        }
        Taken taken = objects.refresh(kind.get(), object);
        if (taken.outcome() == Taken.Outcome.NOT_OURS) {
            return new Outcome(EventState.PARKED, taken.tenant(), taken.note(), null);
        }
        TenantId tenant = taken.tenant();
        String departed = tenant == null ? null : departed(tenant).orElse(null);
        return departed == null
                ? new Outcome(EventState.DONE, tenant, taken.note(), null)
                : new Outcome(EventState.PARKED, tenant, departed + " " + taken.note() + WHAT_TO_DO, null);
    }

    // Money that came is booked whoever it is from, but nobody who left should pay or be charged unnoticed.
    private Optional<String> departed(TenantId tenant) {
        String status = database.transact(
                        "look up whether tenant " + tenant + " is still there",
                        transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getString(1),
                                "select status from tenant where id = ?",
                                tenant.value()))
                .orElse(null);
        if (status == null) {
            return Optional.of("Tenant " + tenant + " is not in the registry any more.");
        }
        return TenantStatus.valueOf(status) == TenantStatus.DELETED
                ? Optional.of("Tenant " + tenant + " is deleted.")
                : Optional.empty();
    }

    private Outcome foreign(Batch batch, Held event) {
        String customer = event.customer();
        TenantId tenant = customer == null ? null : tenantOf(customer).orElse(null);
        if (tenant == null) {
            return new Outcome(
                    EventState.DONE,
                    null,
                    "it is about " + batch.kind() + " " + batch.object() + " of customer " + customer
                            + ", who is none of ours",
                    null);
        }
        String what = batch.kind() + " " + batch.object();
        // What is only upcoming has no id.
        String subject = batch.object() == null ? String.valueOf(customer) : batch.object();
        return new Outcome(
                EventState.DONE,
                tenant,
                what + " is none of billing's; noted for somebody to look at",
                new Finding(
                        FindingKind.FOREIGN_OBJECT,
                        subject,
                        "Stripe has " + what + " of customer " + customer + " (event " + event.id() + ", "
                                + event.type()
                                + "), but subscriptions and invoices are billing's: the tenant may be charged twice. End it in"
                                + " Stripe's dashboard, and give back there what it charged."));
    }

    private Optional<TenantId> tenantOf(String customer) {
        return database.transact(
                "look up whose a customer of Stripe is",
                transaction -> Sql.first(
                        transaction.connection(),
                        row -> new TenantId(row.getObject(1, UUID.class)),
                        "select tenant_id from stripe_customer where customer = ?",
                        customer));
    }

    private static Outcome usageRefused(Batch batch, Held event) {
        String subject = batch.object() == null ? event.type() : batch.object();
        return new Outcome(
                EventState.DONE,
                null,
                "noted for somebody to look at",
                new Finding(
                        FindingKind.USAGE_REFUSED,
                        subject,
                        "Stripe refused usage that was sent to it (event " + event.id() + ", " + event.type()
                                + "). What was wrong is told with the event and with the meter in Stripe's dashboard; Stripe"
                                + " does not count that usage, billing's own invoices do."));
    }

    // ---- how they end

    private int end(Batch batch, Outcome outcome) {
        if (outcome.state() == EventState.PARKED) {
            LOG.warn("Stripe's events {} are parked: {}", batch.named(), outcome.note());
        }
        return database.transact("end events of Stripe", transaction -> {
            withoutWaiting(transaction);
            int ended = end(transaction, batch, outcome);
            Finding finding = outcome.finding();
            if (finding != null && ended > 0) {
                findings.add(transaction, finding.kind(), finding.subject(), outcome.tenant(), finding.detail());
            }
            return ended;
        });
    }

    // What somebody else holds by now is theirs.
    private static int end(Transaction transaction, Batch batch, Outcome outcome) throws SQLException {
        TenantId tenant = outcome.tenant();
        return Sql.update(
                transaction.connection(),
                "update stripe_event set state = ?, note = ?, tenant_id = ?, lease = null, next_at = null, ended_at = ?"
                        + " where id = any(?) and lease = ?",
                outcome.state().name(),
                cut(outcome.note()),
                tenant == null ? null : tenant.value(),
                transaction.recordedAt(),
                ids(transaction, batch),
                batch.lease());
    }

    private int tryAgain(Batch batch, RuntimeException failure) {
        String why = cut(failure.getClass().getSimpleName() + ": " + failure.getMessage());
        return database.transact("put off events of Stripe", transaction -> {
            withoutWaiting(transaction);
            Instant now = transaction.recordedAt();
            int parked = Sql.update(
                    transaction.connection(),
                    "update stripe_event set state = 'PARKED', note = ?, lease = null, next_at = null, ended_at = ?"
                            + " where id = any(?) and lease = ? and waits_since <= ?",
                    cut("it failed for " + PATIENCE.toDays() + " days, at last with " + why),
                    now,
                    ids(transaction, batch),
                    batch.lease(),
                    now.minus(PATIENCE));
            if (parked > 0) {
                LOG.error(
                        "{} of Stripe's events {} are parked, as they failed for {}", parked, batch.named(), PATIENCE);
            }
            Sql.update(
                    transaction.connection(),
                    "update stripe_event set note = ?, lease = null, next_at = ?"
                            + " + least(?, ? * power(2, least(attempts, 20) - 1)) * interval '1 second'"
                            + " where id = any(?) and lease = ?",
                    why,
                    now,
                    LONGEST_WAIT.toSeconds(),
                    FIRST_WAIT.toSeconds(),
                    ids(transaction, batch),
                    batch.lease());
            return parked;
        });
    }

    // Not for the disk: what a server that crashes forgets of these is done once more, and what was taken in is durable
    // before.
    private static void withoutWaiting(Transaction transaction) throws SQLException {
        Sql.update(transaction.connection(), "set local synchronous_commit = off");
    }

    private static Array ids(Transaction transaction, Batch batch) throws SQLException {
        return transaction.connection().createArrayOf("text", batch.ids().toArray());
    }

    // The database keeps no zeros in texts.
    private static String cut(String text) {
        String kept = text.replace('\0', ' ');
        return kept.length() > LONGEST_NOTE ? kept.substring(0, LONGEST_NOTE) : kept;
    }
}
