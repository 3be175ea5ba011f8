package io.tenancy.jpa.isolation.shared.internal;

import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.shared.SchemaFault;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Column;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Constraint;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Extension;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Policy;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Routine;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Finds what cannot be made safe. Collects everything, so that one run shows all there is to change. */
public final class Faults {

    private final Catalog catalog;
    private final SchemaLayout layout;
    private final List<SchemaFault> found = new ArrayList<>();

    private Faults(Catalog catalog, SchemaLayout layout) {
        this.catalog = catalog;
        this.layout = layout;
    }

    /**
     * What no level can keep apart.
     *
     * @param catalog the schema
     * @param layout its layout
     * @return the faults, possibly none
     */
    public static List<SchemaFault> anyLevel(Catalog catalog, SchemaLayout layout) {
        Faults faults = new Faults(catalog, layout);
        faults.largeObjects();
        faults.securityDefiners();
        faults.extensions();
        return faults.found;
    }

    /**
     * What shared tables cannot keep apart.
     *
     * @param catalog the schema
     * @param layout its layout
     * @return the faults, possibly none
     */
    public static List<SchemaFault> shared(Catalog catalog, SchemaLayout layout) {
        Faults faults = new Faults(catalog, layout);
        faults.kindsOfTables();
        faults.tenantColumns();
        faults.naturalKeys();
        faults.exclusions();
        faults.foreignKeys();
        faults.policies();
        faults.found.addAll(anyLevel(catalog, layout));
        return faults.found;
    }

    private void largeObjects() {
        for (Table table : catalog.tables()) {
            if (!table.storesRows()) {
                continue;
            }
            for (Column column : table.columns()) {
                if (Catalog.LARGE_OBJECT_TYPES.contains(column.type())) {
                    fault(
                            "column " + table.sql() + "." + column.sql(),
                            "its type " + column.typeName() + " refers to large objects, which belong to the whole"
                                    + " database and not to a tenant",
                            "Use bytea or text (in JPA: no @Lob on byte[] or String, or a length)");
                }
            }
        }
    }

    private void securityDefiners() {
        for (Routine routine : catalog.routines()) {
            if (routine.securityDefiner()) {
                fault(
                        "function " + routine.sql(),
                        "SECURITY DEFINER makes it run with the owner's rights, past the walls between tenants",
                        "Declare it SECURITY INVOKER, which is the default");
            }
        }
    }

    private void extensions() {
        for (Extension extension : catalog.extensions()) {
            if (!extension.relocatable()) {
                fault(
                        "extension " + extension.sql(),
                        "it was created in this schema, and the owner login cannot move it to "
                                + layout.extensionsSchema() + " (a trusted extension belongs to a superuser)",
                        "Write CREATE EXTENSION IF NOT EXISTS " + extension.sql() + " SCHEMA "
                                + layout.extensionsSchema());
            }
        }
    }

    private void kindsOfTables() {
        for (Table table : catalog.tables()) {
            if (table.kind() == 'm') {
                fault(
                        "materialized view " + table.sql(),
                        "row-level security does not reach its stored rows, so every tenant would read all of them",
                        "Use a view, or a table filled by a data migration or by the application");
            }
            if (table.kind() == 'f') {
                fault(
                        "foreign table " + table.sql(),
                        "row-level security does not reach its rows",
                        "Use a table of this schema");
            }
            if (table.inherits()) {
                fault(
                        "table " + table.sql(),
                        "it inherits from another table, whose keys and indexes do not cover its rows",
                        "Use PARTITION OF, or a table of its own");
            }
            if (table.hasRules()) {
                fault(
                        "table " + table.sql(),
                        "a rule rewrites statements on it, with the rights of the rule's owner",
                        "Use a trigger instead of CREATE RULE");
            }
        }
    }

    private void tenantColumns() {
        for (Table table : catalog.tables()) {
            if (!table.storesRows() || table.tenantColumn().isEmpty()) {
                continue;
            }
            Column column = table.tenantColumn().get();
            if (Catalog.isGlobal(table, layout)) {
                fault(
                        "table " + table.sql(),
                        "it is listed as global but has the column " + IsolationNames.TENANT_COLUMN,
                        "Remove it from " + SchemaLayout.GLOBAL_TABLES_SETTING + ", or rename the column");
            } else if (!column.isOurs()) {
                fault(
                        "column " + table.sql() + "." + column.sql(),
                        "a column of this name is there already, of type " + column.typeName()
                                + (column.defaultValue() == null
                                        ? " without default"
                                        : " with default " + column.defaultValue())
                                + ", but the name is needed for the tenant that a row belongs to",
                        "Rename the column in your migration; scripts know no tenant, so leave the column of this name"
                                + " to the SDK");
            }
        }
    }

