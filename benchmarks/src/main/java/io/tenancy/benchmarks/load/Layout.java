package io.tenancy.benchmarks.load;

/** How tenants' rows are laid out; each has one baseline, to which one or more ways of reaching them are compared. */
public enum Layout {
    /** A database per tenant. */
    DATABASES,
    /** A schema per tenant in one database. */
    SCHEMAS,
    /** Shared tables with a tenant column. */
    SHARED_TABLES
}
