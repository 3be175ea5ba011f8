package io.tenancy.plugins.install;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a plugin had of a tenant when it was uninstalled. Secrets are not in it.
 *
 * @param plugin id of the plugin
 * @param digest of the package that was active; empty if none ever was
 * @param config what was configured, as JSON
 * @param values what it kept, by key
 */
public record PluginExport(String plugin, String digest, String config, SortedMap<String, byte[]> values) {

    private static final JsonMapper MAPPER = new JsonMapper();

    /** Copies the map. */
    public PluginExport {
        values = new TreeMap<>(values);
    }

    /**
     * Everything as one text.
     *
     * @return JSON with {@code format}, {@code plugin}, {@code package}, {@code config}, and {@code values} in Base64
     */
    public String json() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("format", 1);
        all.put("plugin", plugin);
        all.put("package", digest);
        all.put("config", MAPPER.readTree(config));
        Map<String, String> encoded = new TreeMap<>();
        values.forEach((key, value) -> encoded.put(key, Base64.getEncoder().encodeToString(value)));
        all.put("values", encoded);
        return MAPPER.writeValueAsString(all);
    }
}
