package io.tenancy.plugins.install;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.control.AuditEntry;
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
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.SemanticVersion;
import io.tenancy.plugins.values.PluginSecrets;
import io.tenancy.plugins.values.PluginValues;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What tenants have installed. A plugin gets to a tenant step by step ({@link InstallStep}); each step is kept, so that
 * what is under way goes on where it was on any node, and each is written down with who took it. Safe for many threads.
 */
public final class Installations {

    /** How many installations {@link #upgrade} looks at in one go. */
    public static final int UPGRADES_AT_ONCE = Upgrades.AT_ONCE;

    /** How often it is asked again whether tenants may have what they have. */
    public static final Duration CHECKED_EVERY = Duration.ofHours(1);

    private static final int AT_ONCE = 50;
    private static final String CONDITIONS = "conditions";
    private static final String NOTHING_PENDING =
            "pending_step = null, pending_digest = null, pending_config = null," + " waits_for = null, refused = null";
    private static final String PIN = """
            update plugin_installation set pinned = true, considered_at = null, version = version + 1,
            pending_step = case when active_digest is null then pending_step end,
            pending_digest = case when active_digest is null then pending_digest end,
            pending_config = case when active_digest is null then pending_config end,
            waits_for = case when active_digest is null then waits_for end,
            refused = case when active_digest is null then refused end
            where tenant_id = ? and plugin = ?""";
    private static final Logger LOG = LoggerFactory.getLogger(Installations.class);
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private final ControlTransactions transactions;
    private final PluginAudit audit;
    private final PluginMessages messages;
    private final Marketplace market;
    private final PackageShelf shelf;
    private final PluginValues values;
    private final PluginSecrets secrets;
    private final Pipeline pipeline;
    private final Upgrades upgrades;

    /**
     * What installations are made of.
     *
     * @param transactions of the platform login
     * @param audit where each step is written down
     * @param messages takes what is to be told
     * @param market where packages are
     * @param shelf verifies and admits them
     * @param values what plugins keep
     * @param secrets what they are entrusted with
     */
    public record Parts(
            ControlTransactions transactions,
            PluginAudit audit,
            PluginMessages messages,
            Marketplace market,
            PackageShelf shelf,
            PluginValues values,
            PluginSecrets secrets) {}

    /**
     * The installations.
     *
     * @param parts what they are made of
     * @param credentials knows what tenants can show
     * @param policy decides who may have what
     * @param regions knows where tenants work
     */
    public Installations(Parts parts, CredentialCheck credentials, InstallPolicy policy, TenantRegions regions) {
        transactions = parts.transactions();
        audit = parts.audit();
        messages = parts.messages();
        market = parts.market();
        shelf = parts.shelf();
        values = parts.values();
        secrets = parts.secrets();
        pipeline = new Pipeline(
                transactions, audit, messages, market, shelf, new Pipeline.Conditions(credentials, policy, regions));
        upgrades = new Upgrades(transactions, audit, messages, market, pipeline);
    }

    /**
     * Secrets that tenants entrust to their plugins.
     *
     * @return the secrets
     */
    public PluginSecrets secrets() {
        return secrets;
    }

    /**
     * Installs a plugin, or upgrades it, to its highest version that is listed.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param note who wants it, and why
     * @return how far it got
     * @throws NotInStoreException when the tenant sees no such plugin in the store
     * @throws InstallationConflictException when it is pinned, or was installed already
     */
    public PluginInstallation install(TenantId tenant, String plugin, ChangeNote note) {
        StoredPackage chosen = market.versions(plugin, tenant).stream()
                .filter(each -> !SemanticVersion.parse(each.version()).isPreRelease())
                .findFirst()
                .orElseThrow(() -> missing(tenant, plugin, "a version"));
        return install(tenant, chosen, note);
    }

    /**
     * Installs a version of a plugin, or upgrades to it.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param version which version
     * @param note who wants it, and why
     * @return how far it got
     * @throws NotInStoreException when the tenant sees no such version in the store
     * @throws InstallationConflictException when the plugin is pinned, or that version is installed
     */
    public PluginInstallation install(TenantId tenant, String plugin, String version, ChangeNote note) {
        StoredPackage chosen = market.versions(plugin, tenant).stream()
                .filter(each -> each.version().equals(version))
                .findFirst()
                .orElseThrow(() -> missing(tenant, plugin, "version " + version));
        return install(tenant, chosen, note);
    }

