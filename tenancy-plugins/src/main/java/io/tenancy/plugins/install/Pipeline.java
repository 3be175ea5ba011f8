package io.tenancy.plugins.install;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.PluginMessages;
import io.tenancy.plugins.control.Revisions;
import io.tenancy.plugins.install.spi.BillingEvents;
import io.tenancy.plugins.install.spi.CredentialCheck;
import io.tenancy.plugins.install.spi.InstallPolicy;
import io.tenancy.plugins.install.spi.TenantRegions;
import io.tenancy.plugins.market.Marketplace;
import io.tenancy.plugins.market.NotInStoreException;
import io.tenancy.plugins.market.PackageShelf;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.CapabilityDiff;
import io.tenancy.plugins.pack.CapabilityRequest;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PackageIdentity;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.PackageVerifier;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PluginPackage;
import io.tenancy.plugins.pack.RequiredCredential;
import io.tenancy.plugins.schema.JsonSchemas;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes a package from step to step until it is active, waits for somebody, or is refused. What a step finds out, it finds
 * out outside of a transaction; that it was taken is kept in one, provided that nobody else took it meanwhile. So a process
 * that is killed leaves the package at the step that it had not finished, and whoever comes next begins there.
 */
final class Pipeline {

    static final String ACTOR = "pipeline";

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(2);
    private static final int MOST_DOUBLINGS = 8;
    private static final int MOST_MANIFESTS = 500;

    private final ControlTransactions transactions;
    private final PluginAudit audit;
    private final PluginMessages messages;
    private final Marketplace market;
    private final PackageShelf shelf;
    private final Conditions conditions;

    /** By digest, which names just one. */
    private final Cache<String, PluginManifest> manifests =
            Caffeine.newBuilder().maximumSize(MOST_MANIFESTS).build();

    /** What applications know of tenants. */
    record Conditions(CredentialCheck credentials, InstallPolicy policy, TenantRegions regions) {}

    /** What a step comes to. */
    private sealed interface Outcome {
        record Next(InstallStep step) implements Outcome {}

        record Waits(String who) implements Outcome {}

        record Refused(String why) implements Outcome {}

        record Done() implements Outcome {}
    }

    Pipeline(
            ControlTransactions transactions,
            PluginAudit audit,
            PluginMessages messages,
            Marketplace market,
            PackageShelf shelf,
            Conditions conditions) {
        this.transactions = transactions;
        this.audit = audit;
        this.messages = messages;
        this.market = market;
        this.shelf = shelf;
        this.conditions = conditions;
    }

    /** Takes steps as long as there are any to take. */
    void run(TenantId tenant, String plugin) {
        for (Optional<InstallationRow> row = find(tenant, plugin);
                row.isPresent() && row.get().goesOn();
                row = find(tenant, plugin)) {
            take(row.get());
        }
        market.trust().refresh();
    }

    private Optional<InstallationRow> find(TenantId tenant, String plugin) {
        return transactions.transact(
                "look up an installation", transaction -> InstallationRow.find(transaction, tenant, plugin));
    }

    private void take(InstallationRow row) {
        Outcome outcome;
        try {
            outcome = outcome(row);
        } catch (RuntimeException failure) {
            postpone(row, failure);
            throw failure;
        }
        if (outcome instanceof Outcome.Next next) {
            move(row, next.step, null, null, "passed");
        } else if (outcome instanceof Outcome.Waits waits) {
            move(row, step(row), waits.who, null, "waits: " + waits.who);
        } else if (outcome instanceof Outcome.Refused refused) {
            move(row, step(row), null, refused.why, "refused: " + refused.why);
        }
    }

    /**
     * What an upgrade would come to, of which nothing is kept.
     *
     * @param goesThrough whether it would become active by itself
     * @param waits whether it would wait for the tenant
     * @param why in words, where it does not go through
     */
    record Trial(boolean goesThrough, boolean waits, String why) {}

    /** Takes the steps of an upgrade up to its becoming active, and keeps nothing of it. */
    Trial trial(InstallationRow row, String digest) {
        InstallStep step = InstallStep.COMPATIBILITY;
        while (step != InstallStep.SANDBOX) {
            Outcome outcome = outcome(row.towards(digest, step));
            if (outcome instanceof Outcome.Waits waits) {
                return new Trial(false, true, waits.who);
            }
            if (outcome instanceof Outcome.Refused refused) {
                return new Trial(false, false, refused.why);
            }
            step = ((Outcome.Next) outcome).step;
        }
        return new Trial(true, false, "");
    }

    private static InstallStep step(InstallationRow row) {
        return Objects.requireNonNull(row.step(), "step");
    }

    private static String pending(InstallationRow row) {
        return Objects.requireNonNull(row.pending(), "pending");
    }

