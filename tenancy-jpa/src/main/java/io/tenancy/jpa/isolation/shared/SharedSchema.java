package io.tenancy.jpa.isolation.shared;

import io.tenancy.jpa.isolation.shared.internal.PlanRunner;
import java.sql.Connection;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Gives the tables of plain migrations to many tenants at once: each row gets its tenant from the transaction's setting
 * {@value io.tenancy.jpa.isolation.IsolationNames#TENANT_SETTING}, and row-level security with FORCE lets a transaction
 * reach the rows of its own tenant only; without the setting it raises.
 *
 * <p>Primary keys stay as declared, beside UNIQUE (tenant_id, key). Other unique keys and btree indexes begin with the
 * tenant and keep their names. Foreign keys between tenants' tables include the tenant. Because a primary key is unique
 * over all tenants, a duplicate key reveals that an id exists somewhere; so keys that people choose are refused.
 *
 * <p>What a migration on such a schema has to know: a later version can refer to a primary key, but to another unique
 * key only in the version that declares it; and INSERT names its columns, because the tenant's column stands among them.
 *
 * <p>Immutable and thread-safe; the connection is used by the calling thread only.
 */
public final class SharedSchema implements SchemaFinishing {

    private final SchemaLayout layout;

    /**
     * Prepares the finishing of a schema.
     *
     * @param layout the schema and who works in it
     */
    public SharedSchema(SchemaLayout layout) {
        this.layout = Objects.requireNonNull(layout, "layout");
    }

    @Override
    public List<String> plan(Connection owner) {
        return PlanRunner.plan(owner, layout, true);
    }

    @Override
    public List<String> derive(Connection owner) {
        return PlanRunner.run(owner, layout, true);
    }

    /**
     * Lets the next structure migration check the rows of all tenants, as a new foreign key must: FORCE is lifted from
     * the mentioned tables and from those that foreign keys tie to them. {@link #derive} in the same transaction puts it
     * back; until then the locks of this transaction keep others out.
     *
     * @param owner a connection of the schema's owner with auto-commit off
     * @param mentioned words of the migration in lower case, table names among them
     * @return the statements that were executed
     * @throws IllegalStateException when the connection is in auto-commit mode
     */
    public List<String> lift(Connection owner, Set<String> mentioned) {
        return PlanRunner.lift(owner, layout, mentioned);
    }
}