    private static NotInStoreException missing(TenantId tenant, String plugin, String what) {
        return new NotInStoreException("The store lists no plugin '" + plugin + "' with " + what + " for tenant "
                + tenant + ". Search the store for what there is.");
    }

    private PluginInstallation install(TenantId tenant, StoredPackage chosen, ChangeNote note) {
        begin(tenant, chosen, note);
        pipeline.run(tenant, chosen.plugin());
        return require(tenant, chosen.plugin());
    }

    private void begin(TenantId tenant, StoredPackage chosen, ChangeNote note) {
        transactions.transact("begin to install a plugin", transaction -> {
            int begun = Sql.update(
                    transaction.connection(),
                    "insert into plugin_installation (tenant_id, plugin, next_at, installed_at, checked_at, version, revision)"
                            + " values (?, ?, ?, ?, ?, 0, 0) on conflict do nothing",
                    tenant.value(),
                    chosen.plugin(),
                    transaction.recordedAt(),
                    transaction.recordedAt(),
                    transaction.recordedAt());
            if (begun > 0) {
                // Such as a secret that was entered when the plugin was not there.
                values.removeAll(transaction, tenant, chosen.plugin());
            }
            InstallationRow row = locked(transaction, tenant, chosen.plugin());
            if (row.pinned()) {
                throw new InstallationConflictException("Plugin " + chosen.plugin() + " of tenant " + tenant
                        + " is pinned to its version, so " + chosen.version() + " is not installed. Unpin it first.");
            }
            if (chosen.digest().equals(row.active())) {
                throw new InstallationConflictException("Plugin " + chosen.plugin() + " of tenant " + tenant
                        + " has version " + chosen.version() + " already.");
            }
            if (chosen.digest().equals(row.pending()) && row.refused() == null) {
                return true;
            }
            Sql.update(
                    transaction.connection(),
                    "update plugin_installation set pending_digest = ?, pending_step = 'COMPATIBILITY', waits_for = null,"
                            + " pending_config = null, refused = null, attempts = 0, next_at = ?, version = version + 1"
                            + " where tenant_id = ? and plugin = ?",
                    chosen.digest(),
                    transaction.recordedAt(),
                    tenant.value(),
                    chosen.plugin());
            String action = row.active() == null ? "install" : "upgrade";
            String detail = chosen.version() + ": " + note.reason();
            audit.write(transaction, tenant, chosen.plugin(), chosen.digest(), note.actor(), action, detail);
            return true;
        });
    }

    /**
     * What the tenant is asked to consent to.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @return empty where nothing is on its way in
     */
    public Optional<ConsentRequest> asked(TenantId tenant, String plugin) {
        Optional<InstallationRow> row = transactions.transact(
                "look up an installation", transaction -> InstallationRow.find(transaction, tenant, plugin));
        return row.filter(each -> each.pending() != null)
                .map(each -> pipeline.consentOf(each, pipeline.manifest(String.valueOf(each.pending()))));
    }