    private Outcome outcome(InstallationRow row) {
        PluginManifest manifest = manifest(pending(row));
        return switch (step(row)) {
            case COMPATIBILITY -> compatibility(row, manifest);
            case CREDENTIALS -> credentials(row, manifest);
            case ENTITLEMENT -> entitlement(row, manifest);
            case VERIFICATION -> verification(row);
            case CONSENT -> consent(row, manifest);
            case CONFIGURATION -> configuration(row, manifest);
            case SANDBOX -> sandbox(row, manifest);
        };
    }

    PluginManifest manifest(String digest) {
        return manifests.get(
                digest, each -> PackageReader.read(market.bytes(each)).manifest());
    }

    private Outcome compatibility(InstallationRow row, PluginManifest manifest) {
        // Of another interface no manifest can be read, so only regions are left to be looked at.
        Optional<Set<String>> works = conditions.regions().of(row.tenant());
        if (works.isPresent()
                && !manifest.regions().isEmpty()
                && manifest.regions().stream().noneMatch(works.get()::contains)) {
            return new Outcome.Refused("It is made for " + manifest.regions() + ", but the tenant works in "
                    + works.get() + ". Look for one that is made for there.");
        }
        return new Outcome.Next(InstallStep.CREDENTIALS);
    }

    private Outcome credentials(InstallationRow row, PluginManifest manifest) {
        List<String> missing = manifest.credentials().stream()
                .filter(each -> !conditions.credentials().holds(row.tenant(), each))
                .map(Pipeline::told)
                .toList();
        return missing.isEmpty()
                ? new Outcome.Next(InstallStep.ENTITLEMENT)
                : new Outcome.Refused("The tenant has to show " + String.join(" and ", missing)
                        + ", but cannot. Add it, and try again.");
    }

    private static String told(RequiredCredential credential) {
        return credential.kind() + (credential.specialty() == null ? "" : " of " + credential.specialty());
    }

    private Outcome entitlement(InstallationRow row, PluginManifest manifest) {
        int others = transactions.transact("count plugins of a tenant", transaction -> others(transaction, row));
        return entitlement(row, manifest, others);
    }

    private Outcome entitlement(InstallationRow row, PluginManifest manifest, int others) {
        return conditions
                .policy()
                .refusal(row.tenant(), manifest, others)
                .<Outcome>map(Outcome.Refused::new)
                .orElseGet(() -> new Outcome.Next(InstallStep.VERIFICATION));
    }

    private static int others(Transaction transaction, InstallationRow row) throws SQLException {
        return Sql.first(
                        transaction.connection(),
                        each -> each.getInt(1),
                        "select count(*) from plugin_installation where tenant_id = ? and plugin <> ?"
                                + " and active_digest is not null",
                        row.tenant().value(),
                        row.plugin())
                .orElse(0);
    }

    /**
     * Why a tenant may not have what it has any more, as far as applications know: of several plugins those stay that were
     * there first. Empty if it may.
     */
    Optional<String> refusalOfActive(InstallationRow row) {
        return refusalOf(row, manifest(Objects.requireNonNull(row.active(), "active")));
    }

    Optional<String> refusalOf(InstallationRow row, PluginManifest manifest) {
        int before = transactions.transact(
                "count plugins that a tenant had before",
                transaction -> Sql.first(
                                transaction.connection(),
                                each -> each.getInt(1),
                                "select count(*) from plugin_installation as other join plugin_installation as own"
                                        + " on own.tenant_id = other.tenant_id and own.plugin = ?"
                                        + " where other.tenant_id = ? and other.active_digest is not null"
                                        + " and (other.installed_at, other.plugin) < (own.installed_at, own.plugin)",
                                row.plugin(),
                                row.tenant().value())
                        .orElse(0));
        return refusal(compatibility(row, manifest), credentials(row, manifest), entitlement(row, manifest, before));
    }

    private static Optional<String> refusal(Outcome... outcomes) {
        return Stream.of(outcomes)
                .filter(Outcome.Refused.class::isInstance)
                .map(each -> ((Outcome.Refused) each).why)
                .findFirst();
    }

    private Outcome verification(InstallationRow row) {
        try {
            requireListed(pending(row));
            PackageShelf.Ready ready = shelf.require(pending(row), row.tenant());
            if (row.active() != null) {
                PluginPackage before = PackageReader.read(market.bytes(row.active()));
                PackageVerifier.requireUpgrade(identity(before), ready.verified());
            }
            return new Outcome.Next(InstallStep.CONSENT);
        } catch (PackageRefusedException | PluginRefusedException | NotInStoreException refused) {
            return new Outcome.Refused(String.valueOf(refused.getMessage()));
        }
    }

