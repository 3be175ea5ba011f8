package io.tenancy.billing.catalogue;

import org.jspecify.annotations.Nullable;

/**
 * What an add-on costs.
 *
 * @param addOn code of the add-on
 * @param expiresAfterDays how long it lasts once bought; null for as long as the subscription
 * @param terms its charges
 */
public record AddOnPrices(String addOn, @Nullable Integer expiresAfterDays, PriceTerms terms) {}