    /** Keys that people choose collide between tenants, because the declared primary key stays as it is. */
    private void naturalKeys() {
        KeyOrigins origins = new KeyOrigins(catalog, layout);
        for (Table table : catalog.owned(layout)) {
            if (table.partition() || isHistory(table)) {
                continue;
            }
            catalog.primaryKey(table)
                    .filter(key -> !origins.isAssigned(table, key))
                    .ifPresent(key -> fault(
                            "primary key " + key.sql() + " of table " + table.sql(),
                            "none of its columns (" + names(table, key.keys()) + ") is a uuid, an integer from a"
                                    + " sequence, or a reference to such a key, so two tenants could not use the same"
                                    + " value",
                            "Add an id column (uuid, or bigint GENERATED ALWAYS AS IDENTITY, or with a sequence named "
                                    + table.name() + "_seq) as primary key and declare UNIQUE ("
                                    + names(table, key.keys()) + ")"
                                    + "; if all tenants share these rows, list the table in "
                                    + SchemaLayout.GLOBAL_TABLES_SETTING));
        }
    }

    private void exclusions() {
        for (Constraint constraint : catalog.constraints()) {
            Table table = catalog.table(constraint.table());
            if (table == null || Catalog.isGlobal(table, layout)) {
                continue;
            }
            if (constraint.kind() == 'x' || (constraint.temporal() && constraint.kind() != 'f')) {
                fault(
                        "constraint " + constraint.sql() + " of table " + table.sql(),
                        "it compares the rows of all tenants: " + constraint.definition(),
                        "Use a unique key, or check it in a trigger, which sees the tenant's own rows only");
            }
        }
    }

    private void foreignKeys() {
        for (Constraint key : catalog.constraints('f')) {
            Table table = catalog.requireTable(key.table());
            Table target = catalog.table(key.target());
            String object = "foreign key " + key.sql() + " of table " + table.sql();
            if (target == null) {
                fault(
                        object,
                        "it refers to a table outside of this schema: " + key.definition(),
                        "Keep the tables that refer to each other in the migrations of one schema");
                continue;
            }
            boolean fromGlobal = Catalog.isGlobal(table, layout);
            boolean toGlobal = Catalog.isGlobal(target, layout);
            if (fromGlobal && !toGlobal) {
                fault(
                        object,
                        "a global table refers to the rows of a tenant: " + key.definition(),
                        "List " + target.name() + " in " + SchemaLayout.GLOBAL_TABLES_SETTING + " too, or take "
                                + table.name() + " off that list");
            }
            if (!fromGlobal && !toGlobal) {
                ownedForeignKey(object, key, table);
            }
        }
    }

    private void ownedForeignKey(String object, Constraint key, Table table) {
        if (key.temporal()) {
            fault(object, "it is one over periods of time: " + key.definition(), "Refer to a plain key");
        }
        if (key.onUpdate() == 'n' || key.onUpdate() == 'd') {
            fault(
                    object,
                    "ON UPDATE SET " + (key.onUpdate() == 'n' ? "NULL" : "DEFAULT")
                            + " would change the tenant of the row too",
                    "Use ON UPDATE NO ACTION or CASCADE");
        }
        if (key.match() == 'f'
                && key.keys().size() > 1
                && key.keys().stream().anyMatch(number -> !table.column(number).notNull())) {
            fault(
                    object,
                    "MATCH FULL over several columns that may be null cannot take the tenant as one more column",
                    "Declare its columns NOT NULL, or use MATCH SIMPLE with CHECK (num_nulls("
                            + names(table, key.keys()) + ") IN (0, "
                            + key.keys().size() + "))");
        }
    }

    private void policies() {
        for (Policy policy : catalog.policies()) {
            Table table = catalog.requireTable(policy.table());
            if (!policy.name().equals(IsolationNames.POLICY)) {
                fault(
                        "policy " + policy.sql() + " of table " + table.sql(),
                        "a second policy can widen what " + IsolationNames.POLICY + " lets through",
                        "Drop the policy; filter further in queries or views");
            }
        }
    }

    /** The rows that a structure migration inserted belong to nobody. */
    static SchemaFault rowsOfNobody(Table table) {
        return new SchemaFault(
                "table " + table.sql(),
                "a structure migration put rows into it, which belong to no tenant",
                "Insert them in a data migration (D<version>__name.sql), which runs once per tenant; if all tenants"
                        + " share these rows, list the table in " + SchemaLayout.GLOBAL_TABLES_SETTING);
    }

    private static boolean isHistory(Table table) {
        return Set.of(IsolationNames.DATA_HISTORY, IsolationNames.SCHEMA_HISTORY)
                .contains(table.name());
    }

    private static String names(Table table, List<Integer> numbers) {
        return String.join(
                ", ", numbers.stream().map(number -> table.column(number).sql()).toList());
    }

    private void fault(String object, String what, String remedy) {
        found.add(new SchemaFault(object, what, remedy));
    }
}
