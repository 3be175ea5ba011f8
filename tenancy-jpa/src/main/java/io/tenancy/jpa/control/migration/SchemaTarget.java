package io.tenancy.jpa.control.migration;

import io.tenancy.IsolationLevel;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import java.util.Objects;
import java.util.Set;
import javax.sql.DataSource;

/**
 * One schema to migrate.
 *
 * @param owner gives connections of the login that owns the schema
 * @param schema the schema; it exists
 * @param level how tenants are kept apart in it
 * @param grantee the role that works with its rows: the runtime login on shared tables, else the tenant's role or login
 * @param globalTables tables that belong to all tenants together, read-only at run time
 */
public record SchemaTarget(
        DataSource owner, String schema, IsolationLevel level, String grantee, Set<String> globalTables) {

    /** Refuses null and blank names. */
    public SchemaTarget {
        Objects.requireNonNull(owner, "owner");
        Objects.requireNonNull(level, "level");
        globalTables = SchemaLayout.of(schema, grantee, globalTables).globalTables();
    }

    /**
     * The schema and who works in it.
     *
     * @return the layout, with the usual extensions schema
     */
    public SchemaLayout layout() {
        return SchemaLayout.of(schema, grantee, globalTables);
    }
}
