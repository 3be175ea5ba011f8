package io.tenancy.billing.stripe.customer;

import io.tenancy.TenantId;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What is written on whatever billing makes at Stripe, and read again on every answer: whose it is, and of which installation.
 *
 * @param installation tells this installation from others on the same account
 * @param livemode whether real money moves
 */
public record Ownership(String installation, boolean livemode) {

    /** Which installation made it. */
    public static final String INSTALLATION = "tenancy_installation";

    /** Whose it is. */
    public static final String TENANT = "tenancy_tenant";

    /** Billing's request that it answers. */
    public static final String REQUEST = "tenancy_request";

    /** Which part of the request it answers, of a refund of several payments. */
    public static final String PART = "tenancy_part";

    /** The page that it comes from. */
    public static final String PAGE = "tenancy_page";

    /** The invoice that it pays. */
    public static final String INVOICE = "tenancy_invoice";

    /**
     * What is written.
     *
     * @param tenant whose
     * @param further names and values beside it; those that are null are left out
     * @return metadata
     */
    public Map<String, String> of(TenantId tenant, Map<String, ? extends @Nullable Object> further) {
        Map<String, String> all = new TreeMap<>();
        all.put(INSTALLATION, installation);
        all.put(TENANT, tenant.toString());
        further.forEach((name, value) -> {
            if (value != null) {
                all.put(name, value.toString());
            }
        });
        return all;
    }

    /**
     * Whether this installation made it.
     *
     * @param metadata what is written
     * @return whether it says so
     */
    public boolean isOurs(Map<String, String> metadata) {
        return installation.equals(metadata.get(INSTALLATION));
    }

    /**
     * Whether another installation made it.
     *
     * @param metadata what is written
     * @return false also where nothing is written
     */
    public boolean isOfAnother(Map<String, String> metadata) {
        return metadata.containsKey(INSTALLATION) && !isOurs(metadata);
    }

    /**
     * Whose it is.
     *
     * @param metadata what is written
     * @return empty when this installation did not make it, or it names nobody
     */
    public Optional<TenantId> tenant(Map<String, String> metadata) {
        if (!isOurs(metadata)) {
            return Optional.empty();
        }
        try {
            return id(metadata, TENANT).map(TenantId::new);
        } catch (IllegalArgumentException noTenant) {
            // Anybody who uses the dashboard may have written anything.
            return Optional.empty();
        }
    }

    /**
     * An id that is written.
     *
     * @param metadata what is written
     * @param name under which name
     * @return empty when there is none, or it is no UUID
     */
    public static Optional<UUID> id(Map<String, String> metadata, String name) {
        String value = metadata.get(name);
        if (value == null) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(value));
        } catch (IllegalArgumentException malformed) {
            return Optional.empty();
        }
    }
}
