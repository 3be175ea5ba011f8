package io.tenancy.jpa.isolation.shared.internal;

import io.tenancy.jpa.isolation.shared.SchemaLayout;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Column;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Constraint;
import io.tenancy.jpa.isolation.shared.internal.Catalog.Table;
import java.util.HashSet;
import java.util.Set;

/** Tells keys that machines hand out, which never collide between tenants, from keys that people choose. */
final class KeyOrigins {

    private final Catalog catalog;
    private final SchemaLayout layout;
    private final Set<String> sequences = new HashSet<>();
    private final Set<ColumnId> assigned = new HashSet<>();

    /** A column of a table. */
    private record ColumnId(long table, int number) {}

    KeyOrigins(Catalog catalog, SchemaLayout layout) {
        this.catalog = catalog;
        this.layout = layout;
        catalog.sequences().forEach(sequence -> sequences.add(sequence.name()));
        for (Table table : catalog.owned(layout)) {
            for (Column column : table.columns()) {
                if (isAssignedByItself(table, column)) {
                    assigned.add(new ColumnId(table.oid(), column.number()));
                }
            }
        }
        followReferences();
    }

    /** Whether at least one column of the key is assigned, which is enough to keep tenants from colliding. */
    boolean isAssigned(Table table, Constraint key) {
        return wasAcceptedBefore(table, key)
                || key.keys().stream().anyMatch(number -> assigned.contains(new ColumnId(table.oid(), number)));
    }

    /** A later rename of the table or its sequence does not turn an accepted key into a natural one. */
    private boolean wasAcceptedBefore(Table table, Constraint key) {
        return catalog.constraints('u').stream()
                .anyMatch(unique -> unique.table() == table.oid()
                        && table.isTenantColumn(unique.keys().get(0))
                        && unique.name().contains(SharedPlan.KEY_SUFFIX)
                        && unique.keys().subList(1, unique.keys().size()).equals(key.keys()));
    }

    private boolean isAssignedByItself(Table table, Column column) {
        if (table.isTenantColumn(column.number())) {
            return false;
        }
        if (column.type() == Catalog.UUID_TYPE) {
            return true;
        }
        if (!Catalog.INTEGER_TYPES.contains(column.type())) {
            return false;
        }
        String value = column.defaultValue();
        return column.identity()
                || column.ownsSequence()
                || (value != null && value.contains("nextval("))
                || sequences.contains(table.name() + "_seq")
                || sequences.contains(table.name() + "_" + column.name() + "_seq");
    }

    /** A reference to an assigned key is as good as the key; references to references too. */
    private void followReferences() {
        boolean grown = true;
        while (grown) {
            grown = false;
            for (Constraint key : catalog.constraints('f')) {
                Table target = catalog.table(key.target());
                if (target == null || Catalog.isGlobal(target, layout)) {
                    continue;
                }
                for (int i = 0; i < key.keys().size(); i++) {
                    if (assigned.contains(
                            new ColumnId(target.oid(), key.targetKeys().get(i)))) {
                        grown |= assigned.add(
                                new ColumnId(key.table(), key.keys().get(i)));
                    }
                }
            }
        }
    }
}
