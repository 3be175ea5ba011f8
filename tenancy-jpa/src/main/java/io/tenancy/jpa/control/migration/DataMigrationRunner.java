package io.tenancy.jpa.control.migration;

import io.tenancy.TenantId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;

/** Knows the tenants of a schema and runs work bound to one of them. */
public interface DataMigrationRunner {

    /**
     * The tenants whose rows live in the schema now. Asked again before each data script.
     *
     * @param target the schema
     * @return their ids, in the order in which they are to be migrated
     */
    List<TenantId> tenants(SchemaTarget target);

    /**
     * Runs work in one transaction of the owner login that is bound to the tenant: the tenant's setting and the search
     * path (schema, extensions) hold for that transaction. Commits when the work returns, rolls back when it throws.
     *
     * @param target the schema
     * @param tenant whose rows
     * @param work the work
     * @throws SQLException when the work or the transaction fails
     */
    void inTransaction(SchemaTarget target, TenantId tenant, Work work) throws SQLException;

    /**
     * Runs data scripts through the target's own data source.
     *
     * @param tenants gives the tenants of a schema
     * @return the runner
     */
    static DataMigrationRunner asOwner(Function<SchemaTarget, List<TenantId>> tenants) {
        return new OwnerRunner(tenants);
    }

    /** Work on a bound connection. */
    @FunctionalInterface
    interface Work {
        /**
         * Does the work.
         *
         * @param connection the bound connection, auto-commit off; neither committed nor closed by the work
         * @throws SQLException when a statement fails
         */
        void run(Connection connection) throws SQLException;
    }
}