    private void requireListed(String digest) {
        StoredPackage stored = market.stored(digest);
        if (stored.status() != StoredPackage.Status.LISTED) {
            throw new NotInStoreException("Version " + stored.version() + " of " + stored.plugin() + " is "
                    + stored.status() + ", so nobody can install it. Look for another version in the store.");
        }
    }

    private static PackageIdentity identity(PluginPackage content) {
        PluginManifest manifest = content.manifest();
        return new PackageIdentity(manifest.id(), manifest.version(), manifest.publisher(), content.digest());
    }

    ConsentRequest consentOf(InstallationRow row, PluginManifest manifest) {
        CapabilityDiff diff = row.active() == null
                ? CapabilityDiff.ofInstallation(manifest)
                : CapabilityDiff.between(manifest(row.active()), manifest);
        String price = Charges.written(manifest.price());
        boolean dearer = price != null && !price.equals(row.charged()) && !isPaid(row, manifest.publisher(), price);
        Set<ExtensionPoint> points = new TreeSet<>();
        if (row.active() != null) {
            points.addAll(manifest.extensionPoints().keySet());
            points.removeAll(manifest(row.active()).extensionPoints().keySet());
        }
        return new ConsentRequest(
                pending(row), diff, points, dearer ? Optional.ofNullable(manifest.price()) : Optional.empty());
    }

    private boolean isPaid(InstallationRow row, String publisher, String price) {
        return transactions
                .transact(
                        "look up what a tenant paid once",
                        transaction -> Sql.first(
                                transaction.connection(),
                                each -> true,
                                "select 1 from plugin_purchase where tenant_id = ? and plugin = ? and publisher = ? and price = ?",
                                row.tenant().value(),
                                row.plugin(),
                                publisher,
                                price))
                .isPresent();
    }

    private Outcome consent(InstallationRow row, PluginManifest manifest) {
        ConsentRequest request = consentOf(row, manifest);
        return request.isNeeded()
                ? new Outcome.Waits("The tenant has to consent" + asked(request) + ".")
                : new Outcome.Next(InstallStep.CONFIGURATION);
    }

    private static String asked(ConsentRequest request) {
        String keys = Stream.concat(
                        request.required().stream().map(Capability::key),
                        request.points().stream().map(ExtensionPoint::key))
                .collect(Collectors.joining(", "));
        return (keys.isEmpty() ? "" : " to " + keys)
                + request.price()
                        .map(price -> (keys.isEmpty() ? " to" : " and to") + " paying " + Charges.written(price))
                        .orElse("");
    }

    /** What is wrong with settings, in words; empty if nothing. */
    static List<String> problems(PluginManifest manifest, String config) {
        return manifest.capabilities().get(Capability.CONFIG) instanceof CapabilityRequest.Settings settings
                ? JsonSchemas.problems(settings.schema(), config)
                : List.of();
    }

    private static Outcome configuration(InstallationRow row, PluginManifest manifest) {
        List<String> problems = problems(manifest, row.configToBe());
        return problems.isEmpty()
                ? new Outcome.Next(InstallStep.SANDBOX)
                : new Outcome.Waits("The tenant has to configure it: " + String.join("; ", problems) + ".");
    }

    /** A tenant may have thought about it for weeks, so all that does not depend on it is asked once more. */
    private Outcome sandbox(InstallationRow row, PluginManifest manifest) {
        try {
            requireListed(pending(row));
            var unused = shelf.require(pending(row), row.tenant());
        } catch (PackageRefusedException | PluginRefusedException | NotInStoreException refused) {
            return new Outcome.Refused(String.valueOf(refused.getMessage()));
        }
        int others = transactions.transact("count plugins of a tenant", transaction -> others(transaction, row));
        Optional<String> refusal =
                refusal(compatibility(row, manifest), credentials(row, manifest), entitlement(row, manifest, others));
        if (refusal.isPresent()) {
            return new Outcome.Refused(refusal.get());
        }
        transactions.transact("make a plugin active", transaction -> activate(transaction, row, manifest, others));
        return new Outcome.Done();
    }

