package io.tenancy.jpa.isolation.gate;

/**
 * What the runtime login may be and do in the database of a connection.
 *
 * @param runtimeRole the login that the application works with
 * @param ownerRole the login that owns schemas and tables
 * @param acceptTemporaryTables whether the login may create temporary tables. PostgreSQL lets every role by default; it
 *     is sound as long as connections that created one are evicted from their pool, which the SDK's are
 */
public record LoginExpectation(String runtimeRole, String ownerRole, boolean acceptTemporaryTables) {

    /** Refuses blank names and one login for both parts. */
    public LoginExpectation {
        Names.requireDistinct("ownerRole", ownerRole, "runtimeRole", runtimeRole);
    }

    /**
     * The usual case: temporary tables accepted.
     *
     * @param runtimeRole the login that the application works with
     * @param ownerRole the login that owns schemas and tables
     * @return the expectation
     */
    public static LoginExpectation of(String runtimeRole, String ownerRole) {
        return new LoginExpectation(runtimeRole, ownerRole, true);
    }
}