    /**
     * Consents to what a plugin asks for, for the tenant. If something that it asks for is not among it, the plugin stays
     * where it is, and the installation says what is missing.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param digest of the package that was shown
     * @param granted what it may do
     * @param note who consents, and why
     * @return how far it got
     * @throws InstallationConflictException when that package does not wait for consent
     */
    public PluginInstallation consent(
            TenantId tenant, String plugin, String digest, Set<Capability> granted, ChangeNote note) {
        InstallationRow shown = transactions
                .transact("look up an installation", transaction -> InstallationRow.find(transaction, tenant, plugin))
                .filter(each -> digest.equals(each.pending()))
                .orElseThrow(() -> notWaiting(tenant, plugin, digest));
        ConsentRequest request = pipeline.consentOf(shown, pipeline.manifest(digest));
        Set<Capability> missing = new TreeSet<>(request.required());
        missing.removeAll(granted);
        String keys = missing.stream().map(Capability::key).collect(Collectors.joining(", "));
        String waits = missing.isEmpty()
                ? null
                : "The tenant did not grant " + keys + ", without which the plugin is not enabled.";
        transactions.transact("keep the consent of a tenant", transaction -> {
            InstallationRow row = locked(transaction, tenant, plugin);
            // What is asked depends on what is active, and on what that costs.
            boolean same = digest.equals(row.pending())
                    && Objects.equals(shown.active(), row.active())
                    && Objects.equals(shown.charged(), row.charged());
            if (row.step() != InstallStep.CONSENT || row.refused() != null || !same) {
                throw notWaiting(tenant, plugin, digest);
            }
            Sql.update(
                    transaction.connection(),
                    "update plugin_installation set pending_step = ?, waits_for = ?, attempts = 0, next_at = ?,"
                            + " version = version + 1 where tenant_id = ? and plugin = ?",
                    (missing.isEmpty() ? InstallStep.CONFIGURATION : InstallStep.CONSENT).name(),
                    waits,
                    transaction.recordedAt(),
                    tenant.value(),
                    plugin);
            String said =
                    "Granted " + granted.stream().map(Capability::key).sorted().toList()
                            + (request.points().isEmpty()
                                    ? ""
                                    : ", to be asked at "
                                            + request.points().stream()
                                                    .map(ExtensionPoint::key)
                                                    .toList())
                            + request.price()
                                    .map(price -> ", and to pay " + Charges.written(price))
                                    .orElse("")
                            + (missing.isEmpty() ? "" : ", not " + keys) + ": " + note.reason();
            audit.write(transaction, tenant, plugin, digest, note.actor(), "step.consent", said);
            return true;
        });
        pipeline.run(tenant, plugin);
        return require(tenant, plugin);
    }

    private static InstallationConflictException notWaiting(TenantId tenant, String plugin, String digest) {
        return new InstallationConflictException("The package " + digest + " of plugin " + plugin + " of tenant "
                + tenant + " does not wait for consent. Look at the installation, and show what it asks for.");
    }

