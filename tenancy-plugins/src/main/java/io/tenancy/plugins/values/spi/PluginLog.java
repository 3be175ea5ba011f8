package io.tenancy.plugins.values.spi;

import io.tenancy.TenantId;
import org.slf4j.LoggerFactory;

/** Takes the lines that plugins write. */
@FunctionalInterface
public interface PluginLog {

    /** Writes to the application's own log, under {@code io.tenancy.plugins.log}, nothing above a warning. */
    PluginLog APPLICATION = (tenant, plugin, level, text) -> {
        var log = LoggerFactory.getLogger("io.tenancy.plugins.log");
        switch (level) {
            case 0 -> log.debug("Plugin {} of tenant {} says: {}", plugin, tenant, text);
            case 1 -> log.info("Plugin {} of tenant {} says: {}", plugin, tenant, text);
            default -> log.warn("Plugin {} of tenant {} says: {}", plugin, tenant, text);
        }
    };

    /**
     * A line.
     *
     * @param tenant for whom the plugin was called
     * @param plugin its id
     * @param level 0 debug, 1 info, 2 warning, 3 error
     * @param text without control characters
     */
    void write(TenantId tenant, String plugin, int level, String text);
}
