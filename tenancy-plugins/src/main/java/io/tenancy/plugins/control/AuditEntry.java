package io.tenancy.plugins.control;

import io.tenancy.TenantId;
import java.time.Instant;
import java.util.Optional;

/**
 * Something that was done about a plugin.
 *
 * @param at when, to the second
 * @param tenant for whom; empty for the store itself
 * @param plugin id of the plugin
 * @param digest of which package; empty where it concerns none or all
 * @param actor who did it
 * @param action what, such as {@code install} or {@code step.consent}
 * @param detail in words
 */
public record AuditEntry(
        Instant at,
        Optional<TenantId> tenant,
        String plugin,
        Optional<String> digest,
        String actor,
        String action,
        String detail) {}
