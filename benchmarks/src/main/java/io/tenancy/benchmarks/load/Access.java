package io.tenancy.benchmarks.load;

/** How a transaction reaches the database. */
public enum Access {
    /** Prepared statements on a connection. */
    JDBC("plain JDBC"),
    /** Entities and HQL in a session. */
    HIBERNATE("Hibernate");

    private final String label;

    Access(String label) {
        this.label = label;
    }

    @Override
    public String toString() {
        return label;
    }
}
