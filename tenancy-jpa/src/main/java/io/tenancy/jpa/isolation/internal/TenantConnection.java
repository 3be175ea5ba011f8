package io.tenancy.jpa.isolation.internal;

import com.zaxxer.hikari.HikariDataSource;
import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.context.TenantMismatchException;
import io.tenancy.isolation.IsolationViolationException;
import io.tenancy.jpa.isolation.sql.SqlStatement;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * One pooled connection, lent to one tenant.
 *
 * Names. SQL names tables through the placeholder schema; prepareStatement and friends put the tenant's schema in its
 * place. The search path holds extensions only, so a name without a schema finds nothing.
 *
 * Binding. The database shows a tenant's rows only in a transaction that was told whose it is (Binding). The telling is
 * transaction-local, so that commit, rollback and a pooler in transaction mode all forget it. A query that comes first
 * in its transaction carries the telling in the same round trip: "select set_config(...); <query>", first result
 * skipped. Everything else is preceded by its own round trip, once per transaction:
 *   - batches: the driver cannot batch a text of two statements;
 *   - generated keys: the driver appends RETURNING to the wrong one;
 *   - savepoints: ROLLBACK TO would undo a telling that came after the savepoint, so it must come before;
 *   - DML: it may turn out to be a batch after its parameters are set.
 * In auto-commit mode these run in a transaction of their own, since the setting would not outlive its statement.
 * "begun" tells whether the transaction holds anything that starting over would lose; only where it does not is a query
 * whose plan a migration made stale tried again. "bound" is set only after the server confirmed, and forgotten whenever the server may have: a forgotten binding costs
 * a round trip, a wrongly remembered one fails closed on the server (policy raises, role has no rights).
 *
 * Cleanness. Nothing above is session state. SQL that leaves session state behind, or that cannot be classified, and
 * whatever reaches for the driver's own objects, marks the connection; it is then evicted instead of lent again.
 *
 * Ways back. Statements, rows and metadata that were handed out answer this connection when asked where they come from,
 * so that code which looks for "the connection of these rows" stays inside. Two ways lead to the pool's connection:
 * unwrap, which marks, and Array.getResultSet, whose rows the driver makes. SQL sent there is neither renamed, bound nor
 * classified: in a transaction that is bound the server shows this tenant's rows, in any other it refuses.
 */
/** A connection that reaches one tenant's rows and no others. Not safe for concurrent use, like any connection. */
public final class TenantConnection extends ForwardingConnection {

    private static final Logger LOG = LoggerFactory.getLogger(TenantConnection.class);

    private final HikariDataSource pool;
    private final Tenant tenant;
    private final Binding binding;
    private final String bindingValue;
    private final SqlCache.OfSchema sql;
    private boolean autoCommit = true;
    private boolean bound;
    private boolean begun;
    private boolean evict;
    private boolean unwrapped;
    private boolean closed;
    private @Nullable Completions completions;

    /**
     * Wraps a pooled connection.
     *
     * @param pool where it came from
     * @param connection in auto-commit mode
     * @param tenant whose rows it reaches
     * @param binding what the database must be told
     * @param bindingValue role name or tenant id; empty where nothing is told
     * @param cache classified and rendered SQL
     */
    public TenantConnection(
            HikariDataSource pool,
            Connection connection,
            Tenant tenant,
            Binding binding,
            String bindingValue,
            SqlCache cache) {
        super(connection);
        this.pool = pool;
        this.tenant = tenant;
        this.binding = binding;
        this.bindingValue = bindingValue;
        this.sql = cache.of(tenant.placement().schema(), binding);
    }

    /**
     * Whose rows it reaches.
     *
     * @return the tenant at the time of opening
     */
    public Tenant tenant() {
        return tenant;
    }

    // --- statements -------------------------------------------------------------------------------------------------

    @Override
    public Statement createStatement() throws SQLException {
        requireOwnTenant();
        return new TenantStatement(this, connection.createStatement());
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency) throws SQLException {
        requireOwnTenant();
        return new TenantStatement(this, connection.createStatement(resultSetType, resultSetConcurrency));
    }

    @Override
    public Statement createStatement(int resultSetType, int resultSetConcurrency, int resultSetHoldability)
            throws SQLException {
        requireOwnTenant();
        return new TenantStatement(
                this, connection.createStatement(resultSetType, resultSetConcurrency, resultSetHoldability));
    }

    @Override
    public PreparedStatement prepareStatement(String text) throws SQLException {
        BoundSql bindable = admit(text);
        String carrying = carrying(bindable);
        return carrying != null
                ? new TenantPreparedStatement(this, connection.prepareStatement(carrying), bindable, true)
                : new TenantPreparedStatement(this, connection.prepareStatement(bindable.plain()), bindable, false);
    }

