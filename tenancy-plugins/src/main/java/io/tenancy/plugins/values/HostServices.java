package io.tenancy.plugins.values;

import io.tenancy.TenantId;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.http.HttpGateway;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.values.spi.ContentSource;
import io.tenancy.plugins.values.spi.PluginLog;
import org.jspecify.annotations.Nullable;

/**
 * What the host does for plugins.
 *
 * @param values what they keep
 * @param secrets what they are entrusted with
 * @param gateway sends their requests; null where none are sent
 * @param content shows them content
 * @param log takes their lines
 */
public record HostServices(
        PluginValues values,
        PluginSecrets secrets,
        @Nullable HttpGateway gateway,
        ContentSource content,
        PluginLog log) {

    /**
     * For one call.
     *
     * @param tenant for whom
     * @param manifest of the plugin
     * @param digest of its package
     * @param config what the tenant configured, as a JSON object
     * @return the services; not to be used for another call
     */
    public PluginServices forCall(TenantId tenant, PluginManifest manifest, String digest, String config) {
        return new CallServices(this, tenant, manifest, digest, config);
    }
}
