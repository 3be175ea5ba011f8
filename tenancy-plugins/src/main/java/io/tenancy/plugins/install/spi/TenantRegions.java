package io.tenancy.plugins.install.spi;

import io.tenancy.TenantId;
import java.util.Optional;
import java.util.Set;

/** Knows in which countries tenants work. */
@FunctionalInterface
public interface TenantRegions {

    /** Knows nothing, so that no plugin is refused for its regions. */
    TenantRegions UNKNOWN = tenant -> Optional.empty();

    /**
     * Where a tenant works.
     *
     * @param tenant who
     * @return codes of ISO 3166-1; empty where that is not known
     */
    Optional<Set<String>> of(TenantId tenant);
}
