package io.tenancy.plugins.install;

import io.tenancy.TenantId;
import java.util.Optional;

/**
 * What a tenant has of a plugin.
 *
 * @param tenant who
 * @param plugin id of the plugin
 * @param active digest of the package that is used; empty before the first one is
 * @param enabled whether it is called
 * @param pinned whether it stays at its version
 * @param previous digest of the package to which the tenant can go back
 * @param pending what is on its way in
 * @param config what was configured, as a JSON object
 */
public record PluginInstallation(
        TenantId tenant,
        String plugin,
        Optional<String> active,
        boolean enabled,
        boolean pinned,
        Optional<String> previous,
        Optional<Pending> pending,
        String config) {

    /**
     * A package on its way in.
     *
     * @param digest of the package
     * @param step at which it is
     * @param waitsFor what somebody has to do; empty where it goes on by itself
     * @param refused why it does not go on; empty if it does
     */
    public record Pending(String digest, InstallStep step, Optional<String> waitsFor, Optional<String> refused) {}

    /** Whether it is called. */
    public boolean isEnabled() {
        return enabled && active.isPresent();
    }
}
