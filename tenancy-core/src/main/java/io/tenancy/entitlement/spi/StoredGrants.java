package io.tenancy.entitlement.spi;

import io.tenancy.entitlement.EntitlementGrants;

/**
 * Grants as they were read.
 *
 * @param grants what a tenant was granted
 * @param catalogueRevision the revision of the catalogue at the time of reading; what the grants speak of is in it
 */
public record StoredGrants(EntitlementGrants grants, long catalogueRevision) {}
