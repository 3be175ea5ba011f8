package io.tenancy.plugins.sandbox;

import io.tenancy.TenantId;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.capability.PluginServices;
import java.util.Set;

/**
 * What to call, for whom, and with what.
 *
 * @param tenant for whom
 * @param function of the plugin
 * @param input as JSON
 * @param granted what the tenant lets the plugin do
 * @param services what the host does for it
 * @param limits what the call may use
 */
public record PluginCall(
        TenantId tenant,
        String function,
        String input,
        Set<Capability> granted,
        PluginServices services,
        PluginLimits limits) {

    /** Copies what is granted. */
    public PluginCall {
        granted = Set.copyOf(granted);
    }

    /**
     * A call of a plugin that only computes, within the default limits.
     *
     * @param tenant for whom
     * @param function of the plugin
     * @param input as JSON
     * @return the call
     */
    public static PluginCall of(TenantId tenant, String function, String input) {
        return new PluginCall(tenant, function, input, Set.of(), PluginServices.NONE, PluginLimits.DEFAULT);
    }

    /**
     * The same within other limits.
     *
     * @param value what it may use
     * @return the call
     */
    public PluginCall within(PluginLimits value) {
        return new PluginCall(tenant, function, input, granted, services, value);
    }

    /**
     * The same with capabilities.
     *
     * @param capabilities what the tenant grants
     * @param offered what the host does for the plugin
     * @return the call
     */
    public PluginCall granting(Set<Capability> capabilities, PluginServices offered) {
        return new PluginCall(tenant, function, input, capabilities, offered, limits);
    }
}
