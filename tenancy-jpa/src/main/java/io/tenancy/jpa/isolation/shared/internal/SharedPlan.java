package io.tenancy.jpa.isolation.shared.internal;

import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Constraint;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Index;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Table;
import io.tenancy.jpa.isolation.sql.SqlIdentifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/*
 * Order matters. Foreign keys hold the unique keys they rely on, so they go first and come back last. The declared
 * primary key stays: the user's next migration says "references t(id)" and HQL says "on conflict (id)". UNIQUE
 * (tenant_id, key) beside it is what composite foreign keys rely on. Constraints and indexes keep their names, because
 * the user's later migrations drop them by name.
 *
 * The check of a new foreign key reads both tables as their owner, and under FORCE the policy stands in its way: it
 * raises without a tenant, and checks one tenant's rows with one. So FORCE is lifted from those tables first; the table
 * locks of the same transaction keep everybody else out until it is back.
 */
/** Works out the statements that make a schema's tables shared. */
public final class SharedPlan {

    /** Marks the unique keys that composite foreign keys rely on. */
    static final String KEY_SUFFIX = "_tenancy_key";

    private static final String INDEX_SUFFIX = "_tenancy_idx";
    private static final String COLUMN = IsolationNames.TENANT_COLUMN;

    private final Catalog catalog;
    private final List<Table> owned;
    private final Set<String> taken;
    private final Set<Long> lifted = new LinkedHashSet<>();
    private final List<String> ddl = new ArrayList<>();

    private SharedPlan(Catalog catalog, SchemaLayout layout) {
        this.catalog = catalog;
        this.owned = catalog.owned(layout);
        this.taken = new HashSet<>(catalog.relationNames());
    }

    /**
     * Statements that give every row a tenant and keep tenants apart.
     *
     * @param catalog the schema, without faults
     * @param layout its layout
     * @return the statements in their order
     */
    public static List<String> of(Catalog catalog, SchemaLayout layout) {
        SharedPlan plan = new SharedPlan(catalog, layout);
        plan.addTenantColumns();
        List<Constraint> foreignKeys = plan.foreignKeysToWiden();
        plan.lift(foreignKeys);
        foreignKeys.forEach(plan::drop);
        plan.widenUniqueConstraints();
        plan.addTenantKeys();
        plan.widenIndexes(true);
        foreignKeys.forEach(plan::addWidened);
        plan.widenIndexes(false);
        plan.addMissingTenantIndexes();
        plan.dropStaleTenantKeys(foreignKeys);
        plan.secureRows();
        return plan.ddl;
    }

    /**
     * Statements that let a structure migration check the rows of all tenants, to be undone by {@link #of} in the same
     * transaction.
     *
     * @param catalog the schema
     * @param layout its layout
     * @param mentioned names that the migration mentions, in lower case
     * @return the statements in their order
     */
    public static List<String> lifting(Catalog catalog, SchemaLayout layout, Set<String> mentioned) {
        Set<Long> tables = new LinkedHashSet<>();
        List<Table> owned = catalog.owned(layout);
        owned.stream()
                .filter(table -> mentioned.contains(table.name().toLowerCase(java.util.Locale.ROOT)))
                .forEach(table -> tables.add(table.oid()));
        Set<Long> neighbours = new LinkedHashSet<>(tables);
        for (Constraint key : catalog.constraints('f')) {
            if (tables.contains(key.table()) || tables.contains(key.target())) {
                neighbours.add(key.table());
                neighbours.add(key.target());
            }
        }
        return owned.stream()
                .filter(table -> table.forced() && neighbours.contains(table.oid()))
                .map(SharedPlan::noForce)
                .toList();
    }

    private static String noForce(Table table) {
        return "ALTER TABLE " + table.sql() + " NO FORCE ROW LEVEL SECURITY";
    }

    /** Three steps, because ADD COLUMN with the default would ask for the setting at once. */
    private void addTenantColumns() {
        for (Table table : owned) {
            if (table.tenantColumn().isEmpty()) {
                if (!table.partition()) {
                    ddl.add("ALTER TABLE " + table.sql() + " ADD COLUMN " + COLUMN + " uuid");
                    ddl.add("ALTER TABLE " + table.sql() + " ALTER COLUMN " + COLUMN + " SET DEFAULT "
                            + Catalog.TENANT_VALUE);
                    ddl.add("ALTER TABLE " + table.sql() + " ALTER COLUMN " + COLUMN + " SET NOT NULL");
                }
            } else if (!table.tenantColumn().get().notNull()) {
                ddl.add("ALTER TABLE " + table.sql() + " ALTER COLUMN " + COLUMN + " SET NOT NULL");
            }
        }
    }

    private List<Constraint> foreignKeysToWiden() {
        return catalog.constraints('f').stream()
                .filter(key -> isOwned(key.table()) && isOwned(key.target()))
                .filter(key -> !startsWithTenant(key.table(), key.keys()))
                .toList();
    }

