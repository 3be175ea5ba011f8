package io.tenancy.plugins.values;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.plugins.capability.EffectConflictException;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServices.Stored;
import io.tenancy.plugins.control.PluginMessages;
import io.tenancy.plugins.pack.CapabilityRequest;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What plugins keep for tenants, and what their calls change: all that one call changes in one transaction, and only if
 * what it had read is still so. Safe for many threads.
 */
public final class PluginValues {

    /** How long storing what a call did may take, unless told otherwise: beyond the wait for a connection. */
    public static final Duration MOST_TIME = Duration.ofSeconds(5);

    private final ControlTransactions transactions;
    private final PluginMessages messages;
    private final Duration mostTime;

    /**
     * The values.
     *
     * @param transactions of the platform login
     * @param messages takes what calls emit
     */
    public PluginValues(ControlTransactions transactions, PluginMessages messages) {
        this(transactions, messages, MOST_TIME);
    }

    /**
     * The values.
     *
     * @param transactions of the platform login
     * @param messages takes what calls emit
     * @param mostTime how long storing what a call did may take, beyond the wait for a connection; 10 ms to an hour
     */
    public PluginValues(ControlTransactions transactions, PluginMessages messages, Duration mostTime) {
        if (mostTime.toMillis() < 10 || mostTime.compareTo(Duration.ofHours(1)) > 0) {
            throw new IllegalArgumentException(
                    "Storing what a call did may take 10 ms to an hour, but was to take " + mostTime);
        }
        this.transactions = transactions;
        this.messages = messages;
        this.mostTime = mostTime;
    }

    /**
     * What a plugin has of its quota.
     *
     * @param bytes of keys, in UTF-8, and values
     * @param keys how many
     */
    public record Used(long bytes, int keys) {}

    /**
     * Whose call changes something.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @param digest of the package that was called
     * @param quota what it may keep
     */
    public record Caller(TenantId tenant, String plugin, String digest, Optional<CapabilityRequest.Storage> quota) {}

    /**
     * A value.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @param key of the value
     * @return empty where there is none
     */
    public Optional<Stored> find(TenantId tenant, String plugin, String key) {
        return transactions.transact("read a value of a plugin", transaction -> {
            StoringTime.ofAnswers(transaction, mostTime);
            return Sql.first(
                    transaction.connection(),
                    row -> new Stored(row.getBytes("value"), row.getLong("version")),
                    "select value, version from plugin_value where tenant_id = ? and plugin = ? and key = ?",
                    tenant.value(),
                    plugin,
                    key);
        });
    }

    /**
     * Keys.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @param prefix with which they begin
     * @return sorted
     */
    public List<String> keys(TenantId tenant, String plugin, String prefix) {
        return transactions.transact("look up what a plugin keeps", transaction -> {
            StoringTime.ofAnswers(transaction, mostTime);
            return keys(transaction, tenant, plugin, prefix);
        });
    }

    private static List<String> keys(Transaction transaction, TenantId tenant, String plugin, String prefix)
            throws SQLException {
        return Sql.list(
                transaction.connection(),
                row -> row.getString(1),
                "select key from plugin_value where tenant_id = ? and plugin = ? and starts_with(key, ?) order by key",
                tenant.value(),
                plugin,
                prefix);
    }

    /**
     * What a plugin has of its quota.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @return nothing where it has not kept anything
     */
    public Used used(TenantId tenant, String plugin) {
        return transactions
                .transact("look up how much a plugin keeps", transaction -> {
                    StoringTime.ofAnswers(transaction, mostTime);
                    return Sql.first(
                            transaction.connection(),
                            row -> new Used(row.getLong("bytes"), row.getInt("keys")),
                            "select bytes, keys from plugin_space where tenant_id = ? and plugin = ?",
                            tenant.value(),
                            plugin);
                })
                .orElse(new Used(0, 0));
    }

    /**
     * All that a plugin keeps, for whoever wants to take it along.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @return values by key
     */
    public SortedMap<String, byte[]> all(TenantId tenant, String plugin) {
        return transactions.transact("read what a plugin keeps", transaction -> all(transaction, tenant, plugin));
    }

    /**
     * All that a plugin keeps, as it is within a transaction.
     *
     * @param transaction in which
     * @param tenant for whom
     * @param plugin id of the plugin
     * @return values by key
     * @throws SQLException when it cannot be read
     */
    public SortedMap<String, byte[]> all(Transaction transaction, TenantId tenant, String plugin) throws SQLException {
        SortedMap<String, byte[]> all = new TreeMap<>();
        Sql.list(
                        transaction.connection(),
                        row -> Map.entry(row.getString("key"), row.getBytes("value")),
                        "select key, value from plugin_value where tenant_id = ? and plugin = ?",
                        tenant.value(),
                        plugin)
                .forEach(each -> all.put(each.getKey(), each.getValue()));
        return all;
    }

