package io.tenancy.plugins.sandbox;

import io.tenancy.TenantId;

/** Hears how much fuel calls used, those that failed too, unless the host was to blame. */
@FunctionalInterface
public interface PluginMeter {

    /** Hears nothing. */
    PluginMeter NONE = (tenant, module, fuel) -> {};

    /**
     * A call used fuel.
     *
     * @param tenant for whom
     * @param module digest of the plugin's module
     * @param fuel how much, by {@link io.tenancy.plugins.admission.FuelSchedule}
     */
    void used(TenantId tenant, String module, long fuel);
}