    private void lift(List<Constraint> foreignKeys) {
        for (Constraint key : foreignKeys) {
            for (long oid : new long[] {key.table(), key.target()}) {
                if (catalog.requireTable(oid).forced() && lifted.add(oid)) {
                    ddl.add(noForce(catalog.requireTable(oid)));
                }
            }
        }
    }

    private void drop(Constraint constraint) {
        ddl.add("ALTER TABLE " + catalog.requireTable(constraint.table()).sql() + " DROP CONSTRAINT "
                + constraint.sql());
    }

    private void addWidened(Constraint key) {
        Table table = catalog.requireTable(key.table());
        Table target = catalog.requireTable(key.target());
        StringBuilder sql = new StringBuilder("ALTER TABLE ")
                .append(table.sql())
                .append(" ADD CONSTRAINT ")
                .append(key.sql())
                .append(" FOREIGN KEY (")
                .append(COLUMN)
                .append(", ")
                .append(columns(table, key.keys()))
                .append(") REFERENCES ")
                .append(target.sql())
                .append(" (")
                .append(COLUMN)
                .append(", ")
                .append(columns(target, key.targetKeys()))
                .append(')');
        sql.append(
                switch (key.onUpdate()) {
                    case 'r' -> " ON UPDATE RESTRICT";
                    case 'c' -> " ON UPDATE CASCADE";
                    default -> "";
                });
        List<Integer> changed = key.onDeleteColumns().isEmpty() ? key.keys() : key.onDeleteColumns();
        sql.append(
                switch (key.onDelete()) {
                    case 'r' -> " ON DELETE RESTRICT";
                    case 'c' -> " ON DELETE CASCADE";
                    case 'n' -> " ON DELETE SET NULL (" + columns(table, changed) + ")";
                    case 'd' -> " ON DELETE SET DEFAULT (" + columns(table, changed) + ")";
                    default -> "";
                });
        sql.append(deferral(key)).append(key.enforced() ? "" : " NOT ENFORCED");
        sql.append(key.enforced() && !key.validated() ? " NOT VALID" : "");
        ddl.add(sql.toString());
        comment("CONSTRAINT " + key.sql() + " ON " + table.sql(), key.comment());
    }

    private static String deferral(Constraint constraint) {
        return (constraint.deferrable() ? " DEFERRABLE" : "") + (constraint.deferred() ? " INITIALLY DEFERRED" : "");
    }

    private void widenUniqueConstraints() {
        for (Constraint unique : catalog.constraints('u')) {
            if (!isOwned(unique.table()) || startsWithTenant(unique.table(), unique.keys())) {
                continue;
            }
            Table table = catalog.requireTable(unique.table());
            drop(unique);
            // The first parenthesis of UNIQUE [NULLS NOT DISTINCT] (columns) opens the columns.
            int columns = unique.definition().indexOf('(') + 1;
            ddl.add("ALTER TABLE " + table.sql() + " ADD CONSTRAINT " + unique.sql() + " "
                    + unique.definition().substring(0, columns) + COLUMN + ", "
                    + unique.definition().substring(columns));
            comment("CONSTRAINT " + unique.sql() + " ON " + table.sql(), unique.comment());
            catalog.indexes().stream()
                    .filter(index -> index.oid() == unique.index())
                    .forEach(index -> restoreRoles(index, table));
        }
    }

    private void addTenantKeys() {
        for (Table table : owned) {
            if (table.partition()) {
                continue;
            }
            catalog.primaryKey(table)
                    .filter(key -> key.keys().stream().noneMatch(table::isTenantColumn))
                    .filter(key -> !hasTenantKey(table, key))
                    .ifPresent(key -> ddl.add("ALTER TABLE " + table.sql() + " ADD CONSTRAINT "
                            + freeName(table.name(), KEY_SUFFIX) + " UNIQUE (" + COLUMN + ", "
                            + columns(table, key.keys()) + ")"));
        }
    }

    private boolean hasTenantKey(Table table, Constraint primaryKey) {
        return catalog.constraints('u').stream()
                .filter(unique -> unique.table() == table.oid() && !unique.deferrable())
                .anyMatch(unique -> isTenantKey(table, unique)
                        && unique.keys().subList(1, unique.keys().size()).equals(primaryKey.keys()));
    }

    /** A user who moves the primary key leaves a key of ours behind that no foreign key uses. */
    private void dropStaleTenantKeys(List<Constraint> dropped) {
        for (Constraint unique : catalog.constraints('u')) {
            Table table = catalog.requireTable(unique.table());
            boolean stale = isOwned(table.oid())
                    && isTenantKey(table, unique)
                    && unique.name().contains(KEY_SUFFIX)
                    && catalog.primaryKey(table)
                            .map(key -> !key.keys()
                                    .equals(unique.keys()
                                            .subList(1, unique.keys().size())))
                            .orElse(true);
            boolean used = catalog.constraints('f').stream()
                    .anyMatch(key -> key.index() == unique.index() && !dropped.contains(key));
            boolean needed = dropped.stream()
                    .anyMatch(key -> key.target() == table.oid()
                            && key.targetKeys()
                                    .equals(unique.keys()
                                            .subList(1, unique.keys().size())));
            if (stale && !used && !needed) {
                drop(unique);
            }
        }
    }

