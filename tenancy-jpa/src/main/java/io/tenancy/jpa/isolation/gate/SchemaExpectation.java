package io.tenancy.jpa.isolation.gate;

/**
 * What the schema of one tenant must look like.
 *
 * @param schema the tenant's schema
 * @param tenantRole the tenant's NOLOGIN role; with role binding it alone holds privileges there
 * @param ownerRole the login that owns schema and tables
 * @param runtimeRole the login that works there, as a member of {@code tenantRole} WITH INHERIT FALSE, SET TRUE
 * @param roleBinding whether {@code tenantRole} is bound in each transaction; without it the runtime login holds the
 *     privileges itself and nothing in the database separates schemas
 * @param acceptLargeObjects true to accept, without role binding, that large objects are common to all tenants
 */
public record SchemaExpectation(
        String schema,
        String tenantRole,
        String ownerRole,
        String runtimeRole,
        boolean roleBinding,
        boolean acceptLargeObjects) {

    /** Refuses blank names and one role in two parts. */
    public SchemaExpectation {
        Names.requireName("schema", schema);
        Names.requireDistinct("ownerRole", ownerRole, "runtimeRole", runtimeRole);
        Names.requireDistinct("tenantRole", tenantRole, "runtimeRole", runtimeRole);
        Names.requireDistinct("tenantRole", tenantRole, "ownerRole", ownerRole);
    }

    /**
     * The usual case: role binding on.
     *
     * @param schema the tenant's schema
     * @param tenantRole the tenant's NOLOGIN role
     * @param ownerRole the login that owns schema and tables
     * @param runtimeRole the login that works there
     * @return the expectation
     */
    public static SchemaExpectation bound(String schema, String tenantRole, String ownerRole, String runtimeRole) {
        return new SchemaExpectation(schema, tenantRole, ownerRole, runtimeRole, true, false);
    }
}