    /**
     * Removes all that a plugin keeps and counted.
     *
     * @param transaction in which
     * @param tenant for whom
     * @param plugin id of the plugin
     * @throws SQLException when it cannot be removed
     */
    public void removeAll(Transaction transaction, TenantId tenant, String plugin) throws SQLException {
        for (String table : List.of("plugin_value", "plugin_space", "plugin_secret", "plugin_metric")) {
            Sql.update(
                    transaction.connection(),
                    "delete from " + table + " where tenant_id = ? and plugin = ?",
                    tenant.value(),
                    plugin);
        }
    }

    /**
     * Lets take place what a call did.
     *
     * @param caller whose call
     * @param effects what it did
     * @throws EffectConflictException when what it had read is not so any more, the plugin is not enabled any more, or its
     *     quota is used up
     * @throws io.tenancy.plugins.control.PluginsUnavailableException when the database cannot do it, or not in time; nothing
     *     took place then, unless the connection was lost while it was committed
     */
    public void apply(Caller caller, PluginEffects effects) {
        StoringTime time = new StoringTime(mostTime);
        transactions.transact("keep what a plugin did", transaction -> {
            time.bound(transaction);
            requireEnabled(transaction, caller);
            if (!effects.values().isEmpty()
                    || !effects.reads().isEmpty()
                    || !effects.listings().isEmpty()) {
                change(transaction, caller, effects, time);
            }
            for (String event : effects.events()) {
                time.require();
                messages.add(transaction, caller.tenant(), caller.plugin(), PluginMessages.Kind.EVENT, event);
            }
            for (String annotation : effects.annotations()) {
                time.require();
                messages.add(transaction, caller.tenant(), caller.plugin(), PluginMessages.Kind.ANNOTATION, annotation);
            }
            time.require();
            count(transaction, caller, effects.metrics());
            time.require();
            return true;
        });
    }

    // What was uninstalled while it was called leaves nothing behind.
    private static void requireEnabled(Transaction transaction, Caller caller) throws SQLException {
        Optional<Boolean> enabled = Sql.first(
                transaction.connection(),
                row -> row.getBoolean(1),
                "select enabled from plugin_installation where tenant_id = ? and plugin = ? and active_digest = ? for share",
                caller.tenant().value(),
                caller.plugin(),
                caller.digest());
        if (!enabled.orElse(false)) {
            throw new EffectConflictException("Plugin " + caller.plugin() + " of tenant " + caller.tenant()
                    + " was disabled or replaced while it was called, so nothing of what it did takes place.");
        }
    }

    private static void change(Transaction transaction, Caller caller, PluginEffects effects, StoringTime time)
            throws SQLException {
        Space space = lock(transaction, caller);
        Map<String, Row> rows = rows(transaction, caller, effects);
        effects.reads().forEach((key, version) -> {
            long now = rows.containsKey(key) ? rows.get(key).version : 0;
            if (now != version) {
                throw new EffectConflictException("Value '" + key + "' of plugin " + caller.plugin() + " of tenant "
                        + caller.tenant() + " was changed by another call since this one read it. Call it again.");
            }
        });
        requireSameKeys(transaction, caller, effects.listings(), time);
        if (effects.values().isEmpty()) {
            return;
        }
        long bytes = space.bytes;
        int keys = space.keys;
        long version = space.version;
        for (Map.Entry<String, PluginEffects.Value> each : new TreeMap<>(effects.values()).entrySet()) {
            time.require();
            Row before = rows.get(each.getKey());
            byte[] value = each.getValue().bytes();
            if (before != null) {
                bytes -= before.bytes;
                keys--;
            }
            if (value != null) {
                bytes += size(each.getKey()) + value.length;
                keys++;
                write(transaction, caller, each.getKey(), value, ++version);
            } else if (before != null) {
                delete(transaction, caller, each.getKey());
            }
        }
        requireQuota(caller, bytes, keys);
        Sql.update(
                transaction.connection(),
                "update plugin_space set bytes = ?, keys = ?, last_version = ? where tenant_id = ? and plugin = ?",
                bytes,
                keys,
                version,
                caller.tenant().value(),
                caller.plugin());
    }

