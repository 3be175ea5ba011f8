package io.tenancy;

/** How a tenant's rows are kept apart from all others. Levels may be mixed freely in one application. */
public enum IsolationLevel {
    /** Shared tables; the database's row-level security keeps rows apart. */
    SHARED,
    /** A schema of its own, reached through a database role of its own. */
    SCHEMA,
    /** A database of its own, reached through a login of its own. */
    DATABASE
}
