package io.tenancy.plugins.schema;

import java.util.List;

/** Checks JSON against schemas of draft 2020-12 that are used once. Safe for many threads. */
public final class JsonSchemas {

    private JsonSchemas() {}

    /**
     * What is wrong with a value.
     *
     * @param schema as JSON
     * @param json the value
     * @return each in words, with where it stands; empty if nothing, at most 20
     */
    public static List<String> problems(String schema, String json) {
        return CompiledSchema.of(schema).problems(json).stream()
                .map(SchemaProblem::toString)
                .toList();
    }

    /**
     * What is wrong with a schema.
     *
     * @param schema as JSON
     * @return each in words; empty if nothing
     */
    public static List<String> problemsOf(String schema) {
        return problems("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", schema);
    }
}
