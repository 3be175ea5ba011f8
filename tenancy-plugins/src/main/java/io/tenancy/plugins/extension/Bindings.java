package io.tenancy.plugins.extension;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.Revisions;
import io.tenancy.plugins.market.TrustStore;
import io.tenancy.plugins.pack.ExtensionPoint;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Which plugins tenants have where, remembered until something changes on any node. Safe for many threads. */
final class Bindings {

    private static final int MOST_TENANTS = 10_000;

    private final ControlTransactions transactions;
    private final PluginAudit audit;
    private final TrustStore trust;
    private final Cache<TenantId, List<BoundPlugin>> remembered =
            Caffeine.newBuilder().maximumSize(MOST_TENANTS).build();

    Bindings(ControlTransactions transactions, PluginAudit audit, TrustStore trust) {
        this.transactions = transactions;
        this.audit = audit;
        this.trust = trust;
        trust.onInstalled(this::forgetSince);
    }

    List<BoundPlugin> of(TenantId tenant, ExtensionPoint point) {
        // On a node that hears of no changes, what is remembered may be wrong: also that there is nothing.
        var unused = trust.current();
        return remembered.get(tenant, this::load).stream()
                .filter(each -> each.point().equals(point.key()))
                .toList();
    }

    private List<BoundPlugin> load(TenantId tenant) {
        return list("where tenant_id = ? and enabled order by point, position, plugin", tenant.value());
    }

    /** Those that are disabled too, as they are now. */
    List<BoundPlugin> all(TenantId tenant, ExtensionPoint point) {
        return list("where tenant_id = ? and point = ? order by position, plugin", tenant.value(), point.key());
    }

    private List<BoundPlugin> list(String condition, Object... parameters) {
        return transactions.transact(
                "look up plugins of a tenant",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new BoundPlugin(
                                row.getString("point"),
                                row.getString("plugin"),
                                row.getString("active_digest"),
                                row.getString("config"),
                                FailurePolicy.valueOf(row.getString("policy"))),
                        "select point, plugin, active_digest, config, policy from plugin_binding"
                                + " join plugin_installation using (tenant_id, plugin) " + condition,
                        parameters));
    }

    private void forgetSince(long revision) {
        List<Optional<TenantId>> changed = transactions.transact(
                "look up whose plugins changed",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> Optional.ofNullable(row.getObject(1, UUID.class)).map(TenantId::new),
                        // One question, so that what is pruned meanwhile is found by one half or the other.
                        "select tenant_id from plugin_installation where revision > ?"
                                + " union select tenant_id from plugin_removal where revision > ?"
                                + " union all select null from plugin_revision where pruned > ?",
                        revision,
                        revision,
                        revision));
        if (changed.contains(Optional.<TenantId>empty())) {
            // Of whom a plugin was removed is not known any more.
            remembered.invalidateAll();
            return;
        }
        remembered.invalidateAll(changed.stream().flatMap(Optional::stream).toList());
    }

    void order(TenantId tenant, ExtensionPoint point, List<String> plugins, ChangeNote note) {
        transactions.transact("order plugins of a tenant", transaction -> {
            long revision = Revisions.raiseInstalled(transaction);
            Set<String> bound = new HashSet<>(Sql.list(
                    transaction.connection(),
                    row -> row.getString(1),
                    "select plugin from plugin_binding where tenant_id = ? and point = ?",
                    tenant.value(),
                    point.key()));
            if (!bound.equals(new HashSet<>(plugins)) || bound.size() != plugins.size()) {
                throw new IllegalArgumentException("Tenant " + tenant + " has the plugins " + bound + " at "
                        + point.key() + ", but " + plugins + " were to be ordered. Name each of them once.");
            }
            for (int i = 0; i < plugins.size(); i++) {
                change(transaction, tenant, point, plugins.get(i), "position = " + (i + 1), revision);
            }
            audit.write(transaction, tenant, "*", null, note.actor(), "order", point.key() + " " + plugins);
            return true;
        });
        trust.refresh();
    }

    void policy(TenantId tenant, ExtensionPoint point, String plugin, FailurePolicy policy, ChangeNote note) {
        transactions.transact("set what failures of a plugin do", transaction -> {
            long revision = Revisions.raiseInstalled(transaction);
            change(transaction, tenant, point, plugin, "policy = '" + policy.name() + "'", revision);
            audit.write(transaction, tenant, plugin, null, note.actor(), "policy", point.key() + " " + policy);
            return true;
        });
        trust.refresh();
    }

    private static void change(
            Transaction transaction, TenantId tenant, ExtensionPoint point, String plugin, String set, long revision)
            throws SQLException {
        int changed = Sql.update(
                transaction.connection(),
                "update plugin_binding set " + set + " where tenant_id = ? and point = ? and plugin = ?",
                tenant.value(),
                point.key(),
                plugin);
        if (changed == 0) {
            throw new IllegalArgumentException("Tenant " + tenant + " has no plugin '" + plugin + "' at " + point.key()
                    + ". Install one that serves it.");
        }
        Sql.update(
                transaction.connection(),
                "update plugin_installation set revision = ? where tenant_id = ? and plugin = ?",
                revision,
                tenant.value(),
                plugin);
    }
}
