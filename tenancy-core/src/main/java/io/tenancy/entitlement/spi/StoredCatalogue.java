package io.tenancy.entitlement.spi;

import io.tenancy.entitlement.PlanCatalogue;

/**
 * The catalogue as it was read.
 *
 * @param revision rises with every import that changed something; 0 before the first one
 * @param catalogue every plan version and add-on that was ever imported
 */
public record StoredCatalogue(long revision, PlanCatalogue catalogue) {}