    // What is not there has no version: only the keys themselves tell that one was added.
    private static void requireSameKeys(
            Transaction transaction, Caller caller, Map<String, PluginEffects.Listing> listings, StoringTime time)
            throws SQLException {
        for (Map.Entry<String, PluginEffects.Listing> each : listings.entrySet()) {
            time.require();
            List<String> now = keys(transaction, caller.tenant(), caller.plugin(), each.getKey());
            if (!PluginEffects.Listing.of(now).equals(each.getValue())) {
                throw new EffectConflictException("The keys of plugin " + caller.plugin() + " of tenant "
                        + caller.tenant() + " that begin with '" + each.getKey() + "' were "
                        + each.getValue().keys() + " when this call listed them, and another call added or removed"
                        + " some since. Call it again.");
            }
        }
    }

    private record Space(long bytes, int keys, long version) {}

    private record Row(long version, long bytes) {}

    private static Space lock(Transaction transaction, Caller caller) throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into plugin_space (tenant_id, plugin) values (?, ?) on conflict do nothing",
                caller.tenant().value(),
                caller.plugin());
        return Sql.first(
                        transaction.connection(),
                        row -> new Space(row.getLong("bytes"), row.getInt("keys"), row.getLong("last_version")),
                        "select bytes, keys, last_version from plugin_space where tenant_id = ? and plugin = ? for update",
                        caller.tenant().value(),
                        caller.plugin())
                .orElseThrow();
    }

    private static Map<String, Row> rows(Transaction transaction, Caller caller, PluginEffects effects)
            throws SQLException {
        Set<String> keys = new TreeSet<>(effects.values().keySet());
        keys.addAll(effects.reads().keySet());
        Map<String, Row> rows = new HashMap<>();
        Sql.list(
                        transaction.connection(),
                        row -> Map.entry(row.getString("key"), new Row(row.getLong("version"), row.getLong("bytes"))),
                        "select key, version, octet_length(convert_to(key, 'UTF8')) + octet_length(value) as bytes"
                                + " from plugin_value where tenant_id = ? and plugin = ? and key = any (?)",
                        caller.tenant().value(),
                        caller.plugin(),
                        keys.toArray(new String[0]))
                .forEach(each -> rows.put(each.getKey(), each.getValue()));
        return rows;
    }

    private static void write(Transaction transaction, Caller caller, String key, byte[] value, long version)
            throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into plugin_value (tenant_id, plugin, key, value, version) values (?, ?, ?, ?, ?)"
                        + " on conflict (tenant_id, plugin, key) do update set value = excluded.value,"
                        + " version = excluded.version",
                caller.tenant().value(),
                caller.plugin(),
                key,
                value,
                version);
    }

    private static void delete(Transaction transaction, Caller caller, String key) throws SQLException {
        Sql.update(
                transaction.connection(),
                "delete from plugin_value where tenant_id = ? and plugin = ? and key = ?",
                caller.tenant().value(),
                caller.plugin(),
                key);
    }

    private static void requireQuota(Caller caller, long bytes, int keys) {
        long mostBytes = caller.quota().map(CapabilityRequest.Storage::bytes).orElse(0L);
        int mostKeys = caller.quota().map(CapabilityRequest.Storage::keys).orElse(0);
        if (bytes > mostBytes || keys > mostKeys) {
            throw new EffectConflictException("Plugin " + caller.plugin() + " of tenant " + caller.tenant()
                    + " would keep " + bytes + " bytes under " + keys + " keys, but may keep " + mostBytes
                    + " bytes under " + mostKeys + " keys. Nothing of this call takes place.");
        }
    }

    private static void count(Transaction transaction, Caller caller, List<PluginEffects.Metric> metrics)
            throws SQLException {
        Map<String, double[]> sums = new TreeMap<>();
        for (PluginEffects.Metric metric : metrics) {
            double[] sum = sums.computeIfAbsent(metric.name(), name -> new double[2]);
            sum[0]++;
            sum[1] += metric.value();
        }
        for (Map.Entry<String, double[]> each : sums.entrySet()) {
            Sql.update(
                    transaction.connection(),
                    "insert into plugin_metric (tenant_id, plugin, name, day, count, total) values (?, ?, ?, ?, ?, ?)"
                            + " on conflict (tenant_id, plugin, name, day) do update set"
                            + " count = plugin_metric.count + excluded.count, total = plugin_metric.total + excluded.total",
                    caller.tenant().value(),
                    caller.plugin(),
                    each.getKey(),
                    transaction.recordedAt().atOffset(ZoneOffset.UTC).toLocalDate(),
                    (long) each.getValue()[0],
                    each.getValue()[1]);
        }
    }

    private static long size(String key) {
        return key.getBytes(StandardCharsets.UTF_8).length;
    }
}
