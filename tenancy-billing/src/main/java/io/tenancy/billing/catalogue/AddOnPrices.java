package io.tenancy.billing.catalogue;

import org.jspecify.annotations.Nullable;

/**
 * What an add-on costs.
 *
 * @param addOn code of the add-on
 * @param expiresAfterDays how long it lasts once bought; null for as long as the subscription
 * @param terms its charges
 */
public record AddOnPrices(String addOn, @Nullable Integer expiresAfterDays, PriceTerms terms) {

    /**
     * Validates the days.
     *
     * @throws IllegalArgumentException when it would last less than a day, or more than {@value
     *     DunningPolicy#MOST_DAYS}
     */
    public AddOnPrices {
        if (expiresAfterDays != null && (expiresAfterDays < 1 || expiresAfterDays > DunningPolicy.MOST_DAYS)) {
            throw new IllegalArgumentException("Add-on '" + addOn + "' was to last " + expiresAfterDays
                    + " days, but lasts 1 to " + DunningPolicy.MOST_DAYS + ", or as long as the subscription");
        }
    }
}
