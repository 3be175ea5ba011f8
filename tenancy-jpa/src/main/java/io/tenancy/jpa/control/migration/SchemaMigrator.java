package io.tenancy.jpa.control.migration;

import io.tenancy.IsolationLevel;
import io.tenancy.TenantId;
import io.tenancy.jpa.control.migration.internal.DataHistory;
import io.tenancy.jpa.control.migration.internal.FlywayStructure;
import io.tenancy.jpa.control.migration.internal.OutboxTable;
import io.tenancy.jpa.control.migration.internal.OwnerSession;
import io.tenancy.jpa.control.migration.internal.ScriptRules;
import io.tenancy.jpa.control.migration.internal.ScriptRunner;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.shared.SchemaFinishing;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings one schema and the rows of its tenants to the newest version.
 *
 * <p>Scripts run in the order of their versions. A structure script runs once per schema, in one transaction with the
 * finishing of that schema ({@link SchemaFinishing}) and its entry in {@value IsolationNames#SCHEMA_HISTORY}. A data
 * script runs once per tenant, in one transaction with its entry in {@value IsolationNames#DATA_HISTORY}, and for every
 * tenant of the schema before the next structure script. A failure leaves what was finished before; the next run goes
 * on from there. A tenant that joins a shared schema later runs all data scripts in their order on its newest structure,
 * so a data script has to keep working there: drop or rename what it uses only when that is certain.
 *
 * <p>Immutable and thread-safe; nodes may migrate the same schema at once, since locks in the database order them.
 */
public final class SchemaMigrator {

    private final MigrationScripts scripts;
    private final boolean sharedInUse;
    private final InstantSource clock;

    /**
     * Prepares migrations that run on every level, shared tables among them, with the system's clock.
     *
     * @param scripts the scripts
     */
    public SchemaMigrator(MigrationScripts scripts) {
        this(scripts, true, InstantSource.system());
    }

    /**
     * Prepares migrations.
     *
     * @param scripts the scripts
     * @param sharedInUse whether the application places tenants on shared tables; then what cannot run there is refused
     *     at every level, so that one set of scripts stays one
     * @param clock tells when a data script ran
     */
    public SchemaMigrator(MigrationScripts scripts, boolean sharedInUse, InstantSource clock) {
        this.scripts = Objects.requireNonNull(scripts, "scripts");
        this.sharedInUse = sharedInUse;
        this.clock = Objects.requireNonNull(clock, "clock");
    }

    /**
     * Runs what is pending.
     *
     * @param target the schema
     * @param runner knows its tenants and binds them
     * @return how much ran
     * @throws MigrationException when scripts are refused before anything ran, when a script changed after it ran, or
     *     when one fails; it names script, line, schema and tenant
     * @throws io.tenancy.TenancyException when the schema cannot be finished or the database cannot be reached
     */
    public MigrationResult migrate(SchemaTarget target, DataMigrationRunner runner) {
        requireSound(target);
        finish(target, true);
        List<MigrationScript> structure = scripts(MigrationScript.Kind.STRUCTURE);
        FlywayStructure flyway = new FlywayStructure(target, structure);
        Map<TenantId, Set<ScriptVersion>> done = new LinkedHashMap<>();
        int structureRuns = 0;
        int dataRuns = 0;
        MigrationScript last = null;
        for (MigrationScript script : scripts.all()) {
            if (script.kind() == MigrationScript.Kind.STRUCTURE) {
                last = script;
                continue;
            }
            if (last != null) {
                structureRuns += flyway.migrate(last);
                last = null;
            }
            dataRuns += runForTenants(target, runner, script, done);
        }
        structureRuns += flyway.migrate(null);
        finish(target, false);
        return new MigrationResult(structureRuns, dataRuns);
    }

    /**
     * What is pending, without changing anything.
     *
     * @param target the schema
     * @param runner knows its tenants and binds them
     * @return the status
     * @throws io.tenancy.TenancyException when the database cannot be read
     */
    public MigrationStatus status(SchemaTarget target, DataMigrationRunner runner) {
        DataHistory history = new DataHistory(target.schema());
        try {
            Set<ScriptVersion> applied = new HashSet<>();
            boolean known = OwnerSession.inTransaction(target.owner(), target.schema(), connection -> {
                applied.addAll(appliedStructure(connection, target.schema()));
                return history.exists(connection);
            });
            List<MigrationScript> data = scripts(MigrationScript.Kind.DATA);
            Map<TenantId, List<String>> pendingData = new LinkedHashMap<>();
            for (TenantId tenant : data.isEmpty() ? List.<TenantId>of() : runner.tenants(target)) {
                Set<ScriptVersion> ran = new HashSet<>();
                if (known) {
                    runner.inTransaction(
                            target,
                            tenant,
                            connection ->
                                    ran.addAll(history.of(connection, tenant).keySet()));
                }
                List<String> pending = names(data, ran);
                if (!pending.isEmpty()) {
                    pendingData.put(tenant, pending);
                }
            }
            return new MigrationStatus(
                    target.schema(), names(scripts(MigrationScript.Kind.STRUCTURE), applied), pendingData);
        } catch (SQLException e) {
            throw unreachable(target, e);
        }
    }

    private List<MigrationScript> scripts(MigrationScript.Kind kind) {
        return scripts.all().stream().filter(script -> script.kind() == kind).toList();
    }

    private static List<String> names(List<MigrationScript> scripts, Set<ScriptVersion> without) {
        return scripts.stream()
                .filter(script -> !without.contains(script.version()))
                .map(MigrationScript::name)
                .toList();
    }

    private void requireSound(SchemaTarget target) {
        boolean shared = sharedInUse || target.level() == IsolationLevel.SHARED;
        List<String> faults = ScriptRules.faults(scripts.all(), shared, target.globalTables());
        if (!faults.isEmpty()) {
            throw new MigrationException(
                    "The migrations of the schema '" + target.schema() + "' were not started:\n - "
                            + String.join("\n - ", faults),
                    null);
        }
    }

    /** Also without a new version the role or the list of global tables may have changed. */
    private static void finish(SchemaTarget target, boolean first) {
        DataHistory history = new DataHistory(target.schema());
        OutboxTable outbox = new OutboxTable(target.schema());
        try {
            OwnerSession.inTransaction(target.owner(), target.schema(), connection -> {
                if (first) {
                    if (history.exists(connection) && outbox.exists(connection)) {
                        return true;
                    }
                    history.create(connection);
                    outbox.create(connection);
                }
                SchemaFinishing.of(target.level(), target.layout()).derive(connection);
                return true;
            });
        } catch (SQLException e) {
            throw unreachable(target, e);
        }
    }

    private int runForTenants(
            SchemaTarget target,
            DataMigrationRunner runner,
            MigrationScript script,
            Map<TenantId, Set<ScriptVersion>> done) {
        DataHistory history = new DataHistory(target.schema());
        int runs = 0;
        for (TenantId tenant : runner.tenants(target)) {
            try {
                if (!done.containsKey(tenant)) {
                    Set<ScriptVersion> ran = new HashSet<>();
                    runner.inTransaction(target, tenant, connection -> {
                        Map<ScriptVersion, DataHistory.Entry> entries = history.of(connection, tenant);
                        requireUnchanged(target, tenant, entries);
                        ran.addAll(entries.keySet());
                    });
                    done.put(tenant, ran);
                }
                if (!done.get(tenant).contains(script.version())) {
                    runs += runFor(target, runner, script, tenant, history);
                }
            } catch (SQLException e) {
                throw new MigrationException(
                        "The script " + script.name() + " could not run for the tenant " + tenant + " in the schema '"
                                + target.schema() + "': " + e.getMessage()
                                + ". Tenants before it are done; mend the cause and start again.",
                        e);
            }
        }
        return runs;
    }

    private int runFor(
            SchemaTarget target,
            DataMigrationRunner runner,
            MigrationScript script,
            TenantId tenant,
            DataHistory history)
            throws SQLException {
        int[] runs = {0};
        runner.inTransaction(target, tenant, connection -> {
            history.lock(connection);
            if (!history.of(connection, tenant).containsKey(script.version())) {
                ScriptRunner.run(
                        connection,
                        script,
                        "the schema '" + target.schema() + "' for the tenant " + tenant,
                        target.level() == IsolationLevel.SHARED);
                history.add(connection, tenant, script, clock.instant());
                runs[0]++;
            }
        });
        return runs[0];
    }

    private void requireUnchanged(SchemaTarget target, TenantId tenant, Map<ScriptVersion, DataHistory.Entry> entries) {
        List<String> faults = new ArrayList<>();
        ScriptVersion newest = null;
        for (ScriptVersion version : entries.keySet()) {
            newest = version;
        }
        Set<ScriptVersion> present = new HashSet<>();
        for (MigrationScript script : scripts(MigrationScript.Kind.DATA)) {
            present.add(script.version());
            DataHistory.Entry entry = entries.get(script.version());
            if (entry != null && entry.checksum() != script.checksum()) {
                faults.add(script.name() + " was changed after it ran on " + entry.installedOn()
                        + ". Restore it and put the change into a new version");
            }
            if (entry == null && newest != null && script.version().compareTo(newest) < 0) {
                faults.add(script.name() + " is older than version " + newest + ", which ran already. Give it a higher"
                        + " version");
            }
        }
        entries.forEach((version, entry) -> {
            if (!present.contains(version)) {
                faults.add(entry.script() + " ran on " + entry.installedOn() + " but is no longer there. Restore it");
            }
        });
        if (!faults.isEmpty()) {
            throw new MigrationException(
                    "The data scripts do not fit what ran for the tenant " + tenant + " in the schema '"
                            + target.schema() + "':\n - " + String.join("\n - ", faults),
                    null);
        }
    }

    private static Set<ScriptVersion> appliedStructure(Connection connection, String schema) throws SQLException {
        String table = SqlIdentifier.qualified(schema, IsolationNames.SCHEMA_HISTORY);
        Set<ScriptVersion> applied = new HashSet<>();
        try (PreparedStatement exists = connection.prepareStatement("select to_regclass(?) is not null")) {
            exists.setString(1, table);
            try (ResultSet row = exists.executeQuery()) {
                if (!row.next() || !row.getBoolean(1)) {
                    return applied;
                }
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(
                        "select version from " + table + " where success and type = 'SQL'");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                @Nullable String version = row.getString(1);
                if (version != null) {
                    applied.add(ScriptVersion.of(version));
                }
            }
        }
        return applied;
    }

    private static MigrationException unreachable(SchemaTarget target, SQLException e) {
        return new MigrationException(
                "The schema '" + target.schema() + "' could not be read or finished: " + e.getMessage()
                        + ". Check that the database is up and the owner login owns the schema.",
                e);
    }
}
