package io.tenancy.jpa.isolation.shared.internal;

import io.tenancy.TenancyException;
import io.tenancy.jpa.isolation.shared.SchemaFault;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import io.tenancy.jpa.isolation.shared.UnsupportedSchemaException;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Table;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Plans and executes the finishing of one schema. */
public final class PlanRunner {

    private PlanRunner() {}

    /**
     * Works out the statements.
     *
     * @param connection the owner's connection
     * @param layout the schema
     * @param shared whether its tables are shared by tenants
     * @return the statements in their order
     */
    public static List<String> plan(Connection connection, SchemaLayout layout, boolean shared) {
        try {
            boolean autoCommit = connection.getAutoCommit();
            if (!autoCommit) {
                return planned(connection, layout, shared);
            }
            connection.setAutoCommit(false);
            try {
                return planned(connection, layout, shared);
            } finally {
                connection.rollback();
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw unreadable(layout, e);
        }
    }

    /**
     * Works out the statements and executes them.
     *
     * @param connection the owner's connection, auto-commit off
     * @param layout the schema
     * @param shared whether its tables are shared by tenants
     * @return the executed statements
     */
    public static List<String> run(Connection connection, SchemaLayout layout, boolean shared) {
        try {
            requireTransaction(connection, layout);
            List<String> statements = planned(connection, layout, shared);
            execute(connection, layout, statements);
            return statements;
        } catch (SQLException e) {
            throw unreadable(layout, e);
        }
    }

    /**
     * Lifts FORCE from tables that a structure migration is about to change.
     *
     * @param connection the owner's connection, auto-commit off
     * @param layout the schema
     * @param mentioned names that the migration mentions, in lower case
     * @return the executed statements
     */
    public static List<String> lift(Connection connection, SchemaLayout layout, Set<String> mentioned) {
        try {
            requireTransaction(connection, layout);
            List<String> statements = SharedPlan.lifting(CatalogReader.read(connection, layout), layout, mentioned);
            execute(connection, layout, statements);
            return statements;
        } catch (SQLException e) {
            throw unreadable(layout, e);
        }
    }

    private static void requireTransaction(Connection connection, SchemaLayout layout) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("The schema '" + layout.schema()
                    + "' is finished in one transaction, but the connection is in auto-commit mode."
                    + " Call setAutoCommit(false) first, and commit or roll back afterwards.");
        }
    }

    private static List<String> planned(Connection connection, SchemaLayout layout, boolean shared)
            throws SQLException {
        Catalog catalog = CatalogReader.read(connection, layout);
        List<SchemaFault> faults =
                new ArrayList<>(shared ? Faults.shared(catalog, layout) : Faults.anyLevel(catalog, layout));
        if (shared) {
            for (Table table : catalog.owned(layout)) {
                if (table.tenantColumn().isEmpty() && !table.partition() && hasRows(connection, table)) {
                    faults.add(Faults.rowsOfNobody(table));
                }
            }
        }
        if (!faults.isEmpty()) {
            throw new UnsupportedSchemaException(layout.schema(), faults);
        }
        List<String> statements = new ArrayList<>();
        if (shared) {
            statements.addAll(SharedPlan.of(catalog, layout));
        }
        statements.addAll(CommonPlan.of(catalog, layout, shared));
        return List.copyOf(statements);
    }

    private static boolean hasRows(Connection connection, Table table) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select exists (select from " + table.sql() + ")")) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static void execute(Connection connection, SchemaLayout layout, List<String> statements)
            throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            for (String sql : statements) {
                try {
                    statement.execute(sql);
                } catch (SQLException e) {
                    throw new TenancyException(
                            "The schema '" + layout.schema() + "' could not be finished: the statement '" + sql
                                    + "' failed: " + e.getMessage()
                                    + ". Roll the transaction back; nothing of it is kept. The owner login must own"
                                    + " every table of the schema.",
                            e);
                }
            }
        }
    }

    private static TenancyException unreadable(SchemaLayout layout, SQLException e) {
        return new TenancyException(
                "The catalog of the schema '" + layout.schema() + "' could not be read: " + e.getMessage()
                        + ". Check that the connection is the owner login's and its transaction has not failed.",
                e);
    }
}
