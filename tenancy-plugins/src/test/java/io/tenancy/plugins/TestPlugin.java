package io.tenancy.plugins;

/** A plugin for tests: what its manifest says, and a module. */
public record TestPlugin(
        String id, String version, String points, String capabilities, String more, byte[] module, String schemas) {

    private static final String ANY_OBJECTS = "\"input\": {\"type\": \"object\"}, \"output\": {\"type\": \"object\"}";

    public TestPlugin(String id, String version, String points, String capabilities, String more, byte[] module) {
        this(id, version, points, capabilities, more, module, ANY_OBJECTS);
    }

    /** A validator that finds the same thing each time. */
    public static TestPlugin validator(String id) {
        return new TestPlugin(id, "1.0.0", "{\"content.validate\": \"work\"}", "{}", "", finding("rule_1", 3));
    }

    public static byte[] finding(String rule, int start) {
        return answering("{\"output\":{\"findings\":[{\"rule\":\"" + rule + "\",\"source\":\"A law, art. 1\","
                + "\"severity\":\"error\",\"start\":" + start + ",\"end\":9,\"message\":\"Not so.\"}]}}");
    }

    /** Answers with a text that lies at 16. */
    public static byte[] answering(String json) {
        return Wat.plugin("(data (i32.const 16) \"" + json.replace("\"", "\\\"") + "\")", answer(16, json.length()));
    }

    /** What a call leaves so that its answer lies there. */
    public static String answer(int at, int length) {
        return "(i64.or (i64.shl (i64.const " + at + ") (i64.const 32)) (i64.const " + length + "))";
    }

    public TestPlugin version(String value) {
        return new TestPlugin(id, value, points, capabilities, more, module, schemas);
    }

    public TestPlugin at(String value) {
        return new TestPlugin(id, version, value, capabilities, more, module, schemas);
    }

    public TestPlugin asking(String value) {
        return new TestPlugin(id, version, points, value, more, module, schemas);
    }

    /** Further members of the manifest, each ending with a comma. */
    public TestPlugin with(String value) {
        return new TestPlugin(id, version, points, capabilities, value, module, schemas);
    }

    public TestPlugin module(byte[] value) {
        return new TestPlugin(id, version, points, capabilities, more, value, schemas);
    }

    /** What its function takes and answers, as JSON Schemas. */
    public TestPlugin taking(String input, String output) {
        return new TestPlugin(
                id, version, points, capabilities, more, module, "\"input\": " + input + ", \"output\": " + output);
    }

    public String manifest() {
        return """
                {
                  "format": 1, "id": "%s", "version": "%s", "publisher": "heart_house", "title": "Title of %s",
                  "description": "Says something about texts.", "abi": 1, "module": "plugin.wasm", %s
                  "functions": {"work": {%s}},
                  "extension_points": %s, "capabilities": %s,
                  "limits": {"memory_bytes": 1048576, "fuel": 1000000, "deadline_millis": 500, "input_bytes": 65536,
                             "output_bytes": 65536},
                  "changelog": "First.", "licence": "Apache-2.0",
                  "samples": [{"function": "work", "input": "samples/a.json"}]
                }
                """.formatted(id, version, id, more, schemas, points, capabilities);
    }
}
