package io.tenancy.jpa.isolation.internal;

import io.tenancy.jpa.isolation.sql.SqlStatement;
import org.jspecify.annotations.Nullable;

/** One SQL text as one schema's tenants send it. Immutable. */
final class BoundSql {

    private final SqlStatement parsed;
    private final String plain;
    private final @Nullable String carrying;

    BoundSql(SqlStatement parsed, String schema, Binding binding) {
        this.parsed = parsed;
        this.plain = parsed.inSchema(schema);
        this.carrying = binding != Binding.NONE && parsed.kind() == SqlStatement.Kind.QUERY
                ? binding.bindSql() + "; " + plain
                : null;
    }

    SqlStatement parsed() {
        return parsed;
    }

    /** The SQL with the tenant's schema in its names. */
    String plain() {
        return plain;
    }

    /** The same behind the statement that binds the tenant, in one text; null where that would not be sound. */
    @Nullable String carrying() {
        return carrying;
    }
}
