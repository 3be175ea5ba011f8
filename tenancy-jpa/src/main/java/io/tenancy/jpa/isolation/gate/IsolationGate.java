package io.tenancy.jpa.isolation.gate;

import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.gate.internal.CatalogReader;
import io.tenancy.jpa.isolation.gate.internal.CatalogScope;
import io.tenancy.jpa.isolation.gate.internal.DatabaseFaults;
import io.tenancy.jpa.isolation.gate.internal.GrantFaults;
import io.tenancy.jpa.isolation.gate.internal.LoginFaults;
import io.tenancy.jpa.isolation.gate.internal.ProgramFaults;
import io.tenancy.jpa.isolation.gate.internal.RoleFaults;
import io.tenancy.jpa.isolation.gate.internal.SharedTableFaults;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Asks a PostgreSQL database (16 or later) whether it keeps tenants apart by itself, whatever the application sends.
 *
 * <p>The gate only reads the catalog, which every login may, and changes nothing. Run it after the migrations of a
 * start, after each later migration and on a schedule: {@link #checkLogins} once per database, {@link #checkShared} for
 * the schema of shared tables, {@link #checkSchemas} for all tenants with their own schema in that database, and
 * {@link #checkDatabase} for each tenant's own database. Then pass everything found to {@link #require}. One fault may be
 * found by two of these checks, from two sides.
 *
 * <p>A connection in auto-commit mode is read in one snapshot; inside a transaction of the caller its uncommitted
 * changes are seen too. The faults of a check come in the order in which their remedies can be run.
 *
 * <p>Instances hold no state and may be used by many threads, each with its own connection.
 */
public final class IsolationGate {

    /** Creates a gate. */
    public IsolationGate() {}

    /**
     * Checks the schema of tenants on shared tables: row-level security, policies, tenant columns, keys, grants, views,
     * functions, rules, large objects and owners.
     *
     * @param connection a connection to the database of the schema, of any login
     * @param expected what the schema must look like
     * @return the faults, empty if there is none
     * @throws SQLException if the catalog could not be read, which proves nothing: treat it like a fault
     */
    public List<Fault> checkShared(Connection connection, SharedExpectation expected) throws SQLException {
        CatalogScope scope = new CatalogScope(
                expected.runtimeRole(),
                expected.ownerRole(),
                true,
                expected.globalTables(),
                List.of(new CatalogScope.Target(expected.schema(), expected.runtimeRole())));
        Set<Fault> faults = new LinkedHashSet<>();
        try (CatalogReader catalog = CatalogReader.open(connection)) {
            faults.addAll(catalog.faults(
                    RoleFaults.MISSING_SCHEMAS, List.of(List.of(expected.schema()), List.of(expected.ownerRole()))));
            for (String query : SharedTableFaults.queries(expected.acceptLargeObjects())) {
                faults.addAll(catalog.faults(query, scope));
            }
            checkObjects(catalog, scope, faults);
            if (!expected.acceptLargeObjects()) {
                faults.addAll(catalog.faults(GrantFaults.largeObjects(), scope));
            }
        }
        return List.copyOf(faults);
    }

    /**
     * Checks the schema of one tenant. For more than one use {@link #checkSchemas}.
     *
     * @param connection a connection to the database of the schema, of any login
     * @param expected what the schema must look like
     * @return the faults, empty if there is none
     * @throws SQLException if the catalog could not be read, which proves nothing: treat it like a fault
     */
    public List<Fault> checkSchema(Connection connection, SchemaExpectation expected) throws SQLException {
        return checkSchemas(connection, List.of(expected));
    }

    /**
     * Checks the schemas of many tenants together: their roles, grants, owners, views, functions and keys across
     * schemas. The number of queries does not depend on the number of schemas.
     *
     * @param connection a connection to the database of the schemas, of any login
     * @param expected what the schemas must look like, each schema once
     * @return the faults, empty if there is none
     * @throws SQLException if the catalog could not be read, which proves nothing: treat it like a fault
     */
    public List<Fault> checkSchemas(Connection connection, Collection<SchemaExpectation> expected) throws SQLException {
        Map<Logins, List<SchemaExpectation>> groups = new LinkedHashMap<>();
        for (SchemaExpectation schema : expected) {
            groups.computeIfAbsent(Logins.of(schema), logins -> new ArrayList<>())
                    .add(schema);
        }
        Set<Fault> faults = new LinkedHashSet<>();
        try (CatalogReader catalog = CatalogReader.open(connection)) {
            for (Map.Entry<Logins, List<SchemaExpectation>> group : groups.entrySet()) {
                checkGroup(catalog, group.getKey(), group.getValue(), faults);
            }
        }
        return List.copyOf(faults);
    }

    /**
     * Checks the database of one tenant: who may connect, what its login is, owns and may do there and elsewhere.
     *
     * @param connection a connection to that database, of any login
     * @param expected what the database must look like
     * @return the faults, empty if there is none
     * @throws SQLException if the catalog could not be read, which proves nothing: treat it like a fault
     */
    public List<Fault> checkDatabase(Connection connection, DatabaseExpectation expected) throws SQLException {
        CatalogScope scope = new CatalogScope(
                expected.login(),
                expected.ownerRole(),
                false,
                Set.of(),
                List.of(new CatalogScope.Target(expected.schema(), expected.login())));
        Set<Fault> faults = new LinkedHashSet<>();
        try (CatalogReader catalog = CatalogReader.open(connection)) {
            faults.addAll(catalog.faults(
                    DatabaseFaults.QUERY,
                    List.of(
                            List.of(expected.database()),
                            List.of(expected.login()),
                            List.of(expected.ownerRole()),
                            List.copyOf(expected.acceptedRoles()))));
            faults.addAll(catalog.faults(
                    RoleFaults.MISSING_SCHEMAS, List.of(List.of(expected.schema()), List.of(expected.ownerRole()))));
            for (String query : LoginFaults.ofOneDatabase()) {
                faults.addAll(catalog.faults(query, scope));
            }
            for (String query : GrantFaults.queries()) {
                faults.addAll(catalog.faults(query, scope));
            }
            faults.addAll(catalog.faults(
                    RoleFaults.HELD_ELSEWHERE,
                    List.of(List.of(expected.schema()), List.of(expected.login()), List.of(expected.schema()))));
            faults.addAll(catalog.faults(
                    RoleFaults.SETTINGS,
                    List.of(List.of(expected.login()), List.of(IsolationNames.EXTENSIONS_SCHEMA, expected.schema()))));
        }
        return List.copyOf(faults);
    }

    /**
     * Checks what the runtime login is and could do in the database of a connection: attributes, roles it can become,
     * ownership, creation of objects, the control plane, functions that act as others, and settings that were made for
     * it in advance.
     *
     * @param asRuntime a connection that logged in as the runtime login, as it comes from the driver
     * @param expected what the login must be
     * @return the faults, empty if there is none
     * @throws SQLException if the catalog could not be read, which proves nothing: treat it like a fault
     */
    public List<Fault> checkLogins(Connection asRuntime, LoginExpectation expected) throws SQLException {
        CatalogScope scope = CatalogScope.ofRoles(expected.runtimeRole(), expected.ownerRole());
        Set<Fault> faults = new LinkedHashSet<>();
        try (CatalogReader catalog = CatalogReader.open(asRuntime)) {
            for (String query : LoginFaults.queries(expected.acceptTemporaryTables())) {
                faults.addAll(catalog.faults(query, scope));
            }
            faults.addAll(catalog.faults(
                    RoleFaults.SETTINGS,
                    List.of(List.of(expected.runtimeRole()), List.of(IsolationNames.EXTENSIONS_SCHEMA))));
        }
        return List.copyOf(faults);
    }

    /**
     * Refuses to go on if anything was found.
     *
     * @param faults what the checks returned; equal ones are named once
     * @throws IsolationGateException if there is a fault
     */
    public void require(List<Fault> faults) {
        if (!faults.isEmpty()) {
            throw new IsolationGateException(List.copyOf(new LinkedHashSet<>(faults)));
        }
    }

    private static void checkGroup(
            CatalogReader catalog, Logins logins, List<SchemaExpectation> expected, Set<Fault> faults)
            throws SQLException {
        List<String> schemas = expected.stream().map(SchemaExpectation::schema).toList();
        List<String> tenantRoles =
                expected.stream().map(SchemaExpectation::tenantRole).toList();
        List<String> owners =
                expected.stream().map(SchemaExpectation::ownerRole).toList();
        List<String> runtimes =
                expected.stream().map(SchemaExpectation::runtimeRole).toList();
        CatalogScope scope = new CatalogScope(
                logins.runtimeRole(),
                logins.ownerRole(),
                false,
                Set.of(),
                expected.stream()
                        .map(schema -> new CatalogScope.Target(
                                schema.schema(), logins.roleBinding() ? schema.tenantRole() : logins.runtimeRole()))
                        .toList());
        faults.addAll(catalog.faults(RoleFaults.MISSING_SCHEMAS, List.of(schemas, owners)));
        if (logins.roleBinding()) {
            faults.addAll(catalog.faults(RoleFaults.TENANT_ROLES, List.of(schemas, tenantRoles, owners, runtimes)));
            faults.addAll(catalog.faults(RoleFaults.HELD_ELSEWHERE, List.of(schemas, tenantRoles, schemas)));
        }
        checkObjects(catalog, scope, faults);
        if (!logins.roleBinding() && !logins.acceptLargeObjects()) {
            faults.addAll(catalog.faults(GrantFaults.largeObjects(), scope));
        }
    }

    private static void checkObjects(CatalogReader catalog, CatalogScope scope, Set<Fault> faults) throws SQLException {
        for (String query : GrantFaults.queries()) {
            faults.addAll(catalog.faults(query, scope));
        }
        for (String query : ProgramFaults.queries(scope.shared())) {
            faults.addAll(catalog.faults(query, scope));
        }
    }

    /** What schemas must have in common to go through the queries together. */
    private record Logins(String runtimeRole, String ownerRole, boolean roleBinding, boolean acceptLargeObjects) {

        static Logins of(SchemaExpectation schema) {
            return new Logins(
                    schema.runtimeRole(), schema.ownerRole(), schema.roleBinding(), schema.acceptLargeObjects());
        }
    }
}
