package io.tenancy.jpa.isolation.internal;

import java.sql.SQLException;

/** Hears how a tenant's transaction ends. Called on the thread that ends it; exactly one of the last three is called. */
public interface TransactionCompletion {

    /**
     * The transaction is about to be committed.
     *
     * @throws SQLException when it must not be; it stays open, to be rolled back
     */
    void beforeCommit() throws SQLException;

    /** The transaction was committed. Must not throw. */
    void committed();

    /** The transaction, or its part since a savepoint, was rolled back. Must not throw. */
    void rolledBack();

    /** The transaction was committed or rolled back, and nobody here knows which. Must not throw. */
    void unknown();
}
