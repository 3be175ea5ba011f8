package io.tenancy.jpa.control.migration.internal;

import io.tenancy.IsolationLevel;
import io.tenancy.TenancyException;
import io.tenancy.jpa.control.migration.MigrationException;
import io.tenancy.jpa.control.migration.MigrationScript;
import io.tenancy.jpa.control.migration.SchemaTarget;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.shared.SchemaFinishing;
import io.tenancy.jpa.isolation.shared.SharedSchema;
import io.tenancy.jpa.isolation.shared.UnsupportedSchemaException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreMigrationType;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.executor.MigrationExecutor;
import org.flywaydb.core.api.resolver.MigrationResolver;
import org.flywaydb.core.api.resolver.ResolvedMigration;
import org.flywaydb.core.extensibility.MigrationType;
import org.flywaydb.core.internal.jdbc.Results;
import org.jspecify.annotations.Nullable;

/*
 * Flyway keeps the history, its lock and its order; the statements are run here, because the line of an error, the
 * lifting of FORCE before a script and the finishing after it all belong to the script's own transaction.
 */
/** Structure scripts of one schema, run through Flyway. */
public final class FlywayStructure implements MigrationResolver {

    /** Only such statements make the server read rows of existing tables. */
    private static final Pattern CHECKS_ROWS = Pattern.compile("(?i)\\b(references|foreign\\s+key|type|validate)\\b");

    private final SchemaTarget target;
    private final List<MigrationScript> scripts;

    /**
     * Prepares a run.
     *
     * @param target the schema
     * @param scripts every structure script, also those that ran
     */
    public FlywayStructure(SchemaTarget target, List<MigrationScript> scripts) {
        this.target = target;
        this.scripts = List.copyOf(scripts);
    }

    /**
     * Applies what is pending up to a version.
     *
     * @param upTo the last script to apply, or null for all
     * @return how many scripts were applied
     */
    public int migrate(@Nullable MigrationScript upTo) {
        FluentConfiguration configuration = Flyway.configure(getClass().getClassLoader())
                .dataSource(target.owner())
                .defaultSchema(target.schema())
                .createSchemas(false)
                .table(IsolationNames.SCHEMA_HISTORY)
                .locations(new String[0])
                .skipDefaultResolvers(true)
                .skipDefaultCallbacks(true)
                .resolvers(this)
                .group(false)
                .mixed(true)
                // Tables of extensions, or our own history of data, may be there before the first version.
                .baselineOnMigrate(true)
                .baselineVersion("0");
        if (upTo != null) {
            configuration.target(MigrationVersion.fromVersion(upTo.version().toString()));
        }
        if (scripts.stream().anyMatch(ScriptRules::needsNoTransaction)) {
            // CREATE INDEX CONCURRENTLY waits for every older transaction, so for the one of Flyway's lock as well.
            configuration.configuration(Map.of("flyway.postgresql.transactional.lock", "false"));
        }
        try {
            return configuration.load().migrate().migrationsExecuted;
        } catch (FlywayException e) {
            throw explained(e);
        }
    }

    private MigrationException explained(FlywayException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof MigrationException ours) {
                return ours;
            }
        }
        return new MigrationException(
                "The migrations of the schema '" + target.schema() + "' could not run: " + e.getMessage()
                        + ". Scripts that ran must stay as they were; add a new version instead.",
                e);
    }

    @Override
    public Collection<ResolvedMigration> resolveMigrations(Context context) {
        return scripts.stream().<ResolvedMigration>map(Resolved::new).toList();
    }

    /** One script as Flyway sees it. */
    private final class Resolved implements ResolvedMigration, MigrationExecutor {

        private final MigrationScript script;

        Resolved(MigrationScript script) {
            this.script = script;
        }

        @Override
        public MigrationVersion getVersion() {
            return MigrationVersion.fromVersion(script.version().toString());
        }

        @Override
        public String getDescription() {
            return script.description();
        }

        @Override
        public String getScript() {
            return script.name();
        }

        @Override
        public Integer getChecksum() {
            return script.checksum();
        }

        @Override
        public boolean checksumMatches(Integer checksum) {
            return Objects.equals(checksum, script.checksum());
        }

        @Override
        public boolean checksumMatchesWithoutBeingIdentical(Integer checksum) {
            return false;
        }

        @Override
        public MigrationType getType() {
            return CoreMigrationType.SQL;
        }

        @Override
        public String getPhysicalLocation() {
            return script.location();
        }

        @Override
        public MigrationExecutor getExecutor() {
            return this;
        }

        @Override
        public List<Results> execute(org.flywaydb.core.api.executor.Context context) throws SQLException {
            Connection connection = context.getConnection();
            boolean inTransaction = !connection.getAutoCommit();
            OwnerSession.usePath(connection, target.schema(), inTransaction);
            try {
                lift(connection, inTransaction);
                ScriptRunner.run(
                        connection,
                        script,
                        "the schema '" + target.schema() + "'",
                        target.level() == IsolationLevel.SHARED);
                finish(connection, inTransaction);
            } catch (UnsupportedSchemaException e) {
                throw new MigrationException("The script " + script.name() + " was rolled back. " + e.getMessage(), e);
            } catch (MigrationException e) {
                throw e;
            } catch (TenancyException e) {
                throw new MigrationException("After the script " + script.name() + ": " + e.getMessage(), e);
            }
            return List.of();
        }

        private void lift(Connection connection, boolean inTransaction) {
            if (inTransaction
                    && target.level() == IsolationLevel.SHARED
                    && CHECKS_ROWS.matcher(script.sql()).find()) {
                Set<String> words = new HashSet<>(
                        Arrays.asList(script.sql().toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}_$]+")));
                new SharedSchema(target.layout()).lift(connection, words);
            }
        }

        private void finish(Connection connection, boolean inTransaction) throws SQLException {
            SchemaFinishing finishing = SchemaFinishing.of(target.level(), target.layout());
            if (inTransaction) {
                finishing.derive(connection);
                return;
            }
            connection.setAutoCommit(false);
            try {
                finishing.derive(connection);
                connection.commit();
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        }

        @Override
        public boolean canExecuteInTransaction() {
            return !ScriptRules.needsNoTransaction(script);
        }

        @Override
        public boolean shouldExecute() {
            return true;
        }
    }
}
