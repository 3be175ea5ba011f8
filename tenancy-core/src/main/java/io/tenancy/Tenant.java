package io.tenancy;

import java.util.Map;
import java.util.Objects;

/**
 * What the SDK knows of a tenant at one moment. An immutable snapshot: a change in the catalog shows in the next
 * snapshot, never in this one.
 *
 * @param id the identity, for ever
 * @param slug the name in URLs, which may change
 * @param name the name for people
 * @param status where the tenant stands in its life
 * @param placement where its rows live
 * @param version rises with every change of the catalog's row
 * @param metadata small facts of the application's own, such as a region; never secrets
 */
public record Tenant(
        TenantId id,
        TenantSlug slug,
        String name,
        TenantStatus status,
        Placement placement,
        long version,
        Map<String, String> metadata) {

    /**
     * Validates and copies.
     *
     * @throws IllegalArgumentException when the name is blank
     */
    public Tenant {
        Objects.requireNonNull(id, "id");
        Objects.requireNonNull(slug, "slug");
        Objects.requireNonNull(status, "status");
        Objects.requireNonNull(placement, "placement");
        if (name.isBlank()) {
            throw new IllegalArgumentException("A tenant has a name, but it was blank (slug '" + slug + "')");
        }
        metadata = Map.copyOf(metadata);
    }

    /**
     * The same tenant in another status.
     *
     * @param other the new status
     * @return a snapshot that differs in the status only
     */
    public Tenant withStatus(TenantStatus other) {
        return new Tenant(id, slug, name, other, placement, version, metadata);
    }

    /** Short form for logs: slug and id, no metadata. */
    @Override
    public String toString() {
        return slug + " (" + id + ")";
    }
}
