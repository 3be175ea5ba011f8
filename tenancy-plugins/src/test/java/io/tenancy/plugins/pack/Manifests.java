package io.tenancy.plugins.pack;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Manifests for tests. */
final class Manifests {

    /** One that uses everything, as an author writes it. */
    static final String FULL = """
            {
              "format": 1,
              "id": "cardiology.cardiac_risk",
              "version": "1.2.0",
              "publisher": "heart_house",
              "title": "Cardiac risk – Risco cardíaco",
              "description": "Calculates a risk.\\nShows where it comes from.",
              "specialty": "cardiology",
              "regions": ["BR", "DE"],
              "abi": 1,
              "module": "plugin.wasm",
              "functions": {
                "calculate": {
                  "input": {"type": "object", "properties": {"chol": {"type": "number", "minimum": 0.5}}},
                  "output": {"type": "object"},
                  "fuel": 500000,
                  "deadline_millis": 100
                },
                "validate": {"input": {"type": "object"}, "output": {"type": "object"}}
              },
              "extension_points": {"form.calculate": "calculate", "content.validate": "validate"},
              "capabilities": {
                "log": {},
                "kv": {"bytes": 1048576, "keys": 100},
                "http": {"hosts": ["api.example.org", "b.example.org:8443"], "methods": ["GET", "POST"]},
                "config": {"schema": {"type": "object"}},
                "secrets": {"names": ["api_token"]},
                "secrets.clear": {"names": ["salt"]},
                "clock": {},
                "random": {},
                "emit": {},
                "content.read": {},
                "content.annotate": {}
              },
              "limits": {
                "memory_bytes": 4194304,
                "fuel": 1000000,
                "deadline_millis": 200,
                "input_bytes": 65536,
                "output_bytes": 65536
              },
              "credentials": [{"kind": "medical_licence", "specialty": "cardiology"}, {"kind": "clinic"}],
              "price": {"amount": "49.90", "currency": "BRL", "per": "month"},
              "changelog": "New limits.",
              "licence": "Apache-2.0",
              "screenshots": [{"file": "screenshots/form.png", "caption": "The form"}],
              "samples": [
                {"function": "calculate", "input": "samples/a.json", "output": "samples/a.out.json"},
                {"function": "validate", "input": "samples/b.json"}
              ]
            }
            """;

    /** One that has what every one has. */
    static final String SMALL = """
            {
              "format": 1, "id": "notes", "version": "1.0.0", "publisher": "heart_house", "title": "Notes",
              "description": "Notes.", "abi": 1, "module": "plugin.wasm",
              "functions": {"note": {"input": {}, "output": {}}},
              "limits": {"memory_bytes": 65536, "fuel": 1000, "deadline_millis": 10, "input_bytes": 100,
                         "output_bytes": 100},
              "changelog": "First.", "licence": "MIT"
            }
            """;

    private static final JsonMapper MAPPER = new JsonMapper();

    private Manifests() {}

    static PluginManifest full() {
        return PluginManifest.read(FULL);
    }

    static PluginManifest small() {
        return PluginManifest.read(SMALL);
    }

    /** The full one with a value at a pointer in place of what is there; nothing for none. */
    static String with(String pointer, String json) {
        return with(FULL, pointer, json);
    }

    static String with(String manifest, String pointer, String json) {
        ObjectNode root = (ObjectNode) MAPPER.readTree(manifest);
        int last = pointer.lastIndexOf('/');
        String name = pointer.substring(last + 1).replace("~1", "/").replace("~0", "~");
        JsonNode owner = root.at(pointer.substring(0, last));
        if (json.isEmpty()) {
            ((ObjectNode) owner).remove(name);
        } else if (owner.isArray()) {
            ((ArrayNode) owner).set(Integer.parseInt(name), MAPPER.readTree(json));
        } else {
            ((ObjectNode) owner).set(name, MAPPER.readTree(json));
        }
        return root.toString();
    }

    static PluginManifest version(String version) {
        return PluginManifest.read(with("/version", '"' + version + '"'));
    }
}
