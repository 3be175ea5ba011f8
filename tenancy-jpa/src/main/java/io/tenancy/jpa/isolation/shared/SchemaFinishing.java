package io.tenancy.jpa.isolation.shared;

import io.tenancy.IsolationLevel;
import java.sql.Connection;
import java.util.List;

/**
 * Makes a schema safe for tenants after a structure migration, from the catalog alone. It compares what is there with
 * what isolation needs and changes the difference, so running it again changes nothing.
 */
public sealed interface SchemaFinishing permits SharedSchema, OwnedSchema {

    /**
     * The finishing of a level.
     *
     * @param level the isolation level of the schema
     * @param layout the schema and who works in it
     * @return {@link SharedSchema} or {@link OwnedSchema}
     */
    static SchemaFinishing of(IsolationLevel level, SchemaLayout layout) {
        return level == IsolationLevel.SHARED ? new SharedSchema(layout) : new OwnedSchema(layout);
    }

    /**
     * What {@link #derive} would execute now, without executing it. Nothing is changed.
     *
     * @param owner a connection of the schema's owner, in a transaction or not
     * @return the statements in their order; empty when the schema is finished
     * @throws UnsupportedSchemaException when the schema cannot be made safe; it names every fault
     * @throws io.tenancy.TenancyException when the catalog cannot be read
     */
    List<String> plan(Connection owner);

    /**
     * Changes the schema, in the transaction of the connection, which the caller commits or rolls back.
     *
     * @param owner a connection of the schema's owner with auto-commit off
     * @return the statements that were executed, in their order; empty when the schema was finished already
     * @throws IllegalStateException when the connection is in auto-commit mode
     * @throws UnsupportedSchemaException when the schema cannot be made safe; it names every fault
     * @throws io.tenancy.TenancyException when a statement fails; it names the statement
     */
    List<String> derive(Connection owner);
}
