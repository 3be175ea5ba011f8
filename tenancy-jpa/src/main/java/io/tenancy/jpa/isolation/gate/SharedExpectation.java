package io.tenancy.jpa.isolation.gate;

import io.tenancy.jpa.isolation.IsolationNames;
import java.util.Set;

/**
 * What the schema of tenants on shared tables must look like.
 *
 * @param schema the schema; usually {@link IsolationNames#SHARED_SCHEMA}
 * @param globalTables unqualified names of tables (or materialized views) there that belong to no tenant and that the
 *     runtime login may only read; their partitions count as global too
 * @param ownerRole the login that owns schema and tables
 * @param runtimeRole the login that works there and owns nothing
 * @param acceptLargeObjects true to accept {@code oid} columns and callable large object functions although large
 *     objects know no tenant
 */
public record SharedExpectation(
        String schema, Set<String> globalTables, String ownerRole, String runtimeRole, boolean acceptLargeObjects) {

    /** Copies the set and refuses blank names. */
    public SharedExpectation {
        Names.requireName("schema", schema);
        Names.requireName("ownerRole", ownerRole);
        Names.requireDistinct("ownerRole", ownerRole, "runtimeRole", runtimeRole);
        globalTables = Set.copyOf(globalTables);
        globalTables.forEach(name -> Names.requireName("globalTables", name));
    }

    /**
     * The usual case: the SDK's schema, large objects not accepted.
     *
     * @param globalTables unqualified names of the tables that belong to no tenant
     * @param ownerRole the login that owns schema and tables
     * @param runtimeRole the login that works there
     * @return the expectation
     */
    public static SharedExpectation of(Set<String> globalTables, String ownerRole, String runtimeRole) {
        return new SharedExpectation(IsolationNames.SHARED_SCHEMA, globalTables, ownerRole, runtimeRole, false);
    }
}
