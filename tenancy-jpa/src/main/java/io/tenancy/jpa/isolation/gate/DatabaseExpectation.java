package io.tenancy.jpa.isolation.gate;

import io.tenancy.jpa.isolation.IsolationNames;
import java.util.Set;

/**
 * What the database of one tenant must look like.
 *
 * @param database the tenant's database, to which the checked connection must go
 * @param schema the schema that holds its rows; usually {@link IsolationNames#DATABASE_SCHEMA}
 * @param login the tenant's own login, which owns nothing
 * @param ownerRole the login that owns database and tables
 * @param acceptedRoles further roles that may connect, for example one for backups
 */
public record DatabaseExpectation(
        String database, String schema, String login, String ownerRole, Set<String> acceptedRoles) {

    /** Copies the set and refuses blank names. */
    public DatabaseExpectation {
        Names.requireName("database", database);
        Names.requireName("schema", schema);
        Names.requireDistinct("login", login, "ownerRole", ownerRole);
        acceptedRoles = Set.copyOf(acceptedRoles);
        acceptedRoles.forEach(name -> Names.requireName("acceptedRoles", name));
    }

    /**
     * The usual case: the SDK's schema, nobody else connects.
     *
     * @param database the tenant's database
     * @param login the tenant's own login
     * @param ownerRole the login that owns database and tables
     * @return the expectation
     */
    public static DatabaseExpectation of(String database, String login, String ownerRole) {
        return new DatabaseExpectation(database, IsolationNames.DATABASE_SCHEMA, login, ownerRole, Set.of());
    }
}
