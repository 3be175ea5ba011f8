package io.tenancy.plugins.values;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.control.PluginAudit;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Secrets that tenants entrust to their plugins, encrypted with the platform's keys. What is encrypted names tenant, plugin
 * and secret, so that a row cannot stand in for another one. Safe for many threads.
 */
public final class PluginSecrets {

    /** How many characters a secret has at most. */
    public static final int LONGEST = 8_192;

    private final ControlTransactions transactions;
    private final PluginAudit audit;
    private final @Nullable SecretKeys keys;

    /**
     * The secrets.
     *
     * @param transactions of the platform login
     * @param audit where changes are written down, without the secrets
     * @param keys encrypt and decrypt; null where no secrets are kept
     */
    public PluginSecrets(ControlTransactions transactions, PluginAudit audit, @Nullable SecretKeys keys) {
        this.transactions = transactions;
        this.audit = audit;
        this.keys = keys;
    }

    /**
     * Keeps a secret, in place of one of the same name.
     *
     * @param tenant whose
     * @param plugin for which plugin
     * @param name as the manifest has it
     * @param secret in clear; 1 to {@value #LONGEST} characters
     * @param note who enters it, and why
     * @throws IllegalArgumentException when it is empty or too long
     */
    public void put(TenantId tenant, String plugin, String name, String secret, ChangeNote note) {
        if (secret.isEmpty() || secret.length() > LONGEST) {
            throw new IllegalArgumentException("The secret '" + name + "' of plugin " + plugin + " has "
                    + secret.length() + " characters; it has 1 to " + LONGEST);
        }
        byte[] encrypted = keys().encrypt(tenant, begin(plugin, name) + secret);
        transactions.transact("keep a secret of a plugin", transaction -> {
            Sql.update(
                    transaction.connection(),
                    "insert into plugin_secret (tenant_id, plugin, name, secret, updated_at) values (?, ?, ?, ?, ?)"
                            + " on conflict (tenant_id, plugin, name) do update set secret = excluded.secret,"
                            + " updated_at = excluded.updated_at",
                    tenant.value(),
                    plugin,
                    name,
                    encrypted,
                    transaction.recordedAt());
            audit.write(transaction, tenant, plugin, null, note.actor(), "secret", name + ": " + note.reason());
            return true;
        });
    }

    /**
     * Takes a secret back.
     *
     * @param tenant whose
     * @param plugin for which plugin
     * @param name of the secret
     * @param note who takes it back, and why
     * @return whether it was there
     */
    public boolean remove(TenantId tenant, String plugin, String name, ChangeNote note) {
        return transactions.transact("remove a secret of a plugin", transaction -> {
            int removed = Sql.update(
                    transaction.connection(),
                    "delete from plugin_secret where tenant_id = ? and plugin = ? and name = ?",
                    tenant.value(),
                    plugin,
                    name);
            if (removed > 0) {
                audit.write(
                        transaction, tenant, plugin, null, note.actor(), "remove secret", name + ": " + note.reason());
            }
            return removed > 0;
        });
    }

    /**
     * Which secrets there are.
     *
     * @param tenant whose
     * @param plugin for which plugin
     * @return their names, sorted
     */
    public List<String> names(TenantId tenant, String plugin) {
        return transactions.transact(
                "look up names of secrets",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select name from plugin_secret where tenant_id = ? and plugin = ? order by name",
                        tenant.value(),
                        plugin));
    }

    /**
     * When each secret was entered last. What it is, is told to nobody but the plugin.
     *
     * @param tenant whose
     * @param plugin for which plugin
     * @return by name, to the second
     */
    public SortedMap<String, Instant> entered(TenantId tenant, String plugin) {
        SortedMap<String, Instant> entered = new TreeMap<>();
        transactions
                .transact(
                        "look up when secrets were entered",
                        transaction -> Sql.list(
                                transaction.connection(),
                                row -> Map.entry(row.getString("name"), Sql.instant(row, "updated_at")),
                                "select name, updated_at from plugin_secret where tenant_id = ? and plugin = ?",
                                tenant.value(),
                                plugin))
                .forEach(each -> entered.put(each.getKey(), each.getValue()));
        return entered;
    }

    Optional<String> find(TenantId tenant, String plugin, String name) {
        Optional<byte[]> encrypted = transactions.transact(
                "read a secret of a plugin",
                transaction -> Sql.first(
                        transaction.connection(),
                        row -> row.getBytes(1),
                        "select secret from plugin_secret where tenant_id = ? and plugin = ? and name = ?",
                        tenant.value(),
                        plugin,
                        name));
        return encrypted.map(bytes -> opened(tenant, plugin, name, bytes));
    }

    private String opened(TenantId tenant, String plugin, String name, byte[] encrypted) {
        String clear = keys().decrypt(tenant, encrypted);
        String begin = begin(plugin, name);
        if (!clear.startsWith(begin)) {
            throw new IllegalStateException("The secret '" + name + "' of plugin " + plugin + " of tenant " + tenant
                    + " is another one: its row was exchanged in the control database. Enter it again.");
        }
        return clear.substring(begin.length());
    }

    private static String begin(String plugin, String name) {
        return plugin + '\n' + name + '\n';
    }

    private SecretKeys keys() {
        if (keys == null) {
            throw new IllegalStateException("Plugins here keep no secrets, because there are no keys to encrypt them:"
                    + " TenancyPlugins.Builder.secretKeys(SecretKeys)");
        }
        return keys;
    }
}
