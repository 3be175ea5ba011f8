package io.tenancy.plugins.install;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of what tenants have of plugins. */
record InstallationRow(
        TenantId tenant,
        String plugin,
        @Nullable String active,
        boolean enabled,
        boolean pinned,
        @Nullable String previous,
        @Nullable String pending,
        @Nullable InstallStep step,
        @Nullable String waitsFor,
        @Nullable String refused,
        String config,
        @Nullable String pendingConfig,
        @Nullable String charged,
        int attempts,
        long version) {

    private static final String COLUMNS = "select tenant_id, plugin, active_digest, enabled, pinned, previous_digest,"
            + " pending_digest, pending_step, waits_for, refused, config, pending_config, charged, attempts, version"
            + " from plugin_installation ";

    static Optional<InstallationRow> find(Transaction transaction, TenantId tenant, String plugin) throws SQLException {
        return Sql.first(
                transaction.connection(),
                InstallationRow::read,
                COLUMNS + "where tenant_id = ? and plugin = ?",
                tenant.value(),
                plugin);
    }

    static Optional<InstallationRow> lock(Transaction transaction, TenantId tenant, String plugin) throws SQLException {
        return Sql.first(
                transaction.connection(),
                InstallationRow::read,
                COLUMNS + "where tenant_id = ? and plugin = ? for update",
                tenant.value(),
                plugin);
    }

    static List<InstallationRow> list(Transaction transaction, String condition, @Nullable Object... parameters)
            throws SQLException {
        return Sql.list(transaction.connection(), InstallationRow::read, COLUMNS + condition, parameters);
    }

    private static InstallationRow read(ResultSet row) throws SQLException {
        String step = row.getString("pending_step");
        return new InstallationRow(
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("plugin"),
                row.getString("active_digest"),
                row.getBoolean("enabled"),
                row.getBoolean("pinned"),
                row.getString("previous_digest"),
                row.getString("pending_digest"),
                step == null ? null : InstallStep.valueOf(step),
                row.getString("waits_for"),
                row.getString("refused"),
                row.getString("config"),
                row.getString("pending_config"),
                row.getString("charged"),
                row.getInt("attempts"),
                row.getLong("version"));
    }

    /** Whether the pipeline has something to do. */
    boolean goesOn() {
        return step != null && waitsFor == null && refused == null;
    }

    /** As it would be with a package on its way in, at a step. */
    InstallationRow towards(String digest, InstallStep at) {
        return new InstallationRow(
                tenant, plugin, active, enabled, pinned, previous, digest, at, null, null, config, null, charged, 0,
                version);
    }

    /** What the package on its way in will find. */
    String configToBe() {
        return pendingConfig == null ? config : pendingConfig;
    }

    PluginInstallation view() {
        return new PluginInstallation(
                tenant,
                plugin,
                Optional.ofNullable(active),
                enabled,
                pinned,
                Optional.ofNullable(previous),
                pending == null || step == null
                        ? Optional.empty()
                        : Optional.of(new PluginInstallation.Pending(
                                pending, step, Optional.ofNullable(waitsFor), Optional.ofNullable(refused))),
                configToBe());
    }
}
