package io.tenancy.plugins.pack;

import io.tenancy.plugins.pack.internal.Form;
import java.util.Objects;

/**
 * What tells one package from all others; kept of what is installed.
 *
 * @param plugin id of the plugin
 * @param version of the plugin
 * @param publisher who answers for it
 * @param digest {@link PluginPackage#digest() digest} of the package
 */
public record PackageIdentity(String plugin, SemanticVersion version, String publisher, String digest) {

    /**
     * Requires the form.
     *
     * @throws IllegalArgumentException when a part is malformed
     */
    public PackageIdentity {
        Form.PLUGIN_ID.require("The id of the plugin", plugin);
        Objects.requireNonNull(version, "version");
        Form.NAME.require("The publisher", publisher);
        Form.DIGEST.require("The digest of the package", digest);
    }

    @Override
    public String toString() {
        return plugin + " " + version + " of " + publisher + " (" + digest + ")";
    }
}
