package io.tenancy.plugins.install;

import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.PluginMessages;
import io.tenancy.plugins.market.Marketplace;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.SemanticVersion;
import io.tenancy.plugins.sandbox.PluginHostBusyException;
import java.sql.Array;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings plugins that are not pinned to their highest version that needs nobody's word: what it asks for and costs was
 * consented to, the settings fit, and no version that was gone back from is tried again. What a higher version waits for is
 * told once.
 */
final class Upgrades {

    static final String ACTOR = "upgrades";
    static final String WAITS = "upgrade waits";
    static final String REFUSED = "upgrade refused";

    /** How many installations are looked at in one go. */
    static final int AT_ONCE = 100;

    /** How often each is looked at, though nothing new is listed: a tenant may have got the credential that was missing. */
    static final Duration AGAIN_AFTER = Duration.ofHours(6);

    private static final Logger LOG = LoggerFactory.getLogger(Upgrades.class);

    private static final String DUE = """
            where not pinned and enabled and pending_step is null
              and (considered_at is null or considered_at < ? or exists (
                select 1 from plugin_package p
                where p.plugin = plugin_installation.plugin and p.status = 'LISTED'
                  and (p.owner is null or p.owner = tenant_id) and p.listed_at >= considered_at))
            order by considered_at nulls first, tenant_id, plugin
            limit %d""".formatted(AT_ONCE);

    private final ControlTransactions transactions;
    private final PluginAudit audit;
    private final PluginMessages messages;
    private final Marketplace market;
    private final Pipeline pipeline;

    Upgrades(
            ControlTransactions transactions,
            PluginAudit audit,
            PluginMessages messages,
            Marketplace market,
            Pipeline pipeline) {
        this.transactions = transactions;
        this.audit = audit;
        this.messages = messages;
        this.market = market;
        this.pipeline = pipeline;
    }

    /** Looks at what is due; returns how many installations these were. */
    int run(Instant now) {
        List<InstallationRow> due = transactions.transact(
                "look up plugins that may be upgraded",
                transaction -> InstallationRow.list(transaction, DUE, now.minus(AGAIN_AFTER)));
        for (InstallationRow row : due) {
            // Before, so that what is listed meanwhile is looked at again; and one that fails does not hold up the
            // others.
            transactions.transact("note a look for upgrades", transaction -> considered(transaction, row, now));
            try {
                consider(row);
            } catch (PluginHostBusyException busy) {
                LOG.info(
                        "Plugin {} of tenant {} is looked at again soon: {}",
                        row.plugin(),
                        row.tenant(),
                        busy.getMessage());
                transactions.transact("note a look for upgrades", transaction -> considered(transaction, row, null));
            } catch (RuntimeException failure) {
                LOG.warn(
                        "Plugin {} of tenant {} could not be upgraded, and is looked at again",
                        row.plugin(),
                        row.tenant(),
                        failure);
            }
        }
        return due.size();
    }

    private static int considered(Transaction transaction, InstallationRow row, @Nullable Instant now)
            throws SQLException {
        return Sql.update(
                transaction.connection(),
                "update plugin_installation set considered_at = ? where tenant_id = ? and plugin = ?",
                now,
                row.tenant().value(),
                row.plugin());
    }

    private void consider(InstallationRow row) {
        String active = row.active();
        if (active == null) {
            return;
        }
        SemanticVersion has = SemanticVersion.parse(market.stored(active).version());
        Set<String> left = left(row);
        for (StoredPackage each : market.versions(row.plugin(), row.tenant())) {
            SemanticVersion version = SemanticVersion.parse(each.version());
            if (version.compareTo(has) <= 0) {
                return;
            }
            if (!version.isPreRelease() && !left.contains(each.digest()) && isUpgraded(row, each)) {
                return;
            }
        }
    }

    private boolean isUpgraded(InstallationRow row, StoredPackage candidate) {
        Pipeline.Trial trial = pipeline.trial(row, candidate.digest());
        if (!trial.goesThrough()) {
            tellOnce(row, candidate, trial);
            return false;
        }
        if (begins(row, candidate)) {
            pipeline.run(row.tenant(), row.plugin());
        }
        return true;
    }

    private boolean begins(InstallationRow row, StoredPackage candidate) {
        return transactions.transact("begin to upgrade a plugin", transaction -> {
            int changed = Sql.update(
                    transaction.connection(),
                    "update plugin_installation set pending_digest = ?, pending_step = 'COMPATIBILITY', waits_for = null,"
                            + " pending_config = null, refused = null, attempts = 0, next_at = ?, version = version + 1"
                            + " where tenant_id = ? and plugin = ? and version = ?",
                    candidate.digest(),
                    transaction.recordedAt(),
                    row.tenant().value(),
                    row.plugin(),
                    row.version());
            if (changed > 0) {
                audit.write(
                        transaction,
                        row.tenant(),
                        row.plugin(),
                        candidate.digest(),
                        ACTOR,
                        "upgrade",
                        candidate.version() + ": it is not pinned, and this version needs nobody's word");
            }
            return changed > 0;
        });
    }

    private void tellOnce(InstallationRow row, StoredPackage candidate, Pipeline.Trial trial) {
        String action = trial.waits() ? WAITS : REFUSED;
        String why = "Version " + candidate.version() + " is listed, but not installed by itself: " + trial.why()
                + (trial.waits() ? " Install it to be asked, or pin the plugin to stay with its version." : "");
        transactions.transact("tell of an upgrade", transaction -> {
            // Other nodes that look at the same wait here.
            if (InstallationRow.lock(transaction, row.tenant(), row.plugin()).isEmpty()) {
                return false;
            }
            boolean told = Sql.first(
                            transaction.connection(),
                            found -> true,
                            "select 1 from plugin_audit where tenant_id = ? and plugin = ? and digest = ? and action = ?",
                            row.tenant().value(),
                            row.plugin(),
                            candidate.digest(),
                            action)
                    .isPresent();
            if (!told) {
                audit.write(transaction, row.tenant(), row.plugin(), candidate.digest(), ACTOR, action, why);
            }
            if (!told && trial.waits()) {
                messages.add(
                        transaction,
                        row.tenant(),
                        row.plugin(),
                        PluginMessages.Kind.NOTICE,
                        PluginNotice.written(action, why));
            }
            return true;
        });
    }

    private Set<String> left(InstallationRow row) {
        return transactions
                .transact(
                        "look up what was gone back from",
                        transaction -> Sql.first(
                                transaction.connection(),
                                found -> {
                                    Array digests = found.getArray(1);
                                    return new HashSet<>(List.of((String[]) digests.getArray()));
                                },
                                "select left_digests from plugin_installation where tenant_id = ? and plugin = ?",
                                row.tenant().value(),
                                row.plugin()))
                .orElseGet(HashSet::new);
    }
}
