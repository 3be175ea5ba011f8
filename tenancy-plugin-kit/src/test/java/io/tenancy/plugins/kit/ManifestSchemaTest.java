package io.tenancy.plugins.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.InvalidManifestException;
import io.tenancy.plugins.pack.PackageReader;
import io.tenancy.plugins.pack.PluginManifest;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The schema says of manifests what their reader says, as far as a schema can. */
class ManifestSchemaTest {

    /** Uses every member that there is. */
    private static final String FULL = """
            {
              "format": 1,
              "id": "cardiology.cardiac_risk",
              "version": "1.2.0-rc.1+build.007",
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
                  "output": {"$ref": "#/$defs/x", "$defs": {"x": {"type": "object"}}},
                  "fuel": 500000,
                  "deadline_millis": 100
                }
              },
              "extension_points": {"form.calculate": "calculate"},
              "capabilities": {
                "log": {},
                "kv": {"bytes": 1048576, "keys": 100},
                "http": {"hosts": ["api.example.org", "b.example.org:8443"], "methods": ["GET", "POST"]},
                "config": {"schema": {"type": "object"}},
                "secrets": {"names": ["api_token"]},
                "secrets.clear": {"names": ["salt"]},
                "clock": {}, "random": {}, "emit": {}, "content.read": {}, "content.annotate": {}
              },
              "limits": {
                "memory_bytes": 4194304, "fuel": 1000000, "deadline_millis": 200, "input_bytes": 65536,
                "output_bytes": 65536
              },
              "credentials": [{"kind": "medical_licence", "specialty": "cardiology"}, {"kind": "clinic"}],
              "price": {"amount": "49.90", "currency": "BRL", "per": "month"},
              "changelog": "New limits.",
              "licence": "Apache-2.0",
              "screenshots": [{"file": "screenshots/form.png", "caption": "The form"}],
              "samples": [{"function": "calculate", "input": "samples/a.json", "output": "samples/a.out.json"}]
            }
            """;

    /** The full one with a value at a pointer; nothing in place of it for none. */
    private static String with(String pointer, String json) {
        ObjectNode root = (ObjectNode) KitJson.read(FULL);
        int last = pointer.lastIndexOf('/');
        String name = pointer.substring(last + 1);
        JsonNode owner = root.at(pointer.substring(0, last));
        if (json.isEmpty()) {
            ((ObjectNode) owner).remove(name);
        } else if (owner instanceof ArrayNode array) {
            array.set(Integer.parseInt(name), KitJson.read(json));
        } else {
            ((ObjectNode) owner).set(name, KitJson.read(json));
        }
        return root.toString();
    }

    @Test
    void rightManifestsPassBoth() {
        for (String manifest : new String[] {FULL, SmallPlugin.MANIFEST}) {
            assertThat(ManifestSchema.complaints(manifest)).isEmpty();
            assertThatCode(() -> PluginManifest.read(manifest)).doesNotThrowAnyException();
        }
    }

    @Test
    void aPackedManifestPassesBoth(@TempDir Path folder) {
        byte[] packed = PluginProject.in(SmallPlugin.project(folder)).pack();

        String manifest = PackageReader.read(packed).manifest().json();
        assertThat(manifest).contains("\"files\":{\"plugin.wasm\"");
        assertThat(ManifestSchema.complaints(manifest)).isEmpty();
    }

    @Test
    void theSchemaKnowsEveryCapabilityAndEveryExtensionPoint() {
        JsonNode members = KitJson.read(ManifestSchema.json()).path("properties");

        assertThat(members.at("/capabilities/properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Capability.values()).map(Capability::key).toList());
        assertThat(members.at("/extension_points/properties").propertyNames())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ExtensionPoint.values())
                        .map(ExtensionPoint::key)
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "format",
                "id",
                "version",
                "publisher",
                "title",
                "description",
                "abi",
                "module",
                "functions",
                "limits",
                "changelog",
                "licence"
            })
    void whatEveryManifestHasIsMissedByBoth(String member) {
        requireRefusedByBoth(with("/" + member, ""));
    }

