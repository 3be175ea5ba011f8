package io.tenancy.context;

import io.tenancy.Tenant;
import java.util.Objects;
import java.util.Optional;

/** What a thread may work on: exactly one tenant, or the platform. There is no third kind. */
public sealed interface Scope {

    /**
     * The tenant of this scope.
     *
     * @return the tenant, or empty in platform scope
     */
    Optional<Tenant> tenant();

    /**
     * Work for one tenant.
     *
     * @param value the tenant
     */
    record OfTenant(Tenant value) implements Scope {
        /** Refuses null. */
        public OfTenant {
            Objects.requireNonNull(value, "value");
        }

        @Override
        public Optional<Tenant> tenant() {
            return Optional.of(value);
        }
    }

    /**
     * The landlord's own work: catalog, billing runs, fleet migrations.
     *
     * @param reason why, in words; it is written to the audit trail
     */
    record OfPlatform(String reason) implements Scope {
        /**
         * Refuses a blank reason.
         *
         * @throws IllegalArgumentException when the reason is blank
         */
        public OfPlatform {
            if (reason.isBlank()) {
                throw new IllegalArgumentException(
                        "Platform scope needs a reason for the audit trail, but it was blank");
            }
        }

        @Override
        public Optional<Tenant> tenant() {
            return Optional.empty();
        }
    }
}
