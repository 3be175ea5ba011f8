package io.tenancy.plugins.kit;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** Compares values with schemas of draft 2020-12. */
final class JsonSchemas {

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private JsonSchemas() {}

    /** What of a value does not fit; each begins with a JSON pointer. */
    static List<String> complaints(String schema, JsonNode value) {
        Schema read = SCHEMAS.getSchema(KitJson.read(schema));
        return read.validate(value).stream().map(String::valueOf).toList();
    }
}
