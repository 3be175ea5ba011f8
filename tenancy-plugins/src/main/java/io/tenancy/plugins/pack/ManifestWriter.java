package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.CanonicalJson;
import io.tenancy.plugins.pack.internal.Json;
import io.tenancy.plugins.pack.internal.Schema;
import io.tenancy.plugins.pack.internal.UnreadableJsonException;
import java.util.Collection;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** Writes a manifest as canonical JSON. What is empty is left out. */
final class ManifestWriter {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private ManifestWriter() {}

    static String write(PluginManifest manifest) {
        try {
            return CanonicalJson.text(manifest(manifest));
        } catch (UnreadableJsonException halfASurrogate) {
            // Every text has been checked when the manifest was made.
            throw new IllegalStateException("The manifest has no canonical form", halfASurrogate);
        }
    }

    private static ObjectNode manifest(PluginManifest manifest) throws UnreadableJsonException {
        ObjectNode json = NODES.objectNode()
                .put("format", PluginManifest.FORMAT)
                .put("id", manifest.id())
                .put("version", manifest.version().toString())
                .put("publisher", manifest.publisher())
                .put("title", manifest.title())
                .put("description", manifest.description())
                .put("abi", manifest.abi())
                .put("module", manifest.module())
                .put("changelog", manifest.changelog())
                .put("licence", manifest.licence());
        optional(json, "specialty", manifest.specialty());
        json.set("limits", limits(manifest.limits()));
        json.set("functions", functions(manifest));
        if (!manifest.regions().isEmpty()) {
            json.set("regions", texts(manifest.regions()));
        }
        if (!manifest.extensionPoints().isEmpty()) {
            ObjectNode served = json.putObject("extension_points");
            manifest.extensionPoints().forEach((point, function) -> served.put(point.key(), function));
        }
        if (!manifest.capabilities().isEmpty()) {
            ObjectNode asked = json.putObject("capabilities");
            for (CapabilityRequest request : manifest.capabilities().values()) {
                asked.set(request.capability().key(), request(request));
            }
        }
        shop(json, manifest);
        if (!manifest.files().isEmpty()) {
            ObjectNode files = json.putObject("files");
            manifest.files()
                    .forEach((path, file) ->
                            files.putObject(path).put("sha256", file.sha256()).put("bytes", file.bytes()));
        }
        return json;
    }

    private static void shop(ObjectNode json, PluginManifest manifest) {
        PluginPrice price = manifest.price();
        if (price != null) {
            json.putObject("price")
                    .put("amount", price.amount().toPlainString())
                    .put("currency", price.currency())
                    .put("per", price.per().key());
        }
        if (!manifest.credentials().isEmpty()) {
            ArrayNode credentials = json.putArray("credentials");
            manifest.credentials().forEach(each -> {
                ObjectNode credential = credentials.addObject().put("kind", each.kind());
                optional(credential, "specialty", each.specialty());
            });
        }
        if (!manifest.screenshots().isEmpty()) {
            ArrayNode screenshots = json.putArray("screenshots");
            manifest.screenshots()
                    .forEach(each ->
                            screenshots.addObject().put("file", each.file()).put("caption", each.caption()));
        }
        if (!manifest.samples().isEmpty()) {
            ArrayNode samples = json.putArray("samples");
            manifest.samples().forEach(each -> {
                ObjectNode sample =
                        samples.addObject().put("function", each.function()).put("input", each.input());
                optional(sample, "output", each.output());
            });
        }
    }

    private static ObjectNode limits(StatedLimits limits) {
        return NODES.objectNode()
                .put("memory_bytes", limits.memoryBytes())
                .put("fuel", limits.fuel())
                .put("deadline_millis", limits.deadlineMillis())
                .put("input_bytes", limits.inputBytes())
                .put("output_bytes", limits.outputBytes());
    }

    private static ObjectNode functions(PluginManifest manifest) throws UnreadableJsonException {
        ObjectNode functions = NODES.objectNode();
        for (PluginFunction function : manifest.functions().values()) {
            ObjectNode json = functions
                    .putObject(function.name())
                    .put("fuel", function.fuel())
                    .put("deadline_millis", function.deadlineMillis());
            json.set("input", Json.read(function.input(), Schema.LARGEST_BYTES));
            json.set("output", Json.read(function.output(), Schema.LARGEST_BYTES));
        }
        return functions;
    }

    private static ObjectNode request(CapabilityRequest request) throws UnreadableJsonException {
        ObjectNode json = NODES.objectNode();
        if (request instanceof CapabilityRequest.Storage storage) {
            json.put("bytes", storage.bytes()).put("keys", storage.keys());
        } else if (request instanceof CapabilityRequest.Requests requests) {
            json.set("hosts", texts(requests.hosts()));
            json.set("methods", texts(requests.methods()));
        } else if (request instanceof CapabilityRequest.Settings settings) {
            json.set("schema", Json.read(settings.schema(), Schema.LARGEST_BYTES));
        } else if (request instanceof CapabilityRequest.Secrets secrets) {
            json.set("names", texts(secrets.names()));
        }
        return json;
    }

    private static ArrayNode texts(Collection<String> texts) {
        ArrayNode array = NODES.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    private static void optional(ObjectNode json, String name, @Nullable String value) {
        if (value != null) {
            json.put(name, value);
        }
    }
}
