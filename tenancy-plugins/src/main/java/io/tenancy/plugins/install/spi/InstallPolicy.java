package io.tenancy.plugins.install.spi;

import io.tenancy.TenantId;
import io.tenancy.plugins.pack.PluginManifest;
import java.util.Optional;

/** Decides whether a tenant may have a plugin, beyond what the plugin itself demands. May be asked several times. */
@FunctionalInterface
public interface InstallPolicy {

    /** Lets every tenant have any plugin. */
    InstallPolicy ALL = (tenant, plugin, others) -> Optional.empty();

    /**
     * Why a tenant may not have a plugin.
     *
     * @param tenant who
     * @param plugin what
     * @param others how many other plugins it has
     * @return what was found and what to do; empty if it may
     */
    Optional<String> refusal(TenantId tenant, PluginManifest plugin, int others);

    /**
     * Both have to let it.
     *
     * @param other is asked if this lets it
     * @return the two
     */
    default InstallPolicy and(InstallPolicy other) {
        return (tenant, plugin, others) ->
                refusal(tenant, plugin, others).or(() -> other.refusal(tenant, plugin, others));
    }
}
