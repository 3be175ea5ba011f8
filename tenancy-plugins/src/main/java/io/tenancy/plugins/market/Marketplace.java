package io.tenancy.plugins.market;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.Revisions;
import io.tenancy.plugins.market.StoredPackage.Status;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PackageVerifier;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PluginPackage;
import io.tenancy.plugins.pack.SemanticVersion;
import io.tenancy.plugins.pack.SigningKey;
import io.tenancy.plugins.pack.VerifiedPackage;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginHostBusyException;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of plugins: publishers give packages in, a machine and then a curator review them, tenants find what is listed.
 * Each change is written down with who made it. Safe for many threads.
 */
public final class Marketplace {

    // Of equal versions the first one found is taken.
    private static final String OWN_FIRST = " order by owner nulls last, digest";
    private static final Logger LOG = LoggerFactory.getLogger(Marketplace.class);

    private final ControlTransactions transactions;
    private final PluginAudit audit;
    private final TrustStore trust;
    private final AutomaticReview review;
    private final InstantSource clock;

    /**
     * The store.
     *
     * @param transactions of the platform login
     * @param audit where changes are written down
     * @param trust whom the platform trusts
     * @param host tries packages
     * @param clock tells whether certificates are valid
     */
    public Marketplace(
            ControlTransactions transactions,
            PluginAudit audit,
            TrustStore trust,
            PluginHost host,
            InstantSource clock) {
        this.transactions = transactions;
        this.audit = audit;
        this.trust = trust;
        this.review = new AutomaticReview(host);
        this.clock = clock;
    }

    /**
     * Whom the platform trusts: curators' keys, revocations, minimum versions.
     *
     * @return the trust
     */
    public TrustStore trust() {
        return trust;
    }

    /**
     * Gives a package in. It is kept, then reviewed by a machine at once, or by the jobs where too many are just now, then waits
     * for a curator.
     *
     * @param bytes the package, signed by its publisher
     * @param note who gives it in, and why
     * @return what became of it; the same package given in again changes nothing
     * @throws io.tenancy.plugins.pack.PackageRefusedException when its publisher is not trusted, or it is broken
     * @throws NotInStoreException when another package of that version is there
     */
    public StoredPackage publish(byte[] bytes, ChangeNote note) {
        return publish(bytes, null, note);
    }

    /**
     * Gives in a package for one tenant alone. Where the automatic review finds nothing, it can be installed at once.
     *
     * @param owner the only tenant that sees it
     * @param bytes the package, signed by its publisher
     * @param note who gives it in, and why
     * @return what became of it
     * @throws io.tenancy.plugins.pack.PackageRefusedException when its publisher is not trusted, or it is broken
     * @throws NotInStoreException when another package of that version is there
     */
    public StoredPackage publishFor(TenantId owner, byte[] bytes, ChangeNote note) {
        return publish(bytes, owner, note);
    }

    private StoredPackage publish(byte[] bytes, @Nullable TenantId owner, ChangeNote note) {
        VerifiedPackage verified = PackageVerifier.verify(bytes, trust.withoutReview(), clock.instant());
        String digest = verified.content().digest();
        transactions.transact("keep a package of a plugin", transaction -> {
            if (insert(transaction, verified, bytes, owner)) {
                audit.write(
                        transaction,
                        owner,
                        verified.manifest().id(),
                        digest,
                        note.actor(),
                        "publish",
                        verified.manifest().version() + ": " + note.reason());
            } else {
                requireSame(transaction, verified, owner);
            }
            return true;
        });
        try {
            return review(digest);
        } catch (PluginHostBusyException later) {
            // It is kept, and the jobs review it.
            LOG.info("Package {} is reviewed later: {}", digest, later.getMessage());
            return stored(digest);
        }
    }

