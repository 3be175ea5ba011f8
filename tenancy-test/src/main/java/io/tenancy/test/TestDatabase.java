package io.tenancy.test;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/**
 * An empty database of the test server.
 *
 * @param name its name, a plain lower-case identifier
 * @param jdbcUrl its JDBC URL, without user and password
 * @param owner the login that owns it
 */
public record TestDatabase(String name, String jdbcUrl, TestLogin owner) {

    /**
     * Connects as the owner.
     *
     * @return an open connection, for the caller to close
     * @throws SQLException when it cannot be opened
     */
    public Connection connect() throws SQLException {
        return connect(owner);
    }

    /**
     * Connects as another login.
     *
     * @param login who connects
     * @return an open connection, for the caller to close
     * @throws SQLException when it cannot be opened
     */
    public Connection connect(TestLogin login) throws SQLException {
        return DriverManager.getConnection(jdbcUrl, login.user(), login.password());
    }
}
