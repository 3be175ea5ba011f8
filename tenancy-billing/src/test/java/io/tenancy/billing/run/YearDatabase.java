package io.tenancy.billing.run;

import io.tenancy.TenantId;
import io.tenancy.jpa.isolation.DatabaseServer;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What the world beside billing remembers, in a schema of its own: what day it is, what of the day's script was done, what
 * the payment provider took. One connection, outside of billing's transactions.
 */
final class YearDatabase implements AutoCloseable {

    /** Has whoever lets the days pass. */
    static final int DRIVING = 1;

    /** Is shared by those who run billing, and had alone by whoever changes the day. */
    static final int WORKING = 2;

    private static final String SCHEMA = """
            create schema world;
            create table world.clock (day int not null, next int not null, scripted boolean not null);
            insert into world.clock values (0, 0, false);
            create table world.tenant (number int primary key, id uuid not null);
            create table world.agreed (plan text primary key, terms bigint not null);
            create table world.answer (key uuid primary key, answer text not null, day int not null);
            create table world.charge (key uuid primary key, tenant uuid not null, amount bigint not null);
            create table world.told (key text not null);
            create table world.command (name text primary key, words text not null);
            grant usage on schema world to public;
            grant all on all tables in schema world to public;
            """;

    private final Connection connection;

    YearDatabase(DatabaseServer server) throws SQLException {
        connection = DriverManager.getConnection(
                server.jdbcUrl(), server.platform().user(), server.platform().password());
    }

    static void create(Connection administrator) throws SQLException {
        try (PreparedStatement create = administrator.prepareStatement(SCHEMA)) {
            create.execute();
        }
    }

    synchronized int update(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            return statement.executeUpdate();
        }
    }

    /** Rows as they are, each a list of its columns. */
    synchronized List<List<Object>> rows(String sql, Object... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            set(statement, parameters);
            List<List<Object>> rows = new ArrayList<>();
            try (ResultSet result = statement.executeQuery()) {
                int columns = result.getMetaData().getColumnCount();
                while (result.next()) {
                    List<Object> row = new ArrayList<>();
                    for (int column = 1; column <= columns; column++) {
                        row.add(result.getObject(column));
                    }
                    rows.add(row);
                }
            }
            return rows;
        }
    }

    private static void set(PreparedStatement statement, Object... parameters) throws SQLException {
        for (int i = 0; i < parameters.length; i++) {
            statement.setObject(i + 1, parameters[i]);
        }
    }

    long number(String sql, Object... parameters) throws SQLException {
        return ((Number) rows(sql, parameters).get(0).get(0)).longValue();
    }

    boolean tryToDrive() throws SQLException {
        return (boolean) rows("select pg_try_advisory_lock(?)", DRIVING).get(0).get(0);
    }

    void share() throws SQLException {
        rows("select pg_advisory_lock_shared(?)", WORKING);
    }

    void unshare() throws SQLException {
        rows("select pg_advisory_unlock_shared(?)", WORKING);
    }

    /** Alone, and after what killed nodes had sent to the server has come to its end. */
    void alone() throws SQLException {
        rows("select pg_advisory_lock(?)", WORKING);
        update("do $$ begin lock table tenancy_control.billing_account, tenancy_control.payment_attempt,"
                + " tenancy_control.billing_notice in exclusive mode; end $$");
    }

    void noLongerAlone() throws SQLException {
        rows("select pg_advisory_unlock(?)", WORKING);
    }

    int day() throws SQLException {
        return (int) number("select day from world.clock");
    }

    /** Whether what the script says of the day was done, so that the day can take its course. */
    boolean scripted() throws SQLException {
        return (boolean) rows("select scripted from world.clock").get(0).get(0);
    }

    List<TenantId> tenants() throws SQLException {
        return rows("select id from world.tenant order by number").stream()
                .map(row -> new TenantId((UUID) row.get(0)))
                .toList();
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