    private static boolean insert(
            Transaction transaction, VerifiedPackage verified, byte[] bytes, @Nullable TenantId owner)
            throws SQLException {
        PluginManifest manifest = verified.manifest();
        String[] capabilities = manifest.capabilities().keySet().stream()
                .map(each -> each.key())
                .toArray(String[]::new);
        return Sql.update(
                        transaction.connection(),
                        "insert into plugin_package (digest, plugin, version, publisher, title, description, specialty,"
                                + " regions, capabilities, bytes, owner, status, published_at)"
                                + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'SUBMITTED', ?) on conflict do nothing",
                        verified.content().digest(),
                        manifest.id(),
                        manifest.version().toString(),
                        manifest.publisher(),
                        manifest.title(),
                        manifest.description(),
                        manifest.specialty(),
                        manifest.regions().toArray(new String[0]),
                        capabilities,
                        bytes,
                        owner == null ? null : owner.value(),
                        transaction.recordedAt())
                > 0;
    }

    private static void requireSame(Transaction transaction, VerifiedPackage verified, @Nullable TenantId owner)
            throws SQLException {
        PluginManifest manifest = verified.manifest();
        String digest = verified.content().digest();
        Optional<StoredPackage> same = Sql.first(
                transaction.connection(), PackageRows::read, PackageRows.COLUMNS + "where digest = ?", digest);
        if (same.isEmpty() || !same.get().owner().equals(Optional.ofNullable(owner))) {
            throw new NotInStoreException("The package " + digest + " of " + manifest.id() + " " + manifest.version()
                    + " was not taken: the store has another one of that version, or the same one for somebody else."
                    + " Publish changed content in a higher version.");
        }
    }

    /**
     * Reviews a package that was given in, as far as a machine can. Does nothing where that was done. A node that died
     * meanwhile leaves it to the jobs.
     *
     * @param digest of the package
     * @return what became of it
     * @throws NotInStoreException when there is none
     */
    public StoredPackage review(String digest) {
        StoredPackage stored = stored(digest);
        if (stored.status() != Status.SUBMITTED) {
            return stored;
        }
        byte[] bytes = bytes(digest);
        PluginPackage content = PackageReader.read(bytes);
        ReviewReport report = review.of(content, bytes.length, listedBefore(stored));
        Status next = !report.passed() ? Status.REFUSED : stored.owner().isPresent() ? Status.LISTED : Status.REVIEWED;
        transactions.transact("keep the review of a package", transaction -> {
            int changed = Sql.update(
                    transaction.connection(),
                    "update plugin_package set status = ?, report = ?, listed_at = ?"
                            + " where digest = ? and status = 'SUBMITTED'",
                    next.name(),
                    PackageRows.written(report),
                    next == Status.LISTED ? transaction.recordedAt() : null,
                    digest);
            if (changed > 0) {
                String found = report.passed() ? "Nothing speaks against it." : String.valueOf(report.refusal());
                audit.write(transaction, null, stored.plugin(), digest, "automatic review", "review", found);
            }
            return true;
        });
        return stored(digest);
    }

    private Optional<PluginManifest> listedBefore(StoredPackage stored) {
        return versions(stored.plugin(), stored.owner().orElse(null)).stream()
                .filter(each -> !each.digest().equals(stored.digest()))
                .findFirst()
                .map(each -> PackageReader.read(bytes(each.digest())).manifest());
    }

    /**
     * Packages that wait for a curator.
     *
     * @return those that were given in first, first
     */
    public List<StoredPackage> waiting() {
        return withStatus(Status.REVIEWED);
    }

    /**
     * Packages that the automatic review has not looked at.
     *
     * @return those that were given in first, first
     */
    public List<StoredPackage> submitted() {
        return withStatus(Status.SUBMITTED);
    }

    private List<StoredPackage> withStatus(Status status) {
        return transactions.transact(
                "look up packages",
                transaction -> Sql.list(
                        transaction.connection(),
                        PackageRows::read,
                        PackageRows.COLUMNS + "where status = ? order by published_at, digest",
                        status.name()));
    }

    /**
     * Lists a package: signs it with a curator's key that is at hand. One that is listed is reviewed anew, such as with the
     * next key before the one of the review before expires; those who have it go on with it.
     *
     * @param digest of a package that waits, was withdrawn or is listed
     * @param curator the curator's key
     * @param note who decides, and why
     * @return the package, listed
     * @throws NotInStoreException when there is none of these
     * @throws io.tenancy.plugins.pack.PackageRefusedException when the key is not trusted
     */
    public StoredPackage list(String digest, SigningKey curator, ChangeNote note) {
        return list(PackageWriter.review(bytes(digest), clock.instant(), curator), note);
    }

    /**
     * Lists a package that a curator signed elsewhere.
     *
     * @param reviewed a package that waits, was withdrawn or is listed, with the curator's signature
     * @param note who decides, and why
     * @return the package, listed
     * @throws NotInStoreException when there is none of these
     * @throws io.tenancy.plugins.pack.PackageRefusedException when it is not trusted with that signature
     */
    public StoredPackage list(byte[] reviewed, ChangeNote note) {
        VerifiedPackage verified = PackageVerifier.verify(reviewed, trust.current(), clock.instant());
        String digest = verified.content().digest();
        decide(digest, note, "list", transaction -> {
            // Nodes that have it ready look at its signatures anew.
            Revisions.raiseTrust(transaction);
            return Sql.update(
                    transaction.connection(),
                    "update plugin_package set status = 'LISTED', bytes = ?, listed_at = ?"
                            + " where digest = ? and status in ('REVIEWED', 'WITHDRAWN', 'LISTED') and owner is null",
                    reviewed,
                    transaction.recordedAt(),
                    digest);
        });
        trust.refresh();
        return stored(digest);
    }

    /**
     * Turns a package down.
     *
     * @param digest of a package that waits
     * @param note who decides, and why
     * @return the package
     * @throws NotInStoreException when there is none that waits
     */
    public StoredPackage reject(String digest, ChangeNote note) {
        decide(
                digest,
                note,
                "reject",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update plugin_package set status = 'REJECTED' where digest = ? and status = 'REVIEWED'",
                        digest));
        return stored(digest);
    }

    /**
     * Lets nobody install a package any more. Those who have it keep it; {@link TrustStore#revokePackage} takes it away.
     *
     * @param digest of a package that is listed
     * @param note who decides, and why
     * @return the package
     * @throws NotInStoreException when there is none that is listed
     */
    public StoredPackage withdraw(String digest, ChangeNote note) {
        decide(
                digest,
                note,
                "withdraw",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update plugin_package set status = 'WITHDRAWN' where digest = ? and status = 'LISTED'",
                        digest));
        return stored(digest);
    }

    private void decide(String digest, ChangeNote note, String action, ControlTransactions.Work<Integer> change) {
        StoredPackage stored = stored(digest);
        transactions.transact(action + " a package", transaction -> {
            if (change.in(transaction) == 0) {
                throw new NotInStoreException("The package " + digest + " of " + stored.plugin() + " is "
                        + stored.status() + ", so " + action + " does nothing to it. Look at its state first.");
            }
            audit.write(transaction, null, stored.plugin(), digest, note.actor(), action, note.reason());
            return true;
        });
    }

    /**
     * A package, whatever became of it.
     *
     * @param digest of the package
     * @return the package
     * @throws NotInStoreException when there is none
     */
    public StoredPackage stored(String digest) {
        return transactions
                .transact(
                        "look up a package",
                        transaction -> Sql.first(
                                transaction.connection(),
                                PackageRows::read,
                                PackageRows.COLUMNS + "where digest = ?",
                                digest))
                .orElseThrow(() -> new NotInStoreException(
                        "The store has no package " + digest + ". Publish it, or look for another one."));
    }

    /**
     * The file of a package.
     *
     * @param digest of the package
     * @return its bytes
     * @throws NotInStoreException when there is none
     */
    public byte[] bytes(String digest) {
        return transactions
                .transact(
                        "read a package",
                        transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getBytes(1),
                                "select bytes from plugin_package where digest = ?",
                                digest))
                .orElseThrow(() -> new NotInStoreException("The store has no package " + digest + "."));
    }

    /**
     * What is listed of a plugin.
     *
     * @param plugin id of the plugin
     * @param tenant who asks; null for nobody, who sees what all see
     * @return highest version first; of one version the tenant's own before that of all
     */
    public List<StoredPackage> versions(String plugin, @Nullable TenantId tenant) {
        return transactions
                .transact(
                        "look up versions of a plugin",
                        transaction -> Sql.list(
                                transaction.connection(),
                                PackageRows::read,
                                PackageRows.COLUMNS
                                        + "where plugin = ? and status = 'LISTED' and (owner is null or owner = ?::uuid)"
                                        + OWN_FIRST,
                                plugin,
                                tenant == null ? null : tenant.value()))
                .stream()
                .sorted(Comparator.comparing((StoredPackage each) -> SemanticVersion.parse(each.version()))
                        .reversed())
                .toList();
    }

    /**
     * Looks for plugins.
     *
     * @param query what for
     * @param tenant who looks; null for nobody, who sees what all see
     * @return of each plugin that fits the highest version that is listed, by title
     */
    public List<StoredPackage> search(StoreQuery query, @Nullable TenantId tenant) {
        List<@Nullable Object> parameters = new ArrayList<>();
        StringBuilder sql = new StringBuilder(PackageRows.COLUMNS)
                .append("where status = 'LISTED' and (owner is null or owner = ?::uuid)");
        parameters.add(tenant == null ? null : tenant.value());
        condition(sql, parameters, " and specialty = ?", query.specialty());
        condition(sql, parameters, " and (cardinality(regions) = 0 or ? = any (regions))", query.region());
        condition(sql, parameters, " and ? = any (capabilities)", query.capability());
        condition(
                sql,
                parameters,
                " and plugin in (select plugin from plugin_collection_entry where collection = ?)",
                query.collection());
        String text = query.text() == null ? null : query.text().toLowerCase(Locale.ROOT);
        condition(sql, parameters, " and position(? in lower(title || ' ' || description || ' ' || plugin)) > 0", text);
        sql.append(OWN_FIRST);
        List<StoredPackage> found = transactions.transact(
                "search the store",
                transaction ->
                        Sql.list(transaction.connection(), PackageRows::read, sql.toString(), parameters.toArray()));
        return highest(found);
    }

    private static void condition(
            StringBuilder sql, List<@Nullable Object> parameters, String condition, @Nullable String value) {
        if (value != null) {
            sql.append(condition);
            parameters.add(value);
        }
    }

    private static List<StoredPackage> highest(List<StoredPackage> found) {
        Map<String, StoredPackage> byPlugin = new HashMap<>();
        for (StoredPackage each : found) {
            byPlugin.merge(
                    each.plugin(),
                    each,
                    (one, other) ->
                            SemanticVersion.parse(one.version()).compareTo(SemanticVersion.parse(other.version())) >= 0
                                    ? one
                                    : other);
        }
        return byPlugin.values().stream()
                .sorted(Comparator.comparing(StoredPackage::title).thenComparing(StoredPackage::plugin))
                .toList();
    }

    /**
     * Puts a collection together, in place of one of the same code.
     *
     * @param collection the collection
     * @param note who decides, and why
     */
    public void put(CuratedCollection collection, ChangeNote note) {
        transactions.transact("keep a collection", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "insert into plugin_collection (code, title, description) values (?, ?, ?) on conflict (code)"
                            + " do update set title = excluded.title, description = excluded.description",
                    collection.code(),
                    collection.title(),
                    collection.description());
            Sql.update(
                    transaction.connection(),
                    "delete from plugin_collection_entry where collection = ?",
                    collection.code());
            for (int i = 0; i < collection.plugins().size(); i++) {
                Sql.update(
                        transaction.connection(),
                        "insert into plugin_collection_entry (collection, plugin, position) values (?, ?, ?)",
                        collection.code(),
                        collection.plugins().get(i),
                        i);
            }
            audit.write(transaction, null, "*", null, note.actor(), "collection", collection.code());
            return true;
        });
    }

    /**
     * All collections.
     *
     * @return by title
     */
    public List<CuratedCollection> collections() {
        return transactions.transact(
                "look up collections",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new CuratedCollection(
                                row.getString("code"),
                                row.getString("title"),
                                row.getString("description"),
                                List.of((String[]) row.getArray("plugins").getArray())),
                        "select code, title, description, array(select plugin from plugin_collection_entry"
                                + " where collection = code order by position) as plugins from plugin_collection order by title"));
    }
}
