package io.tenancy.jpa.entitlement;

import io.tenancy.TenantId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A recorded change.
 *
 * @param id rises with every change
 * @param at when
 * @param action what was done, such as {@code assign-plan}
 * @param tenant whose grants changed; null where it was no single tenant's
 * @param subject what was granted, capped or imported
 * @param detail how, in words
 * @param note who and why
 */
public record EntitlementChange(
        long id,
        Instant at,
        String action,
        @Nullable TenantId tenant,
        String subject,
        String detail,
        ChangeNote note) {}
