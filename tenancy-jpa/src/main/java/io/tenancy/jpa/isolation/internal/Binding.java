package io.tenancy.jpa.isolation.internal;

import io.tenancy.jpa.isolation.IsolationNames;

/** What the database must be told in each transaction before it shows a tenant's rows. */
public enum Binding {
    /** Nothing: the login reaches one tenant only, or the names in the SQL do. */
    NONE(""),
    /** The tenant's role, for schemas that only it may enter. */
    ROLE("role"),
    /** The tenant's id, for row-level security. */
    SETTING(IsolationNames.TENANT_SETTING);

    private final String bindSql;

    Binding(String setting) {
        this.bindSql = "select set_config('" + setting + "', ?, true)";
    }

    /** Sets it until the end of the transaction; one parameter. */
    String bindSql() {
        return bindSql;
    }
}