    @Override
    public PreparedStatement prepareStatement(String text, int resultSetType, int resultSetConcurrency)
            throws SQLException {
        BoundSql bindable = admit(text);
        String carrying = forwardReadOnly(resultSetType, resultSetConcurrency) ? carrying(bindable) : null;
        PreparedStatement prepared = connection.prepareStatement(
                carrying != null ? carrying : bindable.plain(), resultSetType, resultSetConcurrency);
        return new TenantPreparedStatement(this, prepared, bindable, carrying != null);
    }

    @Override
    public PreparedStatement prepareStatement(
            String text, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        BoundSql bindable = admit(text);
        String carrying = forwardReadOnly(resultSetType, resultSetConcurrency) ? carrying(bindable) : null;
        PreparedStatement prepared = connection.prepareStatement(
                carrying != null ? carrying : bindable.plain(),
                resultSetType,
                resultSetConcurrency,
                resultSetHoldability);
        return new TenantPreparedStatement(this, prepared, bindable, carrying != null);
    }

    @Override
    public PreparedStatement prepareStatement(String text, int autoGeneratedKeys) throws SQLException {
        if (autoGeneratedKeys == Statement.NO_GENERATED_KEYS) {
            return prepareStatement(text);
        }
        BoundSql bindable = admit(text);
        return new TenantPreparedStatement(
                this, connection.prepareStatement(bindable.plain(), autoGeneratedKeys), bindable, false);
    }

    @Override
    public PreparedStatement prepareStatement(String text, int[] columnIndexes) throws SQLException {
        BoundSql bindable = admit(text);
        return new TenantPreparedStatement(
                this, connection.prepareStatement(bindable.plain(), columnIndexes), bindable, false);
    }

    @Override
    public PreparedStatement prepareStatement(String text, String[] columnNames) throws SQLException {
        BoundSql bindable = admit(text);
        return new TenantPreparedStatement(
                this, connection.prepareStatement(bindable.plain(), columnNames), bindable, false);
    }

    @Override
    public CallableStatement prepareCall(String text) throws SQLException {
        BoundSql bindable = admit(text);
        return new TenantCallableStatement(this, connection.prepareCall(bindable.plain()), bindable);
    }

    @Override
    public CallableStatement prepareCall(String text, int resultSetType, int resultSetConcurrency) throws SQLException {
        BoundSql bindable = admit(text);
        return new TenantCallableStatement(
                this, connection.prepareCall(bindable.plain(), resultSetType, resultSetConcurrency), bindable);
    }

    @Override
    public CallableStatement prepareCall(
            String text, int resultSetType, int resultSetConcurrency, int resultSetHoldability) throws SQLException {
        BoundSql bindable = admit(text);
        return new TenantCallableStatement(
                this,
                connection.prepareCall(bindable.plain(), resultSetType, resultSetConcurrency, resultSetHoldability),
                bindable);
    }

    @Override
    public String nativeSQL(String text) throws SQLException {
        return connection.nativeSQL(admit(text).plain());
    }

    /** Classifies a text, refuses what would change whose rows are seen, and remembers what leaves state behind. */
    BoundSql admit(String text) {
        requireOwnTenant();
        BoundSql bindable = sql.bind(text);
        SqlStatement parsed = bindable.parsed();
        if (parsed.refusal().isPresent()) {
            throw new IsolationViolationException("A statement for tenant " + tenant + " was refused: "
                    + parsed.refusal().get()
                    + ". Whose rows are seen is decided by the tenant scope alone; open one with Tenancy.callAs(...).");
        }
        if (parsed.leavesSessionState()) {
            evict = true;
        }
        return bindable;
    }

    private @Nullable String carrying(BoundSql bindable) {
        return bound ? null : bindable.carrying();
    }

    private static boolean forwardReadOnly(int resultSetType, int resultSetConcurrency) {
        return resultSetType == ResultSet.TYPE_FORWARD_ONLY && resultSetConcurrency == ResultSet.CONCUR_READ_ONLY;
    }

    // --- binding ----------------------------------------------------------------------------------------------------

