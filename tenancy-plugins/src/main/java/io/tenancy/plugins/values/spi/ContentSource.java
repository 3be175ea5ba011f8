package io.tenancy.plugins.values.spi;

import io.tenancy.TenantId;
import java.util.Optional;

/** Content that the application shows to plugins. Called on the host's threads, without a bound tenant. */
@FunctionalInterface
public interface ContentSource {

    /** Shows nothing. */
    ContentSource NONE = (tenant, plugin, query) -> Optional.empty();

    /**
     * Reads content.
     *
     * @param tenant whose
     * @param plugin id of who asks
     * @param query what for, as the application and its plugins agreed
     * @return as JSON; empty where there is none
     */
    Optional<String> read(TenantId tenant, String plugin, String query);
}
