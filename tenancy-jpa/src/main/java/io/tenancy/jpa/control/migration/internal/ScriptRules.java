package io.tenancy.jpa.control.migration.internal;

import io.tenancy.jpa.control.migration.MigrationScript;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import io.tenancy.jpa.isolation.sql.SqlScript;
import io.tenancy.jpa.isolation.sql.SqlStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** What may stand in which kind of script, decided before anything runs. */
public final class ScriptRules {

    private static final Pattern OUTSIDE_OF_TRANSACTIONS =
            Pattern.compile("(?is)^\\s*(create\\s+(unique\\s+)?index\\s+concurrently|drop\\s+index\\s+concurrently"
                    + "|reindex\\b.*\\bconcurrently|vacuum|create\\s+database|drop\\s+database|alter\\s+system"
                    + "|create\\s+tablespace|drop\\s+tablespace|alter\\s+table\\b.*\\bdetach\\s+partition\\b.*"
                    + "\\bconcurrently)\\b.*");
    private static final Pattern BARE_CREATE_EXTENSION =
            Pattern.compile("(?is)^\\s*create\\s+extension\\s+(?!if\\s+not\\s+exists\\b).*");
    private static final Pattern COPY = Pattern.compile("(?is)^\\s*copy\\b.*");
    private static final int SHOWN = 120;

    private ScriptRules() {}

    /**
     * Whether a script has a statement that refuses to run in a transaction.
     *
     * @param script the script
     * @return whether it has
     */
    public static boolean needsNoTransaction(MigrationScript script) {
        return SqlScript.split(script.sql()).stream()
                .anyMatch(statement ->
                        OUTSIDE_OF_TRANSACTIONS.matcher(statement.text()).matches());
    }

    /**
     * What is wrong with the scripts.
     *
     * @param scripts the scripts
     * @param shared whether they also run on shared tables
     * @param globalTables tables of all tenants together
     * @return the faults, possibly none
     */
    public static List<String> faults(List<MigrationScript> scripts, boolean shared, Set<String> globalTables) {
        List<String> faults = new ArrayList<>();
        for (MigrationScript script : scripts) {
            for (SqlScript.Statement statement : SqlScript.split(script.sql())) {
                Optional<String> fault = script.kind() == MigrationScript.Kind.STRUCTURE
                        ? structureFault(statement, shared, globalTables)
                        : dataFault(statement, globalTables);
                fault.or(() -> anyFault(statement))
                        .ifPresent(text -> faults.add(script.name() + ", line " + statement.line() + ": " + text
                                + " The statement: " + shown(statement.text())));
            }
        }
        return faults;
    }

    private static Optional<String> structureFault(
            SqlScript.Statement statement, boolean shared, Set<String> globalTables) {
        if (!shared) {
            return Optional.empty();
        }
        Optional<String> target = statement.targetTable();
        boolean changesRows = statement.kind() == SqlStatement.Kind.DML || target.isPresent();
        if (changesRows && !target.map(globalTables::contains).orElse(false)) {
            return Optional.of("a structure script changes rows"
                    + target.map(table -> " of " + table).orElse("")
                    + ", but on shared tables it runs once for all tenants and would find no tenant's rows. Put the"
                    + " statement into a data script (D<version>__name.sql), which runs once per tenant; if all tenants"
                    + " share the rows, list the table in " + SchemaLayout.GLOBAL_TABLES_SETTING + ".");
        }
        if (OUTSIDE_OF_TRANSACTIONS.matcher(statement.text()).matches()) {
            return Optional.of("the statement refuses to run in a transaction, but on shared tables a script and the"
                    + " walls around its tables become visible together or not at all. Use the form without"
                    + " CONCURRENTLY, or run the statement outside of the migrations.");
        }
        return Optional.empty();
    }

    private static Optional<String> dataFault(SqlScript.Statement statement, Set<String> globalTables) {
        if (statement.kind() == SqlStatement.Kind.DDL) {
            return Optional.of("a data script changes the structure, but it runs once per tenant. Put the statement"
                    + " into a structure script (V<version>__name.sql).");
        }
        Optional<String> global = statement.targetTable().filter(globalTables::contains);
        if (global.isPresent()) {
            return Optional.of("a data script changes the global table " + global.get() + ", but it runs once per"
                    + " tenant. Put the statement into a structure script (V<version>__name.sql), or take the table off "
                    + SchemaLayout.GLOBAL_TABLES_SETTING + " if its rows belong to tenants.");
        }
        return Optional.empty();
    }

    private static Optional<String> anyFault(SqlScript.Statement statement) {
        if (statement.kind() == SqlStatement.Kind.TRANSACTION || statement.kind() == SqlStatement.Kind.SAVEPOINT) {
            return Optional.of("a script runs in one transaction together with its entry in the history, so it cannot"
                    + " steer transactions itself. Remove the statement.");
        }
        if (BARE_CREATE_EXTENSION.matcher(statement.text()).matches()) {
            return Optional.of("an extension exists once per database, but the script runs in every schema."
                    + " Write CREATE EXTENSION IF NOT EXISTS.");
        }
        if (COPY.matcher(statement.text()).matches()) {
            return Optional.of("COPY is not supported in scripts. Use INSERT.");
        }
        return Optional.empty();
    }

    /**
     * A statement on one short line.
     *
     * @param sql the statement
     * @return its beginning
     */
    public static String shown(String sql) {
        String line = sql.strip().replaceAll("\\s+", " ");
        return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
    }
}