    private boolean activate(Transaction transaction, InstallationRow row, PluginManifest manifest, int others)
            throws SQLException {
        long revision = Revisions.raiseInstalled(transaction);
        // Others that became active meanwhile, which none can do any more until this ends, may have been one too many.
        if (others(transaction, row) > others) {
            return false;
        }
        String charged = Charges.written(manifest.price());
        int changed = Sql.update(
                transaction.connection(),
                "update plugin_installation set enabled = (active_digest is null or enabled),"
                        + " previous_digest = case when active_digest = pending_digest then previous_digest"
                        + " else active_digest end,"
                        + " previous_config = config, config = coalesce(pending_config, config), pending_config = null,"
                        + " active_digest = pending_digest, pending_digest = null, pending_step = null, attempts = 0,"
                        + " charged = ?, checked_at = ?, version = version + 1, revision = ?"
                        + " where tenant_id = ? and plugin = ? and version = ?",
                charged,
                transaction.recordedAt(),
                revision,
                row.tenant().value(),
                row.plugin(),
                row.version());
        if (changed == 0) {
            return false;
        }
        Sql.update(
                transaction.connection(),
                "insert into plugin_space (tenant_id, plugin) values (?, ?) on conflict do nothing",
                row.tenant().value(),
                row.plugin());
        bind(transaction, row.tenant(), row.plugin(), manifest);
        bill(transaction, row, manifest, charged);
        audit.write(
                transaction,
                row.tenant(),
                row.plugin(),
                row.pending(),
                ACTOR,
                "enable",
                "Version " + manifest.version() + " is active.");
        return true;
    }

    /** Asks a plugin last at the extension points that are new to it, and not any more at those that it does not serve. */
    static void bind(Transaction transaction, TenantId tenant, String plugin, PluginManifest manifest)
            throws SQLException {
        String[] points = manifest.extensionPoints().keySet().stream()
                .map(ExtensionPoint::key)
                .toArray(String[]::new);
        Sql.update(
                transaction.connection(),
                "delete from plugin_binding where tenant_id = ? and plugin = ? and not (point = any (?))",
                tenant.value(),
                plugin,
                points);
        for (String point : points) {
            Sql.update(
                    transaction.connection(),
                    "insert into plugin_binding (tenant_id, point, plugin, position, policy)"
                            + " select ?, ?, ?, coalesce(max(position), 0) + 1, 'WARN' from plugin_binding"
                            + " where tenant_id = ? and point = ? on conflict do nothing",
                    tenant.value(),
                    point,
                    plugin,
                    tenant.value(),
                    point);
        }
    }

    void bill(Transaction transaction, InstallationRow row, PluginManifest manifest, @Nullable String charged)
            throws SQLException {
        String before = row.charged();
        if (Objects.equals(before, charged)) {
            return;
        }
        BillingEvents.Kind kind = before == null
                ? BillingEvents.Kind.INSTALLED
                : charged == null ? BillingEvents.Kind.UNINSTALLED : BillingEvents.Kind.PRICE_CHANGED;
        boolean paid = charged != null
                && Charges.isOnce(charged)
                && !isNewPurchase(transaction, row, manifest.publisher(), charged);
        messages.add(
                transaction,
                row.tenant(),
                row.plugin(),
                PluginMessages.Kind.BILLING,
                Charges.message(kind, manifest.publisher(), charged == null ? String.valueOf(before) : charged, paid));
    }

    /** Writes down, for good, what is paid once: who uninstalls a plugin, or goes back, does not pay for it again. */
    private static boolean isNewPurchase(Transaction transaction, InstallationRow row, String publisher, String price)
            throws SQLException {
        return Sql.update(
                        transaction.connection(),
                        "insert into plugin_purchase (tenant_id, plugin, publisher, price, bought_at) values (?, ?, ?, ?, ?)"
                                + " on conflict do nothing",
                        row.tenant().value(),
                        row.plugin(),
                        publisher,
                        price,
                        transaction.recordedAt())
                > 0;
    }

    private void move(
            InstallationRow row, InstallStep next, @Nullable String waitsFor, @Nullable String refused, String detail) {
        transactions.transact("take a step of an installation", transaction -> {
            int changed = Sql.update(
                    transaction.connection(),
                    "update plugin_installation set pending_step = ?, waits_for = ?, refused = ?, attempts = 0,"
                            + " next_at = ?, version = version + 1 where tenant_id = ? and plugin = ? and version = ?",
                    next.name(),
                    waitsFor,
                    refused,
                    transaction.recordedAt(),
                    row.tenant().value(),
                    row.plugin(),
                    row.version());
            if (changed > 0) {
                String action = "step." + step(row).name().toLowerCase(Locale.ROOT);
                audit.write(transaction, row.tenant(), row.plugin(), row.pending(), ACTOR, action, detail);
            }
            return true;
        });
    }

    private void postpone(InstallationRow row, RuntimeException failure) {
        long pause = FIRST_PAUSE.toSeconds() << Math.min(MOST_DOUBLINGS, row.attempts());
        try {
            transactions.transact("postpone a step of an installation", transaction -> {
                Sql.update(
                        transaction.connection(),
                        "update plugin_installation set attempts = attempts + 1, next_at = ?"
                                + " where tenant_id = ? and plugin = ? and version = ?",
                        transaction.recordedAt().plusSeconds(pause),
                        row.tenant().value(),
                        row.plugin(),
                        row.version());
                return true;
            });
        } catch (PluginException away) {
            failure.addSuppressed(away);
        }
    }
}