    /** Runs a statement that does not carry the binding itself. */
    <T> T run(Statement statement, SqlStatement.Kind kind, Execution<T> execution) throws SQLException {
        requireOpen();
        requireOwnTenant();
        if (autoCommit && kind == SqlStatement.Kind.TRANSACTION) {
            throw new SQLException(
                    "A transaction was begun or ended in SQL while the connection is in auto-commit mode."
                            + " Use setAutoCommit(false), commit() and rollback().",
                    "25001");
        }
        watchCompletions(kind);
        // SET TRANSACTION must come before the first query of its transaction, and the binding is a query.
        if (kind == SqlStatement.Kind.SESSION) {
            begun = !autoCommit;
            return execution.run();
        }
        if (binding == Binding.NONE) {
            return runUnbound(kind, execution);
        }
        if (autoCommit) {
            return runInOwnTransaction(statement, execution);
        }
        if (!bound) {
            bind();
        }
        begun = true;
        try {
            return execution.run();
        } catch (SQLException failure) {
            throw noticed(failure);
        } finally {
            if (mayEndTransaction(kind)) {
                bound = false;
            }
        }
    }

    private <T> T runUnbound(SqlStatement.Kind kind, Execution<T> execution) throws SQLException {
        boolean first = !begun && kind == SqlStatement.Kind.QUERY;
        begun = !autoCommit;
        return first ? runFirst(execution) : runLater(execution);
    }

    /** Runs a query whose first parameter carries the binding. */
    <T> T runCarrying(PreparedStatement prepared, Execution<T> execution) throws SQLException {
        requireOpen();
        requireOwnTenant();
        prepared.setString(1, bindingValue);
        boolean first = !begun;
        begun = !autoCommit;
        T result = first ? runFirst(execution) : runLater(execution);
        bound = !autoCommit;
        return result;
    }

    private <T> T runFirst(Execution<T> execution) throws SQLException {
        try {
            return execution.run();
        } catch (SQLException failure) {
            if (!isStalePlan(failure)) {
                throw failure;
            }
            return runAfterForgettingPlans(execution);
        }
    }

    private <T> T runLater(Execution<T> execution) throws SQLException {
        try {
            return execution.run();
        } catch (SQLException failure) {
            throw noticed(failure);
        }
    }

    // Starting over would silently lose what the transaction did before, and the plan stays stale in a transaction that
    // failed: the caller has to roll back, and the next one gets another connection.
    private SQLException noticed(SQLException failure) {
        if (isStalePlan(failure)) {
            evict = true;
        }
        return failure;
    }

    private static boolean isStalePlan(SQLException failure) {
        return StalePlans.STALE_PLAN.equals(failure.getSQLState());
    }

    // A migration made the server's plan stale. This is the first statement of its transaction, so nothing is lost by
    // starting over; the driver prepares anew once it sees DEALLOCATE ALL.
    private <T> T runAfterForgettingPlans(Execution<T> execution) throws SQLException {
        if (!autoCommit) {
            connection.rollback();
        }
        try (Statement forget = connection.createStatement()) {
            forget.execute("DEALLOCATE ALL");
        }
        if (!autoCommit) {
            connection.rollback();
        }
        return execution.run();
    }

    private void bind() throws SQLException {
        try (PreparedStatement bind = connection.prepareStatement(binding.bindSql())) {
            bind.setString(1, bindingValue);
            bind.execute();
        }
        bound = true;
    }

