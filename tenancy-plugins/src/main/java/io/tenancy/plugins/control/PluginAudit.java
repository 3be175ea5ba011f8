package io.tenancy.plugins.control;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Who did what about plugins, written in the transaction that does it. Nothing is ever changed. Safe for many threads. */
public final class PluginAudit {

    private static final String COLUMNS =
            "select at, tenant_id, plugin, digest, actor, action, detail from plugin_audit ";

    private final ControlTransactions transactions;

    /**
     * The audit.
     *
     * @param transactions of the platform login
     */
    public PluginAudit(ControlTransactions transactions) {
        this.transactions = transactions;
    }

    /**
     * Writes down what is done.
     *
     * @param transaction in which it is done
     * @param tenant for whom; null for the store itself
     * @param plugin id of the plugin
     * @param digest of which package; null where it concerns none
     * @param actor who does it
     * @param action what
     * @param detail in words
     * @throws SQLException when it cannot be written
     */
    public void write(
            Transaction transaction,
            @Nullable TenantId tenant,
            String plugin,
            @Nullable String digest,
            String actor,
            String action,
            String detail)
            throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into plugin_audit (at, tenant_id, plugin, digest, actor, action, detail)"
                        + " values (?, ?, ?, ?, ?, ?, ?)",
                transaction.recordedAt(),
                tenant == null ? null : tenant.value(),
                plugin,
                digest,
                actor,
                action,
                detail);
    }

    /**
     * What was done for a tenant about a plugin.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @return oldest first
     */
    public List<AuditEntry> of(TenantId tenant, String plugin) {
        return transactions.transact(
                "look up what was done about a plugin",
                transaction -> Sql.list(
                        transaction.connection(),
                        PluginAudit::read,
                        COLUMNS + "where tenant_id = ? and plugin = ? order by id",
                        tenant.value(),
                        plugin));
    }

    /**
     * What was done about a plugin in the store.
     *
     * @param plugin id of the plugin
     * @return oldest first
     */
    public List<AuditEntry> ofStore(String plugin) {
        return transactions.transact(
                "look up what was done about a plugin",
                transaction -> Sql.list(
                        transaction.connection(),
                        PluginAudit::read,
                        COLUMNS + "where tenant_id is null and plugin = ? order by id",
                        plugin));
    }

    private static AuditEntry read(ResultSet row) throws SQLException {
        UUID tenant = row.getObject("tenant_id", UUID.class);
        return new AuditEntry(
                Sql.instant(row, "at"),
                Optional.ofNullable(tenant).map(TenantId::new),
                row.getString("plugin"),
                Optional.ofNullable(row.getString("digest")),
                row.getString("actor"),
                row.getString("action"),
                row.getString("detail"));
    }
}
