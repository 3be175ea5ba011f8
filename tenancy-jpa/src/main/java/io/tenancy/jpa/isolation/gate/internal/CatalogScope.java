package io.tenancy.jpa.isolation.gate.internal;

import java.util.List;
import java.util.Set;

/**
 * What one run of the queries looks at. All schemas of a scope go through each query together, so that thousands of
 * schemas cost as many round trips as one.
 *
 * @param runtimeRole the login whose reach is examined
 * @param ownerRole the login that ought to own everything
 * @param shared whether the schemas hold rows of many tenants behind row-level security
 * @param globalTables names of tables that belong to no tenant
 * @param targets the schemas, each with the one role that may hold privileges there
 */
public record CatalogScope(
        String runtimeRole, String ownerRole, boolean shared, Set<String> globalTables, List<Target> targets) {

    /** Copies the collections. */
    public CatalogScope {
        globalTables = Set.copyOf(globalTables);
        targets = List.copyOf(targets);
    }

    /**
     * A scope without schemas, for questions about roles and the database.
     *
     * @param runtimeRole the login whose reach is examined
     * @param ownerRole the login that ought to own everything
     * @return the scope
     */
    public static CatalogScope ofRoles(String runtimeRole, String ownerRole) {
        return new CatalogScope(runtimeRole, ownerRole, false, Set.of(), List.of());
    }

    /**
     * One schema.
     *
     * @param schema its name
     * @param holder the one role that may hold privileges there
     */
    public record Target(String schema, String holder) {}
}
