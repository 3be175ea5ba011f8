package io.tenancy.jpa.isolation.shared.internal;

import io.tenancy.jpa.isolation.IsolationNames;
import io.tenancy.jpa.isolation.shared.SchemaLayout;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One schema as PostgreSQL's catalog describes it. Every name that ends up in a statement comes quoted from the server
 * itself ({@code quote_ident}); bare names are for comparing and for messages.
 *
 * @param schema the schema's names
 * @param tables tables, views, materialized views and foreign tables
 * @param constraints keys, foreign keys and exclusion constraints, without those a partition inherits
 * @param indexes indexes, without those a partition inherits
 * @param policies row-level security policies
 * @param routines functions and procedures that no extension owns
 * @param sequences sequences that no extension owns
 * @param types enums, domains, ranges and stand-alone composite types that no extension owns
 * @param extensions extensions that were created in the schema
 * @param relationNames every name of a table, index or sequence that is taken in the schema
 */
public record Catalog(
        Schema schema,
        List<Table> tables,
        List<Constraint> constraints,
        List<Index> indexes,
        List<Policy> policies,
        List<Routine> routines,
        List<Sequence> sequences,
        List<Type> types,
        List<Extension> extensions,
        Set<String> relationNames) {

    /** Object id of the type {@code uuid}. */
    static final long UUID_TYPE = 2950;

    /** Object ids of smallint, integer and bigint. */
    static final Set<Long> INTEGER_TYPES = Set.of(21L, 23L, 20L);

    /** Object ids of {@code oid} and {@code oid[]}. */
    static final Set<Long> LARGE_OBJECT_TYPES = Set.of(26L, 1028L);

    /** How the catalog prints the expression that reads the tenant's id. */
    static final String TENANT_EXPRESSION = "(current_setting('" + IsolationNames.TENANT_SETTING + "'::text))::uuid";

    /** How statements write the same expression. */
    static final String TENANT_VALUE = "current_setting('" + IsolationNames.TENANT_SETTING + "')::uuid";

    /** How the catalog prints the policy's condition. */
    static final String POLICY_EXPRESSION = "(" + IsolationNames.TENANT_COLUMN + " = " + TENANT_EXPRESSION + ")";

    /**
     * Names of the schema and of what stands around it.
     *
     * @param name bare name
     * @param sql quoted name
     * @param extensionsSql quoted name of the extensions schema
     * @param granteeSql quoted name of the grantee
     * @param ownedByGrantee whether the grantee itself is connected, so that it needs no grants
     * @param extensionsSchemaExists whether the extensions schema exists
     * @param granteeSeesExtensions whether the grantee may use the extensions schema
     * @param access who may use the schema
     */
    record Schema(
            String name,
            String sql,
            String extensionsSql,
            String granteeSql,
            boolean ownedByGrantee,
            boolean extensionsSchemaExists,
            boolean granteeSeesExtensions,
            Access access) {}

    /**
     * What the grantee and PUBLIC may do with one object.
     *
     * @param grantee privileges of the grantee
     * @param everyone privileges of PUBLIC
     */
    record Access(Set<String> grantee, Set<String> everyone) {}

    /**
     * A table or what looks like one.
     *
     * @param oid object id
     * @param name bare name
     * @param sql quoted and qualified name
     * @param kind {@code r} table, {@code p} partitioned table, {@code v} view, {@code m} materialized view, {@code f}
     *     foreign table
     * @param partition whether it is a partition of another table
     * @param inherits whether it inherits from another table without being its partition
     * @param hasRules whether it has rewrite rules, other than the one that makes a view
     * @param rls whether row-level security is on
     * @param forced whether it binds the owner too
     * @param invoker whether a view runs with its caller's rights
     * @param columns its columns
     * @param access who may use it
     */
    record Table(
            long oid,
            String name,
            String sql,
            char kind,
            boolean partition,
            boolean inherits,
            boolean hasRules,
            boolean rls,
            boolean forced,
            boolean invoker,
            List<Column> columns,
            Access access) {

        boolean storesRows() {
            return kind == 'r' || kind == 'p';
        }

        Optional<Column> tenantColumn() {
            return columns.stream()
                    .filter(column -> column.name().equals(IsolationNames.TENANT_COLUMN))
                    .findFirst();
        }

        Column column(int number) {
            return columns.stream()
                    .filter(column -> column.number() == number)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("no column " + number + " in " + sql));
        }

        /** Whether the column with this number is the tenant's. */
        boolean isTenantColumn(int number) {
            return tenantColumn().map(column -> column.number() == number).orElse(false);
        }
    }

    /**
     * A column.
     *
     * @param number its attribute number
     * @param name bare name
     * @param sql quoted name
     * @param type object id of its type, with domains resolved to what they are made of
     * @param typeName how its type is written
     * @param notNull whether it is NOT NULL
     * @param defaultValue its default or generation expression
     * @param generated whether it is an identity or a generated column
     * @param identity whether it is an identity column
     * @param ownsSequence whether a sequence belongs to it
     */
    record Column(
            int number,
            String name,
            String sql,
            long type,
            String typeName,
            boolean notNull,
            @Nullable String defaultValue,
            boolean generated,
            boolean identity,
            boolean ownsSequence) {

        boolean isOurs() {
            return type == UUID_TYPE && !generated && TENANT_EXPRESSION.equals(defaultValue);
        }
    }

    /**
     * A key, foreign key or exclusion constraint.
     *
     * @param oid object id
     * @param table the table it is on
     * @param name bare name
     * @param sql quoted name
     * @param kind {@code p} primary key, {@code u} unique, {@code f} foreign key, {@code x} exclusion
     * @param definition how the server prints it
     * @param keys numbers of its columns
     * @param index object id of the index that a foreign key relies on
     * @param target the table a foreign key refers to, 0 for others
     * @param targetKeys numbers of the columns it refers to
     * @param onUpdate action code of a foreign key
     * @param onDelete action code of a foreign key
     * @param onDeleteColumns columns that ON DELETE SET NULL or SET DEFAULT changes; empty for all
     * @param match {@code s} simple, {@code f} full
     * @param deferrable whether it can be deferred
     * @param deferred whether it is deferred at first
     * @param validated whether it holds for rows that were there before it
     * @param enforced whether it is enforced
     * @param temporal whether it is one over periods of time
     * @param comment its comment
     */
    record Constraint(
            long oid,
            long table,
            String name,
            String sql,
            char kind,
            String definition,
            List<Integer> keys,
            long index,
            long target,
            List<Integer> targetKeys,
            char onUpdate,
            char onDelete,
            List<Integer> onDeleteColumns,
            char match,
            boolean deferrable,
            boolean deferred,
            boolean validated,
            boolean enforced,
            boolean temporal,
            @Nullable String comment) {}

    /**
     * An index.
     *
     * @param oid object id
     * @param table the table it is on
     * @param name bare name
     * @param sql quoted and qualified name
     * @param bareSql quoted name
     * @param method access method
     * @param unique whether it is unique
     * @param ofConstraint whether a constraint owns it
     * @param partitioned whether its table is partitioned
     * @param keys column numbers of its keys, 0 for an expression
     * @param definition how the server prints it
     * @param replicaIdentity whether it is the table's replica identity
     * @param clustered whether the table is clustered on it
     * @param comment its comment
     */
    record Index(
            long oid,
            long table,
            String name,
            String sql,
            String bareSql,
            String method,
            boolean unique,
            boolean ofConstraint,
            boolean partitioned,
            List<Integer> keys,
            String definition,
            boolean replicaIdentity,
            boolean clustered,
            @Nullable String comment) {}

    /**
     * A policy.
     *
     * @param table the table it is on
     * @param name bare name
     * @param sql quoted name
     * @param standard whether it is permissive, for all commands and for everyone
     * @param using its condition for rows read
     * @param check its condition for rows written
     */
    record Policy(
            long table,
            String name,
            String sql,
            boolean standard,
            @Nullable String using,
            @Nullable String check) {

        boolean isOurs() {
            return name.equals(IsolationNames.POLICY)
                    && standard
                    && POLICY_EXPRESSION.equals(using)
                    && POLICY_EXPRESSION.equals(check);
        }
    }

    /**
     * A function or procedure.
     *
     * @param name bare name
     * @param sql quoted and qualified name with argument types
     * @param kind {@code f} function, {@code p} procedure, {@code a} aggregate, {@code w} window function
     * @param securityDefiner whether it runs with its owner's rights
     * @param needsPath whether its body looks up names when it runs and no search_path was set for it
     * @param access who may execute it
     */
    record Routine(String name, String sql, char kind, boolean securityDefiner, boolean needsPath, Access access) {}

    /**
     * A sequence.
     *
     * @param name bare name
     * @param sql quoted and qualified name
     * @param table the table it belongs to, 0 for none
     * @param access who may use it
     */
    record Sequence(String name, String sql, long table, Access access) {}

    /**
     * A type.
     *
     * @param sql quoted and qualified name
     * @param access who may use it
     */
    record Type(String sql, Access access) {}

    /**
     * An extension.
     *
     * @param name bare name
     * @param sql quoted name
     * @param relocatable whether the connected role can move it to another schema
     */
    record Extension(String name, String sql, boolean relocatable) {}

    /** The table with this object id, when it is in this schema. */
    @Nullable Table table(long oid) {
        for (Table table : tables) {
            if (table.oid() == oid) {
                return table;
            }
        }
        return null;
    }

    /** The table with this object id, which is known to be in this schema. */
    Table requireTable(long oid) {
        return Objects.requireNonNull(table(oid), () -> "no table " + oid + " in " + schema.name());
    }

    /** The primary key of a table. */
    Optional<Constraint> primaryKey(Table table) {
        return constraints.stream()
                .filter(key -> key.kind() == 'p' && key.table() == table.oid())
                .findFirst();
    }

    /** Constraints of one kind. */
    List<Constraint> constraints(char kind) {
        return constraints.stream()
                .filter(constraint -> constraint.kind() == kind)
                .toList();
    }

    /** Tables whose rows belong to tenants, partitions among them; the SDK's own history of versions is not one. */
    List<Table> owned(SchemaLayout layout) {
        return tables.stream()
                .filter(Table::storesRows)
                .filter(table -> !isGlobal(table, layout))
                .filter(table -> !table.name().equals(IsolationNames.SCHEMA_HISTORY))
                .toList();
    }

    /** Whether a table belongs to all tenants together. */
    static boolean isGlobal(Table table, SchemaLayout layout) {
        return layout.globalTables().contains(table.name());
    }
}
