package io.tenancy.plugins.extension.spi;

import io.tenancy.TenantId;
import java.time.Instant;

/**
 * Hears what plugins emitted and attached to content, after the call took effect, at least once; {@link Said#id} is the same
 * when it is told again. What it throws has it told again later.
 */
public interface PluginEventListener {

    /** Hears nothing. */
    PluginEventListener NONE = new PluginEventListener() {};

    /**
     * What a plugin said.
     *
     * @param id tells it from all others
     * @param tenant for whom it was called
     * @param plugin its id
     * @param json what it said
     * @param at when
     */
    record Said(long id, TenantId tenant, String plugin, String json, Instant at) {}

    /**
     * A plugin emitted an event.
     *
     * @param event {@code {"type", "data"}} as JSON
     */
    default void event(Said event) {}

    /**
     * A plugin attached something to content.
     *
     * @param annotation as JSON
     */
    default void annotation(Said annotation) {}
}
