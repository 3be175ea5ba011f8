package io.tenancy.plugins.market;

import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.PluginsUnavailableException;
import io.tenancy.plugins.control.Revisions;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.MinimumVersion;
import io.tenancy.plugins.pack.PackageVerifier;
import io.tenancy.plugins.pack.PluginKey;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.Trust;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom the platform trusts with plugins, kept in the control database and known to each node: it looks {@link #INTERVAL
 * several times a second} whether something changed, and one that could not look for {@link #PATIENCE} trusts nobody any
 * more. Safe for many threads.
 */
public final class TrustStore implements AutoCloseable {

    /** How often a node looks for changes. */
    public static final Duration INTERVAL = Duration.ofMillis(250);

    /** How long a node that cannot look goes on with what it knows. */
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(TrustStore.class);
    private static final String STORE = "*";

    private final ControlTransactions transactions;
    private final PluginAudit audit;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final List<LongConsumer> listeners = new CopyOnWriteArrayList<>();
    private final ScheduledExecutorService watch = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "tenancy-plugins-trust");
        thread.setDaemon(true);
        return thread;
    });
    private volatile @Nullable Known known;
    private final AtomicLong looks = new AtomicLong();
    private boolean reached = true;

    private record Known(Revisions revisions, Trust trust, Trust withoutReview, long askedAt) {}

    /**
     * The store.
     *
     * @param transactions of the platform login
     * @param audit where changes are written down
     * @param clock tells whether keys are valid
     * @param nanos a clock that only goes on, as {@link System#nanoTime}
     */
    public TrustStore(ControlTransactions transactions, PluginAudit audit, InstantSource clock, LongSupplier nanos) {
        this.transactions = transactions;
        this.audit = audit;
        this.clock = clock;
        this.nanos = nanos;
    }

    /** Looks once, and from then on again and again. */
    public void start() {
        look();
        long interval = INTERVAL.toMillis();
        var unused = watch.scheduleWithFixedDelay(this::lookAgain, interval, interval, TimeUnit.MILLISECONDS);
    }

    /**
     * Tells somebody when tenants' installations changed on any node.
     *
     * @param listener is given the number of the last change that was known before
     */
    public void onInstalled(LongConsumer listener) {
        listeners.add(listener);
    }

    /**
     * Whom to trust with plugins of the store.
     *
     * @return what was the case {@link #PATIENCE} ago or later
     * @throws PluginsUnavailableException when this node has been without contact to the control database for longer
     */
    public Trust current() {
        return fresh().trust;
    }

    /**
     * Whom to trust with a tenant's own plugins, which nobody has to have reviewed.
     *
     * @return what was the case {@link #PATIENCE} ago or later
     * @throws PluginsUnavailableException when this node has been without contact to the control database for longer
     */
    public Trust withoutReview() {
        return fresh().withoutReview;
    }

    private Known fresh() {
        Known last = known;
        if (last == null || nanos.getAsLong() - last.askedAt > PATIENCE.toNanos()) {
            throw new PluginsUnavailableException(
                    "Plugins are not called: this node has not reached the control database"
                            + " for " + PATIENCE.toSeconds()
                            + " seconds, so it does not know what was revoked meanwhile. Check"
                            + " that the server runs and that tenancy.database.platform.* can reach it.");
        }
        return last;
    }

    private void lookAgain() {
        try {
            look();
            if (!reached) {
                LOG.warn("Whom to trust with plugins could be looked up again");
            }
            reached = true;
        } catch (RuntimeException failure) {
            // Several times a second; the first one tells enough.
            if (reached) {
                LOG.warn("Whom to trust with plugins could not be looked up, and is tried again until it can", failure);
            }
            reached = false;
        }
    }

    /**
     * Looks now whether something changed, rather than in a moment.
     *
     * @throws PluginsUnavailableException when the control database cannot be asked
     */
    public void refresh() {
        look();
    }

    private void look() {
        Known before = known;
        // What is answered is as old as the question.
        long asked = nanos.getAsLong();
        Known now = transactions.transact("look up whom to trust with plugins", transaction -> {
            Revisions revisions = Revisions.read(transaction);
            if (before != null && before.revisions.trust() == revisions.trust()) {
                return new Known(revisions, before.trust, before.withoutReview, asked);
            }
            Trust trust = load(transaction);
            return new Known(
                    revisions, trust, trust.toBuilder().reviewRequired(false).build(), asked);
        });
        // Told before it is known: who finds the new number finds everybody told.
        if (before != null && before.revisions.installed() < now.revisions.installed()) {
            listeners.forEach(each -> each.accept(before.revisions.installed()));
        }
        keep(now);
        looks.incrementAndGet();
    }

    /** How many looks came to their end. */
    long looks() {
        return looks.get();
    }

    /** Of two looks at once, the one that saw no less is kept; it saw all that was so when the later one asked. */
    private synchronized void keep(Known now) {
        Known other = known;
        if (other == null) {
            known = now;
        } else if (now.revisions.trust() >= other.revisions.trust()
                && now.revisions.installed() >= other.revisions.installed()) {
            long asked = now.askedAt - other.askedAt > 0 ? now.askedAt : other.askedAt;
            known = new Known(now.revisions, now.trust, now.withoutReview, asked);
        }
    }

    private static Trust load(Transaction transaction) throws SQLException {
        Trust.Builder trust = Trust.builder();
        Sql.list(
                        transaction.connection(),
                        row -> new CuratorKey(
                                new PluginKey(row.getString("key")),
                                Sql.instant(row, "not_before"),
                                Sql.instant(row, "not_after")),
                        "select key, not_before, not_after from plugin_curator_key order by id")
                .forEach(trust::curator);
        Sql.list(
                        transaction.connection(),
                        row -> new Revocation(row.getString("kind"), row.getString("subject"), row.getString("detail")),
                        "select kind, subject, detail from plugin_revocation")
                .forEach(revocation -> revocation.applyTo(trust));
        return trust.build();
    }

    private record Revocation(String kind, String subject, String detail) {

        void applyTo(Trust.Builder trust) {
            switch (kind) {
                case "PACKAGE" -> trust.revokePackage(subject);
                case "KEY" -> trust.revokeKey(subject);
                case "CERTIFICATE" -> trust.revoke(new Trust.RevokedCertificate(subject, Long.parseLong(detail)));
                case "VERSION" -> trust.minimumVersion(MinimumVersion.read(detail));
                default ->
                    throw new IllegalStateException("The table plugin_revocation has the kind '" + kind
                            + "', which a newer version of the SDK wrote; bring this node up to date");
            }
        }
    }

    /**
     * Trusts a curator's key from now on. Keys are rotated by adding the next one while the one before is still valid.
     *
     * @param key and when it is valid
     * @param note who adds it, and why
     */
    public void add(CuratorKey key, ChangeNote note) {
        changed(
                "add a curator's key",
                key.key().id(),
                "trust.key",
                note,
                transaction -> Sql.update(
                        transaction.connection(),
                        "insert into plugin_curator_key (id, key, not_before, not_after, added_at) values (?, ?, ?, ?, ?)"
                                + " on conflict (id) do nothing",
                        key.key().id(),
                        key.key().hex(),
                        key.notBefore(),
                        key.notAfter(),
                        transaction.recordedAt()));
    }

    /**
     * Revokes a package, on every node within a second.
     *
     * @param digest of the package
     * @param note who revokes it, and why
     */
    public void revokePackage(String digest, ChangeNote note) {
        Trust.builder().revokePackage(digest);
        revoke("PACKAGE", digest, "", note);
    }

    /**
     * Revokes a publisher's or a curator's key, and with it everything that it ever signed.
     *
     * @param id of the key
     * @param note who revokes it, and why
     */
    public void revokeKey(String id, ChangeNote note) {
        Trust.builder().revokeKey(id);
        revoke("KEY", id, "", note);
    }

    /**
     * Revokes a publisher's certificate.
     *
     * @param certificate which
     * @param note who revokes it, and why
     */
    public void revoke(PublisherCertificate certificate, ChangeNote note) {
        revoke("CERTIFICATE", certificate.issuer(), Long.toString(certificate.serial()), note);
    }

    /**
     * Lets a plugin be used from a version on only.
     *
     * @param statement of a curator or of the publisher
     * @param note who gives it in, and why
     * @throws io.tenancy.plugins.pack.PackageRefusedException when it is not genuine
     */
    public void require(MinimumVersion statement, ChangeNote note) {
        PackageVerifier.requireGenuine(statement, current(), clock.instant());
        revoke("VERSION", statement.plugin(), statement.json(), note);
    }

    private void revoke(String kind, String subject, String detail, ChangeNote note) {
        changed(
                "revoke",
                subject,
                "revoke." + kind.toLowerCase(Locale.ROOT),
                note,
                transaction -> Sql.update(
                        transaction.connection(),
                        "insert into plugin_revocation (kind, subject, detail, reason, revoked_at)"
                                + " values (?, ?, ?, ?, ?) on conflict do nothing",
                        kind,
                        subject,
                        detail,
                        note.reason(),
                        transaction.recordedAt()));
    }

    private void changed(
            String tried, String subject, String action, ChangeNote note, ControlTransactions.Work<Integer> work) {
        transactions.transact(tried, transaction -> {
            if (work.in(transaction) > 0) {
                Revisions.raiseTrust(transaction);
                audit.write(transaction, null, STORE, null, note.actor(), action, subject + ": " + note.reason());
            }
            return true;
        });
        look();
    }

    /** Looks no more. */
    @Override
    public void close() {
        // Interrupted, it would lose its connection.
        watch.shutdown();
        try {
            if (!watch.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                watch.shutdownNow();
            }
        } catch (InterruptedException interrupted) {
            watch.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
