package io.tenancy.jpa.control;

import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * What an administrator runs once on a server before the SDK can work there: three logins and their rights. On the
 * embedded server the SDK runs it itself.
 */
public final class InstallationSql {

    // Large objects belong to the database, not to a schema or a row, so no isolation level below DATABASE holds them.
    private static final String NO_LARGE_OBJECTS = """
            do $do$
            declare
              routine regprocedure;
            begin
              for routine in
                select oid::regprocedure from pg_proc
                where pronamespace = 'pg_catalog'::regnamespace
                  and (proname like 'lo\\_%' or proname in ('loread', 'lowrite'))
              loop
                execute format('revoke execute on function %s from public', routine);
              end loop;
            end $do$""";

    private InstallationSql() {}

    /**
     * The script, with placeholders for passwords.
     *
     * @param server the server and its three logins
     * @return SQL for psql
     */
    public static String forLogins(DatabaseServer server) {
        List<String> script = new ArrayList<>();
        script.add(createLogin(server.owner().user(), "createrole createdb"));
        script.add(createLogin(server.runtime().user(), ""));
        script.add(createLogin(server.platform().user(), ""));
        script.add("create database " + SqlIdentifier.quote(server.database()) + " owner "
                + SqlIdentifier.quote(server.owner().user()));
        String logins = String.join(";\n", script) + ";\n";
        String main = "\\connect " + SqlIdentifier.quote(server.database()) + "\n"
                + String.join(";\n", insideDatabase(server)) + ";\n";
        return logins + main + "\\connect template1\n" + String.join(";\n", withoutLargeObjects()) + ";\n";
    }

    /**
     * The part that runs inside the main database.
     *
     * @param server the server and its logins
     * @return statements, in order
     */
    public static List<String> insideDatabase(DatabaseServer server) {
        String database = SqlIdentifier.quote(server.database());
        List<String> script = new ArrayList<>();
        script.add("revoke all on database " + database + " from public");
        script.add("grant connect on database " + database + " to "
                + SqlIdentifier.quote(server.runtime().user()) + ", "
                + SqlIdentifier.quote(server.platform().user()));
        script.addAll(withoutLargeObjects());
        return script;
    }

    /**
     * Takes large objects out of everybody's reach in the present database.
     *
     * @return statements, in order; they need an administrator
     */
    public static List<String> withoutLargeObjects() {
        return List.of("revoke all on schema public from public", NO_LARGE_OBJECTS);
    }

    /**
     * Creates the three logins with the given passwords and the main database, where they are missing.
     *
     * @param administrator a superuser's connection to any database
     * @param inside opens a superuser's connection to the main database
     * @param server the server and its logins
     * @throws SQLException when the server refuses
     */
    public static void run(Connection administrator, Connector inside, DatabaseServer server) throws SQLException {
        try (Statement statement = administrator.createStatement()) {
            ensureLogin(
                    administrator,
                    statement,
                    server.owner().user(),
                    server.owner().password(),
                    "createrole createdb");
            ensureLogin(
                    administrator,
                    statement,
                    server.runtime().user(),
                    server.runtime().password(),
                    "");
            ensureLogin(
                    administrator,
                    statement,
                    server.platform().user(),
                    server.platform().password(),
                    "");
            if (!exists(administrator, "select 1 from pg_database where datname = ?", server.database())) {
                statement.execute("create database " + SqlIdentifier.quote(server.database()) + " owner "
                        + SqlIdentifier.quote(server.owner().user()));
            }
        }
        try (Connection database = inside.connect(server.database());
                Statement statement = database.createStatement()) {
            for (String sql : insideDatabase(server)) {
                statement.execute(sql);
            }
        }
        // New databases are copies of this one, so tenants with a database of their own are held in the same way.
        try (Connection template = inside.connect("template1");
                Statement statement = template.createStatement()) {
            for (String sql : withoutLargeObjects()) {
                statement.execute(sql);
            }
        }
    }

    private static void ensureLogin(
            Connection administrator, Statement statement, String user, String password, String rights)
            throws SQLException {
        if (!exists(administrator, "select 1 from pg_roles where rolname = ?", user)) {
            statement.execute(
                    ("create role " + SqlIdentifier.quote(user) + " login nosuperuser nobypassrls " + rights).trim());
        }
        statement.execute("alter role " + SqlIdentifier.quote(user) + " password " + SqlIdentifier.literal(password));
    }

    private static boolean exists(Connection connection, String query, String name) throws SQLException {
        try (var prepared = connection.prepareStatement(query)) {
            prepared.setString(1, name);
            try (var row = prepared.executeQuery()) {
                return row.next();
            }
        }
    }

    private static String createLogin(String user, String rights) {
        return ("create role " + SqlIdentifier.quote(user) + " login nosuperuser nobypassrls " + rights).trim()
                + " password '...'";
    }

    /** Opens connections to databases of one server. */
    @FunctionalInterface
    public interface Connector {
        /**
         * Connects.
         *
         * @param database name of the database
         * @return an open connection
         * @throws SQLException when it cannot be opened
         */
        Connection connect(String database) throws SQLException;
    }
}