    @ParameterizedTest
    @ValueSource(strings = {"specialty", "regions", "capabilities", "credentials", "price", "screenshots", "samples"})
    void whatMayBeLeftOutIsMissedByNeither(String member) {
        String manifest = with("/" + member, "");

        assertThat(ManifestSchema.complaints(manifest)).isEmpty();
        assertThatCode(() -> PluginManifest.read(manifest)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            /format                         | 2
            /format                         | "1"
            /unknown                        | 1
            /id                             | "Cardiac"
            /id                             | "a..b"
            /id                             | "a.b.c.d.e.f"
            /version                        | "1.2"
            /version                        | "01.2.3"
            /version                        | "1.2.3-01"
            /version                        | 1
            /publisher                      | "heart house"
            /title                          | " "
            /title                          | "a\\nb"
            /description                    | ""
            /specialty                      | null
            /regions                        | "BR"
            /regions/0                      | "Brazil"
            /regions/0                      | "DE"
            /abi                            | 2
            /module                         | "/plugin.wasm"
            /module                         | "../plugin.wasm"
            /module                         | "a b.wasm"
            /functions                      | {}
            /functions                      | []
            /functions/calculate/input      | true
            /functions/calculate/output     |
            /functions/calculate/fuel       | 0
            /functions/calculate/fuel       | "many"
            /functions/calculate/extra      | 1
            /functions/calculate/deadline_millis | 0
            /functions/Calculate            | {"input": {}, "output": {}}
            /extension_points/form.draw     | "calculate"
            /extension_points/form.calculate | 1
            /capabilities                   | ["log"]
            /capabilities/log               | true
            /capabilities/log               | {"level": 1}
            /capabilities/camera            | {}
            /capabilities/kv                | {}
            /capabilities/kv/bytes          | 0
            /capabilities/kv/bytes          | 1073741825
            /capabilities/kv/keys           | 1000001
            /capabilities/http/hosts        | []
            /capabilities/http/hosts/0      | "10.0.0.1"
            /capabilities/http/hosts/0      | "*.example.org"
            /capabilities/http/hosts/0      | "localhost"
            /capabilities/http/hosts/0      | "https://api.example.org"
            /capabilities/http/hosts/0      | "api.example.org:65536"
            /capabilities/http/hosts/0      | "b.example.org:8443"
            /capabilities/http/methods/0    | "CONNECT"
            /capabilities/http/methods/0    | "get"
            /capabilities/config            | {}
            /capabilities/config/schema     | []
            /capabilities/secrets/names     | []
            /capabilities/secrets/names/0   | "a b"
            /capabilities/secrets.clear     | {}
            /limits/memory_bytes            | 65535
            /limits/memory_bytes            | 268435457
            /limits/fuel                    | 1000000000001
            /limits/fuel                    | 1.5
            /limits/deadline_millis         | 60001
            /limits/input_bytes             | 16777217
            /limits/output_bytes            |
            /limits/stack_bytes             | 1
            /credentials                    | {}
            /credentials/0/kind             | "Medical Licence"
            /credentials/0/extra            | 1
            /price/amount                   | 49.9
            /price/amount                   | "49,90"
            /price/amount                   | "1000000000"
            /price/currency                 | "brl"
            /price/per                      | "year"
            /price/per                      |
            /changelog                      | ""
            /licence                        | "MIT OR Apache-2.0"
            /screenshots/0                  | "form.png"
            /screenshots/0/caption          |
            /samples/0/function             |
            /samples/0/input                | "../a.json"
            /samples/0/extra                | 1
            /files                          | {"a": {"sha256": "00", "bytes": 1}}
            /files                          | {"a": {"bytes": 1}}
            """)
    void whatASchemaCanSayIsRefusedByBoth(String pointer, String json) {
        requireRefusedByBoth(with(pointer, json == null ? "" : json));
    }

    /** What names something elsewhere, or stands in a list that changes, is the reader's alone. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            /extension_points/form.calculate | "draw"
            /samples/0/function              | "draw"
            /functions/calculate/fuel        | 1000001
            /functions/calculate/deadline_millis | 201
            /regions/0                       | "XX"
            /price/currency                  | "XXY"
            /price/amount                    | "0"
            /price/amount                    | "1.999"
            /functions/calculate/input       | {"$ref": "https://example.org/schema"}
            /title                           | "a\\u202eb"
            """)
    void whatOnlyTheReaderCanSayIsRefusedByIt(String pointer, String json) {
        String manifest = with(pointer, json);

        assertThatThrownBy(() -> PluginManifest.read(manifest)).isInstanceOf(InvalidManifestException.class);
        assertThat(ManifestSchema.complaints(manifest)).isEmpty();
    }

    @Test
    void whatIsNoJsonIsAComplaint() {
        assertThat(ManifestSchema.complaints("{")).isNotEmpty();
    }

    private static void requireRefusedByBoth(String manifest) {
        assertThat(ManifestSchema.complaints(manifest))
                .as("the schema, of %s", manifest)
                .isNotEmpty();
        assertThatThrownBy(() -> PluginManifest.read(manifest))
                .as("the reader, of %s", manifest)
                .isInstanceOf(InvalidManifestException.class);
    }
}
