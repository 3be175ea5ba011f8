package io.tenancy.jpa.control.provisioning;

import io.tenancy.IsolationLevel;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import java.util.Map;
import java.util.Objects;

/**
 * A tenant to be made.
 *
 * @param slug the name in URLs
 * @param name the name for people
 * @param isolation how its rows are kept apart
 * @param firstStatus the status after provisioning: {@code ACTIVE} or {@code TRIAL}
 * @param metadata small facts of the application's own
 */
public record NewTenant(
        TenantSlug slug,
        String name,
        IsolationLevel isolation,
        TenantStatus firstStatus,
        Map<String, String> metadata) {

    /**
     * Validates and copies.
     *
     * @throws IllegalArgumentException when the first status is one that cannot work
     */
    public NewTenant {
        Objects.requireNonNull(slug, "slug");
        Objects.requireNonNull(isolation, "isolation");
        if (firstStatus != TenantStatus.ACTIVE && firstStatus != TenantStatus.TRIAL) {
            throw new IllegalArgumentException(
                    "A new tenant begins as ACTIVE or TRIAL, but '" + slug + "' was to begin as " + firstStatus);
        }
        metadata = Map.copyOf(metadata);
    }

    /**
     * An active tenant without metadata.
     *
     * @param slug the name in URLs
     * @param name the name for people
     * @param isolation how its rows are kept apart
     * @return the description
     * @throws IllegalArgumentException when the slug breaks a rule
     */
    public static NewTenant of(String slug, String name, IsolationLevel isolation) {
        return new NewTenant(new TenantSlug(slug), name, isolation, TenantStatus.ACTIVE, Map.of());
    }
}
