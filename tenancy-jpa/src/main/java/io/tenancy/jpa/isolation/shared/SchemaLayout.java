package io.tenancy.jpa.isolation.shared;

import io.tenancy.jpa.isolation.IsolationNames;
import java.util.Objects;
import java.util.Set;

/**
 * One schema of the data plane and who works in it.
 *
 * @param schema the schema that holds the tables
 * @param extensionsSchema the schema that holds extensions and nothing else
 * @param grantee the role that reads and writes rows at run time: the runtime login on shared tables, the tenant's own
 *     role or login otherwise
 * @param globalTables tables of the schema that belong to all tenants together, as written in the catalog; they are
 *     read-only at run time
 */
public record SchemaLayout(String schema, String extensionsSchema, String grantee, Set<String> globalTables) {

    /** Where tables are listed as global, as messages say it: the property, and the setting in code. */
    public static final String GLOBAL_TABLES_SETTING =
            "tenancy.isolation.global-tables (in code: TenancyInstallation.Builder.globalTables)";

    /**
     * Validates the names.
     *
     * @throws IllegalArgumentException when a name is blank, or a table of the SDK is listed as global
     */
    public SchemaLayout {
        requireName(schema, "schema");
        requireName(extensionsSchema, "extensions schema");
        requireName(grantee, "grantee");
        globalTables = Set.copyOf(Objects.requireNonNull(globalTables, "globalTables"));
        for (String table : globalTables) {
            requireName(table, "global table");
            if (table.equals(IsolationNames.SCHEMA_HISTORY)
                    || table.equals(IsolationNames.DATA_HISTORY)
                    || table.equals(IsolationNames.OUTBOX)) {
                throw new IllegalArgumentException(
                        "The table '" + table + "' belongs to the SDK and cannot be listed as global. Remove it from "
                                + GLOBAL_TABLES_SETTING + ".");
            }
        }
    }

    /**
     * A layout with the usual extensions schema.
     *
     * @param schema the schema that holds the tables
     * @param grantee the role that reads and writes rows at run time
     * @param globalTables tables that belong to all tenants together
     * @return the layout
     */
    public static SchemaLayout of(String schema, String grantee, Set<String> globalTables) {
        return new SchemaLayout(schema, IsolationNames.EXTENSIONS_SCHEMA, grantee, globalTables);
    }

    private static void requireName(String name, String part) {
        if (name.isBlank()) {
            throw new IllegalArgumentException("A schema layout names its " + part + ", but it was blank");
        }
    }
}