    /**
     * Configures a plugin. What is on its way in is checked against its own schema, else what is active.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param json the settings, an object
     * @param note who configures it, and why
     * @return how far it got
     * @throws io.tenancy.plugins.PluginException when the settings are not as the plugin's schema has them
     */
    public PluginInstallation configure(TenantId tenant, String plugin, String json, ChangeNote note) {
        String config = object(json);
        PluginInstallation before = require(tenant, plugin);
        String digest = before.pending()
                .map(PluginInstallation.Pending::digest)
                .or(before::active)
                .orElseThrow();
        List<String> problems = Pipeline.problems(pipeline.manifest(digest), config);
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(plugin, problems);
        }
        transactions.transact("keep settings of a plugin", transaction -> {
            long revision = Revisions.raiseInstalled(transaction);
            InstallationRow row = locked(transaction, tenant, plugin);
            if (!digest.equals(row.pending() == null ? row.active() : row.pending())) {
                throw new InstallationConflictException("Plugin " + plugin + " of tenant " + tenant
                        + " became another version while it was configured. Configure it again.");
            }
            Sql.update(
                    transaction.connection(),
                    "update plugin_installation set version = version + 1, revision = ?,"
                            + " config = case when pending_digest is null then ? else config end,"
                            + " pending_config = case when pending_digest is null then null else ? end,"
                            + " waits_for = case when pending_step = 'CONFIGURATION' then null else waits_for end,"
                            + " considered_at = null"
                            + " where tenant_id = ? and plugin = ?",
                    revision,
                    config,
                    config,
                    tenant.value(),
                    plugin);
            audit.write(transaction, tenant, plugin, digest, note.actor(), "configure", note.reason());
            return true;
        });
        pipeline.run(tenant, plugin);
        return require(tenant, plugin);
    }

    private static String object(String json) {
        try {
            var read = MAPPER.readTree(json);
            if (read.isObject()) {
                return read.toString();
            }
        } catch (JacksonException broken) {
            throw new IllegalArgumentException("The settings are not JSON: " + broken.getOriginalMessage(), broken);
        }
        throw new IllegalArgumentException("The settings are no JSON object");
    }

    /**
     * Tries again what was refused, from the first step on.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param note who wants it, and why
     * @return how far it got
     * @throws InstallationConflictException when nothing was refused
     */
    public PluginInstallation tryAgain(TenantId tenant, String plugin, ChangeNote note) {
        change(tenant, plugin, "try again", note, row -> row.refused() != null, "nothing was refused", """
                update plugin_installation set pending_step = 'COMPATIBILITY', refused = null, attempts = 0,
                version = version + 1 where tenant_id = ? and plugin = ?""");
        pipeline.run(tenant, plugin);
        return require(tenant, plugin);
    }

    /**
     * Gives up what is on its way in. What is active stays; where nothing ever was, nothing is left.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param note who gives it up, and why
     * @throws InstallationConflictException when nothing is on its way in
     */
    public void cancel(TenantId tenant, String plugin, ChangeNote note) {
        transactions.transact("give up what is on its way in", transaction -> {
            InstallationRow row = locked(transaction, tenant, plugin);
            if (row.pending() == null) {
                throw new InstallationConflictException("Plugin " + plugin + " of tenant " + tenant
                        + " could not be changed by 'cancel': nothing is on its way in.");
            }
            if (row.active() == null) {
                Sql.update(
                        transaction.connection(),
                        "delete from plugin_installation where tenant_id = ? and plugin = ?",
                        tenant.value(),
                        plugin);
                values.removeAll(transaction, tenant, plugin);
            } else {
                Sql.update(
                        transaction.connection(),
                        "update plugin_installation set " + NOTHING_PENDING
                                + ", version = version + 1 where tenant_id = ? and plugin = ?",
                        tenant.value(),
                        plugin);
            }
            audit.write(transaction, tenant, plugin, row.pending(), note.actor(), "cancel", note.reason());
            return true;
        });
    }

    /**
     * Keeps a plugin at its version until it is unpinned; an upgrade that is on its way in is given up. One that is not
     * pinned is upgraded by the jobs as far as that needs nobody's word.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param pinned whether it stays
     * @param note who wants it, and why
     */
    public void pin(TenantId tenant, String plugin, boolean pinned, ChangeNote note) {
        change(
                tenant,
                plugin,
                pinned ? "pin" : "unpin",
                note,
                row -> true,
                "",
                pinned
                        ? PIN
                        : "update plugin_installation set pinned = false, considered_at = null, version = version + 1 where tenant_id = ? and plugin = ?");
    }

    /**
     * Lets a plugin be called no more. Its settings and values stay.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param note who wants it, and why
     * @throws InstallationConflictException when it is not enabled
     */
    public void disable(TenantId tenant, String plugin, ChangeNote note) {
        change(tenant, plugin, "disable", note, InstallationRow::enabled, "it is not enabled", """
                update plugin_installation set enabled = false, version = version + 1
                where tenant_id = ? and plugin = ?""");
    }

    /**
     * Lets a plugin be called again.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param note who wants it, and why
     * @throws InstallationConflictException when it is enabled, was never active, or the tenant may not have it any more
     * @throws io.tenancy.plugins.pack.PackageRefusedException when its package is not trusted any more
     */
    public void enable(TenantId tenant, String plugin, ChangeNote note) {
        InstallationRow disabled = transactions
                .transact("look up an installation", transaction -> InstallationRow.find(transaction, tenant, plugin))
                .orElseThrow(() -> notInstalled(tenant, plugin));
        if (disabled.active() != null) {
            var unused = shelf.require(disabled.active(), tenant);
            requireAllowed(disabled, pipeline.manifest(disabled.active()));
        }
        change(
                tenant,
                plugin,
                "enable",
                note,
                row -> !row.enabled() && row.active() != null,
                "it is enabled, or was never active",
                "update plugin_installation set enabled = true, considered_at = null, version = version + 1"
                        + " where tenant_id = ? and plugin = ?");
    }

    private void requireAllowed(InstallationRow row, PluginManifest manifest) {
        pipeline.refusalOf(row, manifest).ifPresent(why -> {
            throw new InstallationConflictException(
                    "Plugin " + row.plugin() + " of tenant " + row.tenant() + " is not enabled: " + why);
        });
    }

    private interface Condition {
        boolean fits(InstallationRow row);
    }

    private void change(
            TenantId tenant,
            String plugin,
            String action,
            ChangeNote note,
            Condition condition,
            String otherwise,
            String sql) {
        transactions.transact(action + " a plugin", transaction -> {
            long revision = Revisions.raiseInstalled(transaction);
            InstallationRow row = locked(transaction, tenant, plugin);
            if (!condition.fits(row)) {
                throw new InstallationConflictException("Plugin " + plugin + " of tenant " + tenant
                        + " could not be changed by '" + action + "': " + otherwise + ".");
            }
            Sql.update(transaction.connection(), sql, tenant.value(), plugin);
            mark(transaction, tenant, plugin, revision);
            audit.write(transaction, tenant, plugin, row.active(), note.actor(), action, note.reason());
            return true;
        });
        market.trust().refresh();
    }

    private static void mark(Transaction transaction, TenantId tenant, String plugin, long revision)
            throws SQLException {
        Sql.update(
                transaction.connection(),
                "update plugin_installation set revision = ? where tenant_id = ? and plugin = ?",
                revision,
                tenant.value(),
                plugin);
    }

    /**
     * Goes back to the package that was active before, enables it, and stays there.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param note who wants it, and why
     * @return the installation
     * @throws InstallationConflictException when there is nothing to go back to, or the plugin is disabled and the tenant
     *     may not have it any more
     * @throws io.tenancy.plugins.pack.PackageRefusedException when that package is not trusted any more
     */
    public PluginInstallation rollBack(TenantId tenant, String plugin, ChangeNote note) {
        String previous = require(tenant, plugin)
                .previous()
                .orElseThrow(() -> new InstallationConflictException("Plugin " + plugin + " of tenant " + tenant
                        + " has no version before to go back to. Disable or uninstall it instead."));
        PluginManifest manifest = shelf.require(previous, tenant).verified().manifest();
        transactions
                .transact("look up an installation", transaction -> InstallationRow.find(transaction, tenant, plugin))
                .filter(row -> !row.enabled())
                .ifPresent(row -> requireAllowed(row, manifest));
        transactions.transact("roll back a plugin", transaction -> {
            long revision = Revisions.raiseInstalled(transaction);
            InstallationRow row = locked(transaction, tenant, plugin);
            if (!previous.equals(row.previous())) {
                throw new InstallationConflictException(
                        "Plugin " + plugin + " of tenant " + tenant + " was changed meanwhile. Look at it again.");
            }
            goBack(transaction, row, manifest, revision);
            audit.write(transaction, tenant, plugin, previous, note.actor(), "roll back", note.reason());
            return true;
        });
        market.trust().refresh();
        return require(tenant, plugin);
    }

    private void goBack(Transaction transaction, InstallationRow row, PluginManifest manifest, long revision)
            throws SQLException {
        String charged = Charges.written(manifest.price());
        Sql.update(
                transaction.connection(),
                "update plugin_installation set left_digests = array_append(left_digests, active_digest),"
                        + " active_digest = previous_digest, previous_digest = null, enabled = true,"
                        + " config = coalesce(previous_config, config), previous_config = null, pending_config = null,"
                        + " pinned = true, pending_digest = null, pending_step = null, waits_for = null, refused = null,"
                        + " charged = ?, version = version + 1, revision = ? where tenant_id = ? and plugin = ?",
                charged,
                revision,
                row.tenant().value(),
                row.plugin());
        Pipeline.bind(transaction, row.tenant(), row.plugin(), manifest);
        pipeline.bill(transaction, row, manifest, charged);
    }

    /**
     * Deals with a plugin that fails too often or uses too much: goes back to the version before, or disables it where there
     * is none, and tells people.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @param digest of the package that failed
     * @param actor what noticed it
     * @param why in words
     * @param mayGoBack whether the version before is a way out
     * @return whether this did it; false when somebody else had changed the installation
     */
    public boolean stop(TenantId tenant, String plugin, String digest, String actor, String why, boolean mayGoBack) {
        Optional<Before> before = mayGoBack ? trustedBefore(tenant, plugin) : Optional.empty();
        boolean stopped = transactions.transact("stop a plugin", transaction -> {
            long revision = Revisions.raiseInstalled(transaction);
            Optional<InstallationRow> found = InstallationRow.lock(transaction, tenant, plugin);
            if (found.isEmpty()
                    || !found.get().enabled()
                    || !digest.equals(found.get().active())) {
                return false;
            }
            boolean back =
                    before.isPresent() && before.get().digest.equals(found.get().previous());
            if (back) {
                goBack(transaction, found.get(), before.get().manifest, revision);
            } else {
                Sql.update(
                        transaction.connection(),
                        "update plugin_installation set enabled = false, version = version + 1, revision = ?"
                                + " where tenant_id = ? and plugin = ?",
                        revision,
                        tenant.value(),
                        plugin);
            }
            String action = back ? "roll back" : "disable";
            audit.write(transaction, tenant, plugin, digest, actor, action, why);
            messages.add(transaction, tenant, plugin, PluginMessages.Kind.NOTICE, PluginNotice.written(action, why));
            return true;
        });
        market.trust().refresh();
        return stopped;
    }

    private record Before(String digest, PluginManifest manifest) {}

    private Optional<Before> trustedBefore(TenantId tenant, String plugin) {
        try {
            return find(tenant, plugin)
                    .flatMap(PluginInstallation::previous)
                    .map(digest -> new Before(
                            digest, shelf.require(digest, tenant).verified().manifest()));
        } catch (PackageRefusedException | PluginRefusedException | NotInStoreException refused) {
            LOG.warn("Plugin {} of tenant {} cannot go back to its version before", plugin, tenant, refused);
            return Optional.empty();
        }
    }

    /**
     * What a plugin has of a tenant, as uninstalling it would return it. Nothing changes but that it is written down.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param note who wants it, and why
     * @return what it has
     * @throws InstallationConflictException when it is not installed
     */
    public PluginExport export(TenantId tenant, String plugin, ChangeNote note) {
        return transactions.transact("export what a plugin has", transaction -> {
            InstallationRow row = locked(transaction, tenant, plugin);
            audit.write(transaction, tenant, plugin, row.active(), note.actor(), "export", note.reason());
            return export(transaction, row);
        });
    }

    private PluginExport export(Transaction transaction, InstallationRow row) throws SQLException {
        return new PluginExport(
                row.plugin(),
                Objects.requireNonNullElse(row.active(), ""),
                row.config(),
                values.all(transaction, row.tenant(), row.plugin()));
    }

    /**
     * Uninstalls a plugin: nothing of it stays but what was written down.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @param note who wants it, and why
     * @return what it had
     * @throws InstallationConflictException when it is not installed
     */
    public PluginExport uninstall(TenantId tenant, String plugin, ChangeNote note) {
        String publisher = require(tenant, plugin)
                .active()
                .map(digest -> market.stored(digest).publisher())
                .orElse("");
        PluginExport had = transactions.transact("uninstall a plugin", transaction -> {
            long revision = Revisions.raiseInstalled(transaction);
            InstallationRow row = locked(transaction, tenant, plugin);
            PluginExport export = export(transaction, row);
            Sql.update(
                    transaction.connection(),
                    "delete from plugin_installation where tenant_id = ? and plugin = ?",
                    tenant.value(),
                    plugin);
            values.removeAll(transaction, tenant, plugin);
            Sql.update(
                    transaction.connection(),
                    "insert into plugin_removal (tenant_id, revision, removed_at) values (?, ?, ?)",
                    tenant.value(),
                    revision,
                    transaction.recordedAt());
            if (row.charged() != null) {
                messages.add(
                        transaction,
                        tenant,
                        plugin,
                        PluginMessages.Kind.BILLING,
                        Charges.message(BillingEvents.Kind.UNINSTALLED, publisher, row.charged(), false));
            }
            audit.write(transaction, tenant, plugin, row.active(), note.actor(), "uninstall", note.reason());
            return export;
        });
        market.trust().refresh();
        return had;
    }

    /**
     * What a tenant has of a plugin.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @return empty if nothing, and nothing is on its way
     */
    public Optional<PluginInstallation> find(TenantId tenant, String plugin) {
        return transactions
                .transact("look up an installation", transaction -> InstallationRow.find(transaction, tenant, plugin))
                .map(InstallationRow::view);
    }

    private PluginInstallation require(TenantId tenant, String plugin) {
        return find(tenant, plugin).orElseThrow(() -> notInstalled(tenant, plugin));
    }

    private static InstallationRow locked(Transaction transaction, TenantId tenant, String plugin) throws SQLException {
        return InstallationRow.lock(transaction, tenant, plugin).orElseThrow(() -> notInstalled(tenant, plugin));
    }

    private static InstallationConflictException notInstalled(TenantId tenant, String plugin) {
        return new InstallationConflictException(
                "Tenant " + tenant + " has not installed plugin '" + plugin + "'. Install it first.");
    }

    /**
     * What a tenant has.
     *
     * @param tenant who
     * @return by id of the plugin
     */
    public List<PluginInstallation> of(TenantId tenant) {
        return transactions.transact(
                "look up installations",
                transaction ->
                        InstallationRow.list(transaction, "where tenant_id = ? order by plugin", tenant.value())
                                .stream()
                                .map(InstallationRow::view)
                                .toList());
    }

    /**
     * What was done about a plugin of a tenant.
     *
     * @param tenant who
     * @param plugin id of the plugin
     * @return oldest first
     */
    public List<AuditEntry> history(TenantId tenant, String plugin) {
        return audit.of(tenant, plugin);
    }

    /**
     * Goes on with what is under way and due, such as what a node that died had begun.
     *
     * @param now until when it is due
     * @return how many installations were looked at
     */
    public int resume(Instant now) {
        List<InstallationRow> due = transactions.transact(
                "look up installations that are under way",
                transaction -> InstallationRow.list(
                        transaction,
                        "where pending_step is not null and waits_for is null and refused is null and next_at <= ?"
                                + " order by next_at limit " + AT_ONCE,
                        now));
        for (InstallationRow row : due) {
            try {
                pipeline.run(row.tenant(), row.plugin());
            } catch (RuntimeException failure) {
                LOG.warn(
                        "Plugin {} of tenant {} did not get on, and is tried again",
                        row.plugin(),
                        row.tenant(),
                        failure);
            }
        }
        return due.size();
    }

    /**
     * Upgrades plugins that are not pinned to their highest listed version that asks for and costs nothing in addition, whose
     * form the settings fit, and that was not gone back from. What a higher one waits for is told to people and written down,
     * once for each version. Each installation is looked at when something new is listed, and every six hours.
     *
     * @param now what time it is
     * @return how many installations were looked at; more may be due where it is {@value #UPGRADES_AT_ONCE}
     */
    public int upgrade(Instant now) {
        return upgrades.run(now);
    }

    /**
     * Asks again, {@link #CHECKED_EVERY once an hour}, whether tenants may have what they have: a licence expires, a plan
     * becomes a smaller one. What they may not have any more is disabled, and people are told; of more plugins than a plan
     * lets a tenant have, those stay that were there first.
     *
     * @param now until when it is due
     * @return how many installations were asked for
     */
    public int recheck(Instant now) {
        List<InstallationRow> due = transactions.transact(
                "look up installations to be asked for again",
                transaction -> InstallationRow.list(
                        transaction,
                        "where enabled and checked_at <= ? order by checked_at, tenant_id, installed_at, plugin limit "
                                + AT_ONCE,
                        now.minus(CHECKED_EVERY)));
        due.forEach(this::recheck);
        return due.size();
    }

    private void recheck(InstallationRow row) {
        try {
            pipeline.refusalOfActive(row).ifPresent(why -> {
                if (stop(row.tenant(), row.plugin(), String.valueOf(row.active()), CONDITIONS, why, false)) {
                    LOG.info("Plugin {} of tenant {} was disabled: {}", row.plugin(), row.tenant(), why);
                }
            });
        } catch (RuntimeException failure) {
            // Whoever could not be asked is asked with the next round; that nothing is known disables nobody.
            LOG.warn("Whether tenant {} may have plugin {} is not known", row.tenant(), row.plugin(), failure);
        }
        transactions.transact("keep when an installation was asked for", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "update plugin_installation set checked_at = ? where tenant_id = ? and plugin = ?",
                    transaction.recordedAt(),
                    row.tenant().value(),
                    row.plugin());
            return true;
        });
    }
}
