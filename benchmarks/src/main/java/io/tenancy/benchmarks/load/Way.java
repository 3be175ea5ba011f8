package io.tenancy.benchmarks.load;

/** A way to reach tenants' rows. */
public enum Way {
    /** Hard-coded names or an explicit tenant condition, and nothing between the caller and the pool. */
    BASELINE("baseline", 1.00),
    /** Level DATABASE of the SDK. */
    DATABASE("`DATABASE`", 1.05),
    /** Level SCHEMA of the SDK, without a role per tenant. */
    SCHEMA("`SCHEMA` without role", 1.05),
    /** Level SCHEMA of the SDK, with a role per tenant: the default. */
    SCHEMA_WITH_ROLE("`SCHEMA` with role", 1.20),
    /** Level SHARED of the SDK. */
    SHARED("`SHARED`", 1.20),
    /** The usual way in plain JDBC. */
    SEARCH_PATH("usual way: `SET search_path`, reset at return", Double.NaN),
    /** The usual way in Hibernate. */
    SCHEMA_MAPPER("usual way: Hibernate's `TenantSchemaMapper`", Double.NaN);

    private final String label;
    private final double target;

    Way(String label, double target) {
        this.label = label;
        this.target = target;
    }

    /**
     * The highest ratio to the baseline that is aimed at.
     *
     * @return the ratio, or NaN where nothing is aimed at
     */
    public double target() {
        return target;
    }

    @Override
    public String toString() {
        return label;
    }
}