    // A cursor would not outlive the commit, so the rows are fetched whole, as the driver does in auto-commit mode.
    private <T> T runInOwnTransaction(Statement statement, Execution<T> execution) throws SQLException {
        int fetchSize = statement.getFetchSize();
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            statement.setFetchSize(0);
            bind();
            T result = runLater(execution);
            connection.commit();
            done = true;
            return result;
        } finally {
            bound = false;
            restoreAutoCommit(statement, fetchSize, done);
        }
    }

    private void restoreAutoCommit(Statement statement, int fetchSize, boolean done) throws SQLException {
        try {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
            if (!statement.isClosed()) {
                statement.setFetchSize(fetchSize);
            }
        } catch (SQLException broken) {
            evict = true;
            if (done) {
                throw broken;
            }
        }
    }

    private static boolean mayEndTransaction(SqlStatement.Kind kind) {
        return switch (kind) {
            case TRANSACTION, SAVEPOINT, MULTIPLE, CALL, OTHER, UNKNOWN -> true;
            case QUERY, DML, DDL, SESSION, EMPTY -> false;
        };
    }

    /** A driver call that may send SQL. */
    @FunctionalInterface
    interface Execution<T> {
        T run() throws SQLException;
    }

    // --- transactions -----------------------------------------------------------------------------------------------

    @Override
    public void setAutoCommit(boolean value) throws SQLException {
        if (value && completions != null) {
            // This commits.
            committing(completions, () -> connection.setAutoCommit(true));
        } else {
            connection.setAutoCommit(value);
        }
        if (autoCommit != value) {
            autoCommit = value;
            bound = false;
            begun = false;
        }
    }

    @Override
    public boolean getAutoCommit() {
        return autoCommit;
    }

    @Override
    public void commit() throws SQLException {
        Completions waiting = completions;
        if (waiting != null) {
            waiting.beforeCommit();
        }
        bound = false;
        begun = false;
        if (waiting == null) {
            connection.commit();
        } else {
            commitAndTell(waiting, connection::commit);
        }
    }

    @Override
    public void rollback() throws SQLException {
        bound = false;
        begun = false;
        try {
            connection.rollback();
        } finally {
            // Nobody asked the server to commit, so it did not, whatever became of the connection.
            tellRolledBack();
        }
    }

    @Override
    public void rollback(Savepoint savepoint) throws SQLException {
        // What came before the savepoint is still there: "begun" stays.
        bound = false;
        connection.rollback(savepoint);
        if (completions != null) {
            completions.rolledBackTo(savepoint);
        }
    }

    @Override
    public Savepoint setSavepoint() throws SQLException {
        bindBeforeSavepoint();
        return remembered(connection.setSavepoint());
    }

    @Override
    public Savepoint setSavepoint(String name) throws SQLException {
        bindBeforeSavepoint();
        return remembered(connection.setSavepoint(name));
    }

    @Override
    public void releaseSavepoint(Savepoint savepoint) throws SQLException {
        connection.releaseSavepoint(savepoint);
        if (completions != null) {
            completions.released(savepoint);
        }
    }

    private Savepoint remembered(Savepoint savepoint) {
        if (completions != null) {
            completions.savepoint(savepoint);
        }
        return savepoint;
    }

    private void bindBeforeSavepoint() throws SQLException {
        requireOpen();
        requireOwnTenant();
        begun = !autoCommit;
        if (binding != Binding.NONE && !autoCommit && !bound) {
            bind();
        }
    }

    // --- who waits for the end of the transaction --------------------------------------------------------------------

    /**
     * Tells somebody how the running transaction ends.
     *
     * @param completion hears of it
     * @throws IllegalStateException in auto-commit mode, where there is no transaction to wait for
     * @throws SQLException when the connection is closed
     */
    public void onCompletion(TransactionCompletion completion) throws SQLException {
        requireOpen();
        requireOwnTenant();
        if (autoCommit) {
            throw new IllegalStateException("Something was to follow the transaction of tenant " + tenant
                    + ", but its connection is in auto-commit mode. Begin a transaction first.");
        }
        if (completions == null) {
            completions = new Completions();
            if (unwrapped) {
                completions.doubt();
            }
        }
        completions.join(completion);
    }

    // Savepoints in SQL are not followed, but they end no transaction.
    private void watchCompletions(SqlStatement.Kind kind) throws SQLException {
        Completions waiting = completions;
        if (waiting == null || waiting.isEmpty()) {
            return;
        }
        switch (kind) {
            case TRANSACTION ->
                throw new SQLException(
                        "A transaction of tenant " + tenant + " was ended in SQL while reserved units wait for its end."
                                + " Use commit() and rollback() of the connection.",
                        "25001");
            case MULTIPLE, OTHER, UNKNOWN -> waiting.doubt();
            default -> {
                // Ends no transaction.
            }
        }
    }

    private void committing(Completions waiting, Ending ending) throws SQLException {
        waiting.beforeCommit();
        commitAndTell(waiting, ending);
    }

    private void commitAndTell(Completions waiting, Ending ending) throws SQLException {
        completions = null;
        boolean told = false;
        try {
            ending.run();
            told = true;
        } catch (SQLException failure) {
            told = true;
            waiting.commitFailed(failure, connection.isClosed());
            throw failure;
        } finally {
            if (!told) {
                waiting.commitFailed(new SQLException("The commit ended without an answer"), true);
            }
        }
        waiting.committed();
    }

    private void tellRolledBack() {
        Completions waiting = completions;
        completions = null;
        if (waiting != null) {
            waiting.rolledBack();
        }
    }

    /** A driver call that ends a transaction. */
    @FunctionalInterface
    private interface Ending {
        void run() throws SQLException;
    }

    // --- what would change whose rows are seen ----------------------------------------------------------------------

    @Override
    public void setSchema(String schema) {
        throw new IsolationViolationException(
                "setSchema('" + schema + "') was called on a connection of tenant " + tenant
                        + ". The tenant's placement decides the schema; name tables through the placeholder schema instead.");
    }

    @Override
    public String getSchema() {
        return tenant.placement().schema();
    }

    @Override
    public void setCatalog(String catalog) {
        throw new IsolationViolationException("setCatalog('" + catalog + "') was called on a connection of tenant "
                + tenant + ". The tenant's placement decides the database.");
    }

    @Override
    public Blob createBlob() throws SQLException {
        refuseLargeObject();
        return connection.createBlob();
    }

    @Override
    public Clob createClob() throws SQLException {
        refuseLargeObject();
        return connection.createClob();
    }

    @Override
    public NClob createNClob() throws SQLException {
        refuseLargeObject();
        return connection.createNClob();
    }

    void refuseLargeObject() {
        if (tenant.placement().isolation() != IsolationLevel.DATABASE) {
            throw new IsolationViolationException(
                    "A large object was asked for by tenant " + tenant + " on isolation level "
                            + tenant.placement().isolation()
                            + ". PostgreSQL keeps large objects per database, outside of schemas"
                            + " and row-level security. Use a bytea or text column"
                            + " (@JdbcTypeCode(SqlTypes.LONGVARBINARY) or LONGVARCHAR instead of @Lob).");
        }
    }

    // --- what leaves state behind -----------------------------------------------------------------------------------

    @Override
    public void setClientInfo(String name, String value) throws java.sql.SQLClientInfoException {
        evict = true;
        connection.setClientInfo(name, value);
    }

    @Override
    public void setClientInfo(Properties properties) throws java.sql.SQLClientInfoException {
        evict = true;
        connection.setClientInfo(properties);
    }

    @Override
    public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
        evict = true;
        connection.setTypeMap(map);
    }

    @Override
    public Array createArrayOf(String typeName, Object[] elements) throws SQLException {
        return connection.createArrayOf(typeName(typeName), elements);
    }

    @Override
    public Struct createStruct(String typeName, Object[] attributes) throws SQLException {
        return connection.createStruct(typeName(typeName), attributes);
    }

    // A type's name is no statement: it leaves nothing behind.
    private String typeName(String name) {
        requireOwnTenant();
        return sql.bind(name).plain();
    }

    @Override
    public DatabaseMetaData getMetaData() throws SQLException {
        return TenantMetaData.of(this, connection.getMetaData());
    }

    /** Rows lead back to a statement of this connection; any other answer stays as it is. */
    @Nullable Object own(@Nullable Statement statement, @Nullable Object answer) {
        return answer instanceof ResultSet rows ? new TenantResultSet(this, statement, rows) : answer;
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        if (type.isInstance(this)) {
            return type.cast(this);
        }
        requireOwnTenant();
        begun = !autoCommit;
        if (binding != Binding.NONE && !autoCommit && !bound) {
            bind();
        }
        evict = true;
        unwrapped = true;
        if (completions != null) {
            completions.doubt();
        }
        return connection.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return type.isInstance(this) || connection.isWrapperFor(type);
    }

    // --- the end ----------------------------------------------------------------------------------------------------

    @Override
    public boolean isClosed() throws SQLException {
        return closed || connection.isClosed();
    }

    @Override
    public void close() throws SQLException {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (evict && !connection.isClosed()) {
                evict();
            } else {
                connection.close();
            }
        } finally {
            // The pool rolls an open transaction back; without a connection the server does.
            tellRolledBack();
        }
    }

    // Eviction closes the connection for good. Closing it the usual way as well would make the pool reset auto-commit
    // mode and the like on what is no longer there.
    private void evict() {
        try {
            if (!autoCommit) {
                connection.rollback();
            }
        } catch (SQLException broken) {
            LOG.debug("The transaction of a connection that is about to be evicted could not be rolled back", broken);
        } finally {
            pool.evictConnection(connection);
        }
    }

    /** Marks the connection: it is evicted instead of lent again. */
    void evictAtClose() {
        evict = true;
    }

    void requireOpen() throws SQLException {
        if (closed) {
            throw new SQLNonTransientConnectionException(
                    "This connection of tenant " + tenant + " is closed.", "08003");
        }
    }

    private void requireOwnTenant() {
        if (Tenancy.isCurrent(tenant.id())) {
            return;
        }
        Tenant current = Tenancy.current().orElse(null);
        if (current == null) {
            throw new NoTenantException("A connection of tenant " + tenant + " was used on thread '"
                    + Thread.currentThread().getName() + "', where no tenant is bound."
                    + " Use it inside the tenant's scope; carry the scope to other threads with Tenancy.wrap(...).");
        }
        throw new TenantMismatchException("A connection of tenant " + tenant + " was used while tenant " + current
                + " is bound on thread '" + Thread.currentThread().getName()
                + "'. A session or transaction belongs to one tenant; open a new one inside the inner scope.");
    }
}
