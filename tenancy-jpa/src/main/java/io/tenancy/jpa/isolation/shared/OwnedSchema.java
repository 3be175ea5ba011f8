package io.tenancy.jpa.isolation.shared;

import io.tenancy.jpa.isolation.shared.internal.PlanRunner;
import java.sql.Connection;
import java.util.List;
import java.util.Objects;

/**
 * Finishes a schema that belongs to one tenant: a schema of its own, or the schema in a database of its own. The tables
 * stay as the migrations made them. The tenant's role gets the rights to work with rows and none beyond, PUBLIC gets
 * none, extensions move to their own schema, functions find their tables by a fixed search path, and views run with
 * their caller's rights.
 *
 * <p>Immutable and thread-safe; the connection is used by the calling thread only.
 */
public final class OwnedSchema implements SchemaFinishing {

    private final SchemaLayout layout;

    /**
     * Prepares the finishing of a schema.
     *
     * @param layout the schema and who works in it
     */
    public OwnedSchema(SchemaLayout layout) {
        this.layout = Objects.requireNonNull(layout, "layout");
    }

    @Override
    public List<String> plan(Connection owner) {
        return PlanRunner.plan(owner, layout, false);
    }

    @Override
    public List<String> derive(Connection owner) {
        return PlanRunner.run(owner, layout, false);
    }
}
