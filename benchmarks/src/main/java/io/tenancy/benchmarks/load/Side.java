package io.tenancy.benchmarks.load;

import java.sql.SQLException;

/** One of the sides that take turns. Used by many threads. */
interface Side extends AutoCloseable {

    /** Runs one transaction for the tenant of that number; the result depends on what was read. */
    long transact(int tenant, Draw draw) throws SQLException;

    /** Closes its pools and factories. */
    @Override
    void close();
}
