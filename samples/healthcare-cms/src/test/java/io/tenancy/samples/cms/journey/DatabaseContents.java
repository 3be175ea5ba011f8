package io.tenancy.samples.cms.journey;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Everything that a database server holds, read by its superuser, whom no policy and no missing grant stops. */
final class DatabaseContents {

    private static final int PORT_LINE = 3;

    /** Planner statistics and TOAST chunks are the server's own copies of what the tables here hold. */
    private static final String TABLES = """
            select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'm') and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
            order by 1, 2""";

    private static final String PLACEMENT =
            "select id, isolation, database_name, schema_name from tenancy_control.tenant where slug = ?";

    /** Where the catalog says that a clinic's rows lie. */
    record Placement(String tenantId, String isolation, String database, String schema) {}

    /** A row that holds a text; the tenant is that of the row itself, null in tables without such a column. */
    record Place(
            String database,
            String schema,
            String table,
            @Nullable String tenantId) {}

    /** What a search through the whole server found, and how many tables it read. */
    record Search(List<Place> places, int tables) {}

    private final int port;
    private final String password;

    private DatabaseContents(int port, String password) {
        this.port = port;
        this.password = password;
    }

    /** The server that runs on an application's data directory. */
    static DatabaseContents under(Path dataDirectory) throws IOException {
        List<String> process = Files.readAllLines(dataDirectory.resolve("postgres/postmaster.pid"));
        return new DatabaseContents(
                Integer.parseInt(process.get(PORT_LINE).strip()),
                Files.readString(dataDirectory.resolve("postgres.password")).strip());
    }

    /** Looks for a text in every column of every table of every schema of every database. */
    Search search(String text) throws SQLException {
        List<Place> places = new ArrayList<>();
        int tables = 0;
        for (String database : databases()) {
            try (Connection connection = connect(database);
                    Statement statement = connection.createStatement();
                    ResultSet names = statement.executeQuery(TABLES)) {
                while (names.next()) {
                    tables++;
                    places.addAll(rowsWith(text, connection, database, names.getString(1), names.getString(2)));
                }
            }
        }
        return new Search(List.copyOf(places), tables);
    }

    private static List<Place> rowsWith(
            String text, Connection connection, String database, String schema, String table) throws SQLException {
        List<Place> places = new ArrayList<>();
        try (Statement quoting = connection.createStatement();
                PreparedStatement rows = connection.prepareStatement("select to_jsonb(r) ->> 'tenant_id' from "
                        + quoting.enquoteIdentifier(schema, true) + "." + quoting.enquoteIdentifier(table, true)
                        + " r where position(? in r::text) > 0")) {
            rows.setString(1, text);
            try (ResultSet found = rows.executeQuery()) {
                while (found.next()) {
                    places.add(new Place(database, schema, table, found.getString(1)));
                }
            }
        }
        return places;
    }

    private List<String> databases() throws SQLException {
        List<String> databases = new ArrayList<>();
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement();
                ResultSet names = statement.executeQuery("select datname from pg_database where datallowconn")) {
            while (names.next()) {
                databases.add(names.getString(1));
            }
        }
        return databases;
    }

    /** What the catalog says about a clinic. */
    Placement placement(String clinic) throws SQLException {
        try (Connection connection = connect("tenancy");
                PreparedStatement query = connection.prepareStatement(PLACEMENT)) {
            query.setString(1, clinic);
            try (ResultSet row = query.executeQuery()) {
                if (!row.next()) {
                    throw new AssertionError("The catalog has no clinic " + clinic);
                }
                return new Placement(row.getString(1), row.getString(2), row.getString(3), row.getString(4));
            }
        }
    }

    /** Changes a clinic's status in the catalog, behind the application's back. */
    void setStatus(String clinic, String status) throws SQLException {
        try (Connection connection = connect("tenancy");
                PreparedStatement update = connection.prepareStatement(
                        "update tenancy_control.tenant set status = ?, version = version + 1 where slug = ?")) {
            update.setString(1, status);
            update.setString(2, clinic);
            if (update.executeUpdate() != 1) {
                throw new AssertionError("The catalog has no clinic " + clinic);
            }
        }
    }

    private Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + port + "/" + database, "postgres", password);
    }
}
