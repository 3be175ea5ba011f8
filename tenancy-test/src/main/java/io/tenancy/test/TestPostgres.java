package io.tenancy.test;

import io.tenancy.Placement;
import io.tenancy.TenancyException;
import io.tenancy.jpa.control.InstallationSql;
import io.tenancy.jpa.embedded.EmbeddedPostgres;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.Login;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/**
 * The PostgreSQL server of a test run: one per Java process, started at first use and removed when the process ends.
 * Tests keep out of each other's way by a database each, not by a server each. All methods may be called from any
 * thread.
 */
public final class TestPostgres {

    private static final Pattern PREFIX = Pattern.compile("[a-z][a-z0-9_]{0,39}");

    private final EmbeddedPostgres server;
    private final AtomicInteger count = new AtomicInteger();

    private TestPostgres(EmbeddedPostgres server) {
        this.server = server;
    }

    /**
     * The server of this process.
     *
     * @return the running server
     * @throws io.tenancy.jpa.embedded.EmbeddedPostgresException when this machine forbids it
     */
    public static TestPostgres shared() {
        return Holder.SHARED;
    }

    /**
     * Makes an empty database that the superuser owns.
     *
     * @return the database
     */
    public TestDatabase createDatabase() {
        return createDatabase(superuser());
    }

    /**
     * Makes an empty database.
     *
     * @param owner the login that shall own it
     * @return the database
     */
    public TestDatabase createDatabase(TestLogin owner) {
        String name = "test_" + count.incrementAndGet();
        // Not template1: preparing an installation takes rights out of it.
        execute("create database " + name + " owner " + owner.user() + " template template0");
        return new TestDatabase(name, server.jdbcUrl(name), owner);
    }

    /**
     * Removes a database, ending the connections to it.
     *
     * @param database the database; nothing happens when it is gone
     */
    public void dropDatabase(TestDatabase database) {
        execute("drop database if exists " + database.name() + " with (force)");
    }

    /**
     * Makes a login that owns nothing and has no rights beyond those of everybody.
     *
     * @param prefix beginning of its name: lower-case letters, digits and underscores, 40 characters at most
     * @return the login, different at each call
     * @throws IllegalArgumentException when the prefix is no such name
     */
    public TestLogin createLogin(String prefix) {
        if (!PREFIX.matcher(prefix).matches()) {
            throw new IllegalArgumentException("The prefix of a login was '" + prefix
                    + "' but must begin with a lower-case letter and have only those, digits and underscores");
        }
        TestLogin login = newLogin(prefix);
        execute("create role " + login.user() + " login password '" + login.password() + "'");
        return login;
    }

    /**
     * Makes an empty database with the three logins of an installation, as an administrator prepares it: what a
     * {@link io.tenancy.jpa.TenancyInstallation} starts on.
     *
     * @return the primary server of that installation
     */
    public DatabaseServer createServer() {
        TestLogin owner = newLogin("test_owner");
        TestLogin runtime = newLogin("test_runtime");
        TestLogin platform = newLogin("test_platform");
        DatabaseServer made = new DatabaseServer(
                Placement.PRIMARY_SERVER,
                server.jdbcUrl("test_" + count.incrementAndGet()),
                new Login(owner.user(), owner.password()),
                new Login(runtime.user(), runtime.password()),
                new Login(platform.user(), platform.password()));
        InstallationSql.Connector inside = database -> DriverManager.getConnection(
                server.jdbcUrl(database), superuser().user(), superuser().password());
        try (Connection administrator = inside.connect("postgres")) {
            InstallationSql.run(administrator, inside, made);
        } catch (SQLException e) {
            throw failed(e);
        }
        return made;
    }

    /**
     * The server's superuser, for what no application may do.
     *
     * @return the login
     */
    public TestLogin superuser() {
        return new TestLogin(server.superuser(), server.superuserPassword());
    }

    /**
     * The server itself.
     *
     * @return the server; do not close it, other tests use it
     */
    public EmbeddedPostgres server() {
        return server;
    }

    private void execute(String sql) {
        TestLogin login = superuser();
        try (Connection connection =
                        DriverManager.getConnection(server.jdbcUrl("postgres"), login.user(), login.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw failed(e);
        }
    }

    private TestLogin newLogin(String prefix) {
        return new TestLogin(
                prefix + "_" + count.incrementAndGet(), UUID.randomUUID().toString());
    }

    private TenancyException failed(SQLException e) {
        return new TenancyException(
                "The test server " + server + " was asked for a database or login, but said: " + e.getMessage(), e);
    }

    private static final class Holder {
        static final TestPostgres SHARED =
                new TestPostgres(EmbeddedPostgres.temporary().start());
    }
}