    private boolean isTenantKey(Table table, Constraint unique) {
        return unique.keys().size() > 1 && table.isTenantColumn(unique.keys().get(0));
    }

    private void widenIndexes(boolean unique) {
        for (Index index : catalog.indexes()) {
            if (!isOwned(index.table())
                    || index.ofConstraint()
                    || index.unique() != unique
                    || !index.method().equals("btree")
                    || startsWithTenant(index.table(), index.keys())) {
                continue;
            }
            Table table = catalog.requireTable(index.table());
            ddl.add("DROP INDEX " + index.sql());
            ddl.add(widened(index, table));
            comment("INDEX " + index.sql(), index.comment());
            restoreRoles(index, table);
        }
    }

    private String widened(Index index, Table table) {
        String start = "CREATE " + (index.unique() ? "UNIQUE " : "") + "INDEX " + index.bareSql() + " ON ";
        String middle = table.sql() + " USING btree (";
        // The server prints ONLY for the index of a partitioned table, but it is meant for the partitions as well.
        String printed = start + (index.partitioned() ? "ONLY " : "") + middle;
        if (!index.definition().startsWith(printed)) {
            throw new IllegalStateException("The definition of the index " + index.sql()
                    + " was not understood: expected it to begin with '" + printed + "', found '"
                    + index.definition() + "'");
        }
        return start + middle + COLUMN + ", " + index.definition().substring(printed.length());
    }

    private void restoreRoles(Index index, Table table) {
        if (index.replicaIdentity()) {
            ddl.add("ALTER TABLE " + table.sql() + " REPLICA IDENTITY USING INDEX " + index.bareSql());
        }
        if (index.clustered()) {
            ddl.add("ALTER TABLE " + table.sql() + " CLUSTER ON " + index.bareSql());
        }
    }

    /** Without an index that begins with the tenant, every query would read the rows of all tenants to skip them. */
    private void addMissingTenantIndexes() {
        for (Table table : owned) {
            boolean primaryKey = catalog.primaryKey(table).isPresent();
            boolean covered = primaryKey
                    || catalog.indexes().stream()
                            .anyMatch(index -> index.table() == table.oid()
                                    && index.method().equals("btree")
                                    && !index.definition().contains(" WHERE "));
            if (!table.partition() && !covered) {
                ddl.add("CREATE INDEX " + freeName(table.name(), INDEX_SUFFIX) + " ON " + table.sql() + " (" + COLUMN
                        + ")");
            }
        }
    }

    private void secureRows() {
        for (Table table : owned) {
            if (!table.rls()) {
                ddl.add("ALTER TABLE " + table.sql() + " ENABLE ROW LEVEL SECURITY");
            }
            if (!table.forced() || lifted.contains(table.oid())) {
                ddl.add("ALTER TABLE " + table.sql() + " FORCE ROW LEVEL SECURITY");
            }
            List<Catalog.Policy> policies = catalog.policies().stream()
                    .filter(policy -> policy.table() == table.oid())
                    .toList();
            if (policies.stream().anyMatch(Catalog.Policy::isOurs)) {
                continue;
            }
            policies.forEach(policy -> ddl.add("DROP POLICY " + policy.sql() + " ON " + table.sql()));
            String condition = COLUMN + " = " + Catalog.TENANT_VALUE;
            ddl.add("CREATE POLICY " + IsolationNames.POLICY + " ON " + table.sql() + " FOR ALL TO PUBLIC USING ("
                    + condition + ") WITH CHECK (" + condition + ")");
        }
    }

    private void comment(String object, @org.jspecify.annotations.Nullable String comment) {
        if (comment != null) {
            ddl.add("COMMENT ON " + object + " IS " + SqlIdentifier.literal(comment));
        }
    }

    private boolean isOwned(long oid) {
        return owned.stream().anyMatch(table -> table.oid() == oid);
    }

    private boolean startsWithTenant(long table, List<Integer> keys) {
        return catalog.requireTable(table).isTenantColumn(keys.get(0));
    }

    private static String columns(Table table, List<Integer> numbers) {
        return String.join(
                ", ", numbers.stream().map(number -> table.column(number).sql()).toList());
    }

    private String freeName(String table, String suffix) {
        for (int i = 1; ; i++) {
            String end = i == 1 ? suffix : suffix + i;
            String start = table;
            while ((start + end).getBytes(StandardCharsets.UTF_8).length > SqlIdentifier.MAX_BYTES) {
                start = start.substring(0, start.offsetByCodePoints(start.length(), -1));
            }
            if (taken.add(start + end)) {
                return plain(start + end) ? start + end : SqlIdentifier.quote(start + end);
            }
        }
    }

    private static boolean plain(String name) {
        return name.matches("[a-z_][a-z0-9_]*");
    }
}
