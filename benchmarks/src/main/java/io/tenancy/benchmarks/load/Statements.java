package io.tenancy.benchmarks.load;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One visit of an article: read it by id, by slug, read its latest comments, count the visit, leave a comment. Three
 * indexed queries, an update and an insert.
 */
final class Statements {

    private static final String COLUMNS = "id, slug, title, body, status, views, updated_at";

    private final String byId;
    private final String bySlug;
    private final String comments;
    private final String visit;
    private final String comment;

    private Statements(String prefix, boolean explicitTenant) {
        String mine = explicitTenant ? " and tenant_id = ?" : "";
        this.byId = "select " + COLUMNS + " from " + prefix + "article where id = ?" + mine;
        this.bySlug = "select " + COLUMNS + " from " + prefix + "article where slug = ?" + mine;
        this.comments = "select id, author, body, created_at from " + prefix + "comment where article_id = ?" + mine
                + " order by created_at desc limit 10";
        this.visit = "update " + prefix + "article set views = views + 1, updated_at = ? where id = ?" + mine;
        this.comment = "insert into " + prefix + "comment (id, article_id, author, body, created_at"
                + (explicitTenant ? ", tenant_id) values (?, ?, ?, ?, ?, ?)" : ") values (?, ?, ?, ?, ?)");
    }

    /** For tables of one schema. */
    static Statements inSchema(String schema) {
        return new Statements(schema + ".", false);
    }

    /** For whatever tables the search path finds. */
    static Statements unqualified() {
        return new Statements("", false);
    }

    /** For shared tables, with the tenant written into every statement. */
    static Statements withTenant(String schema) {
        return new Statements(schema + ".", true);
    }

    /** Runs the five; the caller ends the transaction. */
    long run(Connection connection, int owner, @Nullable UUID tenant, Draw draw) throws SQLException {
        draw.next();
        UUID article = draw.articleId(owner);
        long read = read(connection, byId, article, tenant);
        read += read(connection, bySlug, draw.slug(), tenant);
        read += read(connection, comments, article, tenant);
        Timestamp now = new Timestamp(System.currentTimeMillis());
        try (PreparedStatement update = connection.prepareStatement(visit)) {
            update.setTimestamp(1, now);
            update.setObject(2, article);
            bind(update, 3, tenant);
            requireOne(update.executeUpdate());
        }
        try (PreparedStatement insert = connection.prepareStatement(comment)) {
            insert.setObject(1, draw.newId());
            insert.setObject(2, article);
            insert.setString(3, Clinics.AUTHOR);
            insert.setString(4, Clinics.COMMENT);
            insert.setTimestamp(5, now);
            bind(insert, 6, tenant);
            requireOne(insert.executeUpdate());
        }
        return read;
    }

    private static long read(Connection connection, String sql, Object parameter, @Nullable UUID tenant)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            query.setObject(1, parameter);
            bind(query, 2, tenant);
            try (ResultSet rows = query.executeQuery()) {
                long read = 0;
                int columns = rows.getMetaData().getColumnCount();
                while (rows.next()) {
                    for (int i = 1; i <= columns; i++) {
                        read += rows.getObject(i).hashCode();
                    }
                    read |= 1;
                }
                if (read == 0) {
                    throw new SQLException("A row that every tenant has was not found by: " + sql);
                }
                return read;
            }
        }
    }

    private static void bind(PreparedStatement statement, int index, @Nullable UUID tenant) throws SQLException {
        if (tenant != null) {
            statement.setObject(index, tenant);
        }
    }

    private static void requireOne(int rows) throws SQLException {
        if (rows != 1) {
            throw new SQLException("One row was to change, but " + rows + " did");
        }
    }
}
