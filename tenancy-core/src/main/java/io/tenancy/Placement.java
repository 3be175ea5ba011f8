package io.tenancy;

import java.util.Objects;

/**
 * Where a tenant's rows live. A placement is never edited: a move makes a new one with a higher generation, so that
 * whatever was cached under the old one is unreachable.
 *
 * @param server name of a configured database server
 * @param database name of the database on that server
 * @param schema name of the schema in that database
 * @param isolation how the rows are kept apart there
 * @param generation counts the placements of this tenant, from 1; also raised by a restore in place
 */
public record Placement(String server, String database, String schema, IsolationLevel isolation, int generation) {

    /** The server that exists in every installation: the one that also holds the control database. */
    public static final String PRIMARY_SERVER = "primary";

    /**
     * Validates the parts.
     *
     * @throws IllegalArgumentException when a name is blank or the generation is below 1
     */
    public Placement {
        requireName(server, "server");
        requireName(database, "database");
        requireName(schema, "schema");
        Objects.requireNonNull(isolation, "isolation");
        if (generation < 1) {
            throw new IllegalArgumentException("A placement's generation counts from 1, but was " + generation);
        }
    }

    private static void requireName(String name, String part) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A placement names a " + part + ", but it was blank");
        }
    }
}
