package io.tenancy.jpa.control.migration.internal;

import io.tenancy.jpa.control.migration.MigrationException;
import io.tenancy.jpa.control.migration.MigrationScript;
import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.sql.SqlScript;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs a script statement by statement, so that an error names its line. */
public final class ScriptRunner {

    private static final String NAME = "(?:\"(?:[^\"]|\"\")+\"|[\\w$]+)";
    private static final Pattern ALTERED_TABLE = Pattern.compile(
            "(?is)^\\s*alter\\s+table\\s+(?:if\\s+exists\\s+)?(?:only\\s+)?(" + NAME + "(?:\\." + NAME + ")?)\\s.*");
    private static final Pattern ADDED_UNIQUE = Pattern.compile(
            "(?i)(\\badd\\s+constraint\\s+" + NAME + "\\s+unique\\s*(?:nulls\\s+(?:not\\s+)?distinct\\s*)?\\()");
    private static final Pattern UNIQUE_INDEX = Pattern.compile("(?is)^(\\s*create\\s+unique\\s+index\\s+"
            + "(?:if\\s+not\\s+exists\\s+)?" + NAME + "\\s+on\\s+(?:only\\s+)?(" + NAME + "(?:\\." + NAME
            + ")?)\\s*(?:using\\s+btree\\s*)?\\()(.*)");

    private static final Pattern CREATE_EXTENSION = Pattern.compile(
            "(?is)^(\\s*create\\s+extension\\s+(?:if\\s+not\\s+exists\\s+)?" + NAME + "(?:\\s+with\\b)?)(.*)");
    private static final Pattern SCHEMA_CLAUSE = Pattern.compile("(?i)\\bschema\\b");

    private static final Set<String> TENANT_SETTING_UNSET = Set.of("42704", "22P02");

    private ScriptRunner() {}

    /**
     * Runs a script.
     *
     * @param connection the connection, on the right search path
     * @param script the script
     * @param where the schema and tenant, for messages
     * @param shared whether it runs on shared tables
     */
    public static void run(Connection connection, MigrationScript script, String where, boolean shared) {
        boolean structure = script.kind() == MigrationScript.Kind.STRUCTURE;
        for (SqlScript.Statement part : SqlScript.split(script.sql())) {
            try (Statement statement = connection.createStatement()) {
                statement.setEscapeProcessing(false);
                statement.execute(apart(shared && structure ? perTenant(connection, part.text()) : part.text()));
            } catch (SQLException e) {
                throw new MigrationException(
                        "The script " + script.name() + " failed at line " + part.line() + " in " + where + ": "
                                + e.getMessage() + ". The statement: " + ScriptRules.shown(part.text())
                                + ". What the script did there was rolled back; " + advice(e, shared, structure),
                        e);
            }
        }
    }

    /** A trusted extension belongs to a superuser, so it cannot be moved later; it has to be created in its place. */
    private static String apart(String sql) {
        Matcher extension = CREATE_EXTENSION.matcher(sql);
        if (!extension.matches() || SCHEMA_CLAUSE.matcher(extension.group(2)).find()) {
            return sql;
        }
        return extension.group(1) + " SCHEMA " + IsolationNames.EXTENSIONS_SCHEMA + extension.group(2);
    }

    /*
     * A unique key that a later version adds would be checked over all tenants before the derivation could widen it. So
     * where the key has a name, which the derivation keeps, the tenant goes into it at once.
     */
    private static String perTenant(Connection connection, String sql) throws SQLException {
        Matcher altered = ALTERED_TABLE.matcher(sql);
        Matcher added = ADDED_UNIQUE.matcher(sql);
        if (altered.matches() && added.find() && hasTenantColumn(connection, altered.group(1))) {
            return added.replaceAll(
                    match -> Matcher.quoteReplacement(match.group(1)) + IsolationNames.TENANT_COLUMN + ", ");
        }
        Matcher index = UNIQUE_INDEX.matcher(sql);
        if (index.matches() && hasTenantColumn(connection, index.group(2))) {
            return index.group(1) + IsolationNames.TENANT_COLUMN + ", " + index.group(3);
        }
        return sql;
    }

    private static boolean hasTenantColumn(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "select exists (select from pg_attribute where attrelid = to_regclass(?) and attname = ?)")) {
            statement.setString(1, table);
            statement.setString(2, IsolationNames.TENANT_COLUMN);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static String advice(SQLException e, boolean shared, boolean structure) {
        String state = e.getSQLState() == null ? "" : e.getSQLState();
        String message = e.getMessage() == null ? "" : e.getMessage().toLowerCase(Locale.ROOT);
        if (shared
                && structure
                && TENANT_SETTING_UNSET.contains(state)
                && (message.contains("tenancy.tenant_id") || message.contains("uuid: \"\""))) {
            return "it reads or writes rows of tenants, which a structure script cannot. Put the statement into a data"
                    + " script (D<version>__name.sql), or mention the table in a plain ALTER TABLE of this script.";
        }
        if (shared && structure && state.equals("23505")) {
            return "several tenants have equal values. Give the unique key a name (ADD CONSTRAINT name UNIQUE, CREATE"
                    + " UNIQUE INDEX name), so that it is checked per tenant.";
        }
        if (shared && structure && state.equals("42830")) {
            return "a later version can refer to a primary key only, because other unique keys of shared tables include"
                    + " the tenant. Refer to the primary key, or declare key and reference in one version.";
        }
        if (shared && !structure && state.equals("23505")) {
            return "a literal key can exist for one tenant only. Take the key from a sequence or gen_random_uuid().";
        }
        return "correct the script and start again.";
    }
}
