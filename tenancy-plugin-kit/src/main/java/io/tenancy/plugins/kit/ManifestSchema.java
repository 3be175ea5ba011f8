package io.tenancy.plugins.kit;

import io.tenancy.plugins.PluginException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import tools.jackson.core.JacksonException;

/**
 * The JSON Schema of {@code manifest.json}, for editors that complete and check. {@link
 * io.tenancy.plugins.pack.PluginManifest#read} has the last word: a schema cannot say that one member names what is in
 * another.
 */
public final class ManifestSchema {

    private ManifestSchema() {}

    /**
     * The schema.
     *
     * @return JSON Schema of draft 2020-12
     */
    public static String json() {
        try (InputStream in =
                Objects.requireNonNull(ManifestSchema.class.getResourceAsStream("manifest.schema.json"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new PluginException("The schema of manifests could not be read from the kit's jar", unreadable);
        }
    }

    /**
     * Compares a manifest with the schema.
     *
     * @param manifest JSON
     * @return what does not fit; empty if all does
     */
    public static List<String> complaints(String manifest) {
        try {
            return JsonSchemas.complaints(json(), KitJson.read(manifest));
        } catch (JacksonException noJson) {
            return List.of("It is no JSON: " + noJson.getOriginalMessage());
        }
    }
}
