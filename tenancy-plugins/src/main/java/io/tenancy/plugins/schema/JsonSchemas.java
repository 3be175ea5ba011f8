package io.tenancy.plugins.schema;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;

/**
 * Checks JSON against schemas of draft 2020-12. Schemas are strangers' texts: none is fetched from anywhere. Safe for many
 * threads.
 */
public final class JsonSchemas {

    private static final int MOST_PROBLEMS = 20;

    private JsonSchemas() {}

    /**
     * What is wrong with a value.
     *
     * @param schema as JSON
     * @param json the value
     * @return each in words, with where it stands; empty if nothing, at most {@value #MOST_PROBLEMS}
     */
    public static List<String> problems(String schema, String json) {
        try {
            Schema read = registry().getSchema(schema, InputFormat.JSON);
            return read.validate(json, InputFormat.JSON).stream()
                    .limit(MOST_PROBLEMS)
                    .map(JsonSchemas::told)
                    .toList();
        } catch (RuntimeException unusable) {
            // The library throws what it likes for schemas that refer to what is not there.
            return List.of("the schema cannot be used: " + unusable.getMessage());
        }
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

    // One for each check: what one stranger's schema calls itself must not stand in for another's.
    private static SchemaRegistry registry() {
        return SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12,
                builder ->
                        builder.schemaCacheEnabled(false).schemaLoader(loader -> loader.fetchRemoteResources(false)));
    }

    private static String told(Error error) {
        String where = error.getInstanceLocation().toString();
        return (where.isEmpty() ? "" : where + ": ") + error.getMessage();
    }
}
