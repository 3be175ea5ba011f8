package io.tenancy.jpa.isolation.internal;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tenancy.jpa.isolation.sql.SqlStatement;
import java.time.Duration;

/**
 * Each distinct SQL text is classified once, and rendered once for each schema that is in use. The rendered text is the
 * same String object every time, so that the driver's own cache finds it by a hash that is already computed. Bounded:
 * at most 512 schemas with 512 texts each.
 */
public final class SqlCache {

    private static final int MAX_STATEMENTS = 8_192;
    private static final int MAX_SCHEMAS = 512;
    private static final int MAX_STATEMENTS_OF_A_SCHEMA = 512;

    private final Cache<String, SqlStatement> parsed =
            Caffeine.newBuilder().maximumSize(MAX_STATEMENTS).build();
    private final Cache<Key, OfSchema> schemas = Caffeine.newBuilder()
            .maximumSize(MAX_SCHEMAS)
            .expireAfterAccess(Duration.ofMinutes(10))
            .build();

    /** Creates an empty cache. */
    public SqlCache() {}

    OfSchema of(String schema, Binding binding) {
        return schemas.get(new Key(schema, binding), OfSchema::new);
    }

    private record Key(String schema, Binding binding) {}

    /** The texts of one schema. */
    final class OfSchema {
        private final String schema;
        private final Binding binding;
        private final Cache<String, BoundSql> texts =
                Caffeine.newBuilder().maximumSize(MAX_STATEMENTS_OF_A_SCHEMA).build();

        private OfSchema(Key key) {
            this.schema = key.schema();
            this.binding = key.binding();
        }

        BoundSql bind(String sql) {
            BoundSql known = texts.getIfPresent(sql);
            return known != null ? known : texts.get(sql, this::render);
        }

        private BoundSql render(String sql) {
            return new BoundSql(parsed.get(sql, SqlStatement::parse), schema, binding);
        }
    }
}
