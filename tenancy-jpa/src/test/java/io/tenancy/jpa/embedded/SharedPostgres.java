package io.tenancy.jpa.embedded;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** The one temporary server of this module's test run; started at first use, stopped when the JVM ends. */
public final class SharedPostgres {

    private static final AtomicInteger DATABASES = new AtomicInteger();

    private SharedPostgres() {}

    /**
     * The server.
     *
     * @return the running server
     */
    public static EmbeddedPostgres server() {
        return Holder.SERVER;
    }

    /**
     * Makes an empty database.
     *
     * @return its name, a plain lower-case identifier
     */
    public static String createDatabase() {
        String name = "test_" + DATABASES.incrementAndGet();
        try (Connection connection = connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        } catch (SQLException e) {
            throw new IllegalStateException("Could not create the database " + name, e);
        }
        return name;
    }

    /**
     * Connects as superuser.
     *
     * @param database name of the database
     * @return an open connection
     * @throws SQLException when it cannot be opened
     */
    public static Connection connect(String database) throws SQLException {
        return DriverManager.getConnection(
                server().jdbcUrl(database), server().superuser(), server().superuserPassword());
    }

    private static final class Holder {
        static final EmbeddedPostgres SERVER = EmbeddedPostgres.temporary().start();
    }
}
