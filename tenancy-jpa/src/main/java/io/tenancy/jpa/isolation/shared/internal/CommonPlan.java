package io.tenancy.jpa.isolation.shared.internal;

import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Access;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Routine;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What every level needs: extensions apart, views and functions with the caller's rights, and no right too many. */
public final class CommonPlan {

    private static final Set<String> NONE = Set.of();
    private static final Set<String> READ = Set.of("SELECT");
    private static final Set<String> WORK = Set.of("SELECT", "INSERT", "UPDATE", "DELETE");

    private final Catalog catalog;
    private final SchemaLayout layout;
    private final boolean shared;
    private final List<String> ddl = new ArrayList<>();

    private CommonPlan(Catalog catalog, SchemaLayout layout, boolean shared) {
        this.catalog = catalog;
        this.layout = layout;
        this.shared = shared;
    }

    /**
     * Statements that finish a schema of any level.
     *
     * @param catalog the schema
     * @param layout its layout
     * @param shared whether its tables are shared by tenants
     * @return the statements in their order
     */
    public static List<String> of(Catalog catalog, SchemaLayout layout, boolean shared) {
        CommonPlan plan = new CommonPlan(catalog, layout, shared);
        plan.moveExtensions();
        plan.makeViewsInvokers();
        plan.stampRoutines();
        if (!catalog.schema().ownedByGrantee()) {
            plan.grant();
        }
        return plan.ddl;
    }

    private void moveExtensions() {
        Catalog.Schema schema = catalog.schema();
        if (!schema.extensionsSchemaExists()) {
            ddl.add("CREATE SCHEMA " + schema.extensionsSql());
        }
        catalog.extensions()
                .forEach(extension ->
                        ddl.add("ALTER EXTENSION " + extension.sql() + " SET SCHEMA " + schema.extensionsSql()));
    }

    private void makeViewsInvokers() {
        catalog.tables().stream()
                .filter(view -> view.kind() == 'v' && !view.invoker())
                .forEach(view -> ddl.add("ALTER VIEW " + view.sql() + " SET (security_invoker = true)"));
    }

    private void stampRoutines() {
        for (Routine routine : catalog.routines()) {
            if (routine.needsPath()) {
                ddl.add("ALTER ROUTINE " + routine.sql() + " SET search_path = "
                        + catalog.schema().sql() + ", " + catalog.schema().extensionsSql());
            }
        }
    }

    private void grant() {
        Catalog.Schema schema = catalog.schema();
        access("SCHEMA " + schema.sql(), schema.access(), Set.of("USAGE"));
        if (!schema.granteeSeesExtensions()) {
            ddl.add("GRANT USAGE ON SCHEMA " + schema.extensionsSql() + " TO " + schema.granteeSql());
        }
        for (Table table : catalog.tables()) {
            access("TABLE " + table.sql(), table.access(), tablePrivileges(table));
        }
        catalog.sequences().forEach(sequence -> {
            Table table = catalog.table(sequence.table());
            boolean global = table != null && Catalog.isGlobal(table, layout);
            access("SEQUENCE " + sequence.sql(), sequence.access(), global ? NONE : Set.of("USAGE", "SELECT"));
        });
        catalog.routines().forEach(routine -> access("ROUTINE " + routine.sql(), routine.access(), Set.of("EXECUTE")));
        catalog.types().forEach(type -> access("TYPE " + type.sql(), type.access(), Set.of("USAGE")));
    }

    private Set<String> tablePrivileges(Table table) {
        if (table.name().equals(IsolationNames.SCHEMA_HISTORY) || table.name().equals(IsolationNames.DATA_HISTORY)) {
            return NONE;
        }
        if (shared && table.partition()) {
            return NONE;
        }
        return Catalog.isGlobal(table, layout) || !(table.storesRows() || table.kind() == 'v') ? READ : WORK;
    }

    /** Brings the grantee's rights to exactly these, and those of PUBLIC to none. */
    private void access(String object, Access has, Set<String> wanted) {
        if (!has.everyone().isEmpty()) {
            ddl.add("REVOKE ALL ON " + object + " FROM PUBLIC");
        }
        Set<String> missing = new TreeSet<>(wanted);
        if (wanted.containsAll(has.grantee())) {
            missing.removeAll(has.grantee());
        } else {
            ddl.add("REVOKE ALL ON " + object + " FROM " + catalog.schema().granteeSql());
        }
        if (!missing.isEmpty()) {
            ddl.add("GRANT " + String.join(", ", missing) + " ON " + object + " TO "
                    + catalog.schema().granteeSql());
        }
    }
}
