package io.tenancy.benchmarks.load;

/** A way to reach tenants' rows. */
public enum Way {
    /** Hard-coded names or an explicit tenant condition, and nothing between the caller and the pool. */
    BASELINE("baseline", 1.00, ""),
    /** Level DATABASE of the SDK. */
    DATABASE("`DATABASE`", 1.05, "a wrapper around connection and statements; one look-up per statement"),
    /** Level SCHEMA of the SDK, without a role per tenant. */
    SCHEMA("`SCHEMA` without role", 1.05, "the same as `DATABASE`; the names are qualified, so plans are kept"),
    /** Level SCHEMA of the SDK, with a role per tenant: the default. */
    SCHEMA_WITH_ROLE(
            "`SCHEMA` with role",
            1.20,
            "besides, one `set_config` in the round trip of the first query, and plans made anew for another role"),
    /** Level SHARED of the SDK. */
    SHARED("`SHARED`", 1.20, "besides, one `set_config` in the round trip of the first query, and the policy"),
    /** The usual way in plain JDBC. */
    SEARCH_PATH(
            "usual way: `SET search_path`, reset at return",
            Double.NaN,
            "two round trips more, and the driver drops its prepared statements at each"),
    /** The usual way in Hibernate. */
    SCHEMA_MAPPER(
            "usual way: Hibernate's `TenantSchemaMapper`",
            Double.NaN,
            "round trips to read, set and restore the schema, and the driver drops its prepared statements at each");

    private final String label;
    private final double target;
    private final String pays;

    Way(String label, double target, String pays) {
        this.label = label;
        this.target = target;
        this.pays = pays;
    }

    /**
     * What it does beyond the baseline.
     *
     * @return part of a sentence
     */
    public String pays() {
        return pays;
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
