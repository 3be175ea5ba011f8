package io.tenancy.billing.catalogue;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the document says of a plan's sale.
 *
 * @param plan code of the plan
 * @param family plans of one family can be exchanged for each other; null for a plan that goes with all that have
 *     none
 * @param rank higher is more: a change to a higher rank is an upgrade. The plan's position in the document unless
 *     given
 * @param trialDays how long it can be tried before it is paid for; 0 for not at all
 * @param support level of support, as it is sold; null where nothing is said
 * @param sla promised availability, as it is sold, such as {@code 99.9 %}; null where nothing is said
 * @param dunning what happens when it is not paid
 * @param versions version number to terms
 */
public record PlanPrices(
        String plan,
        @Nullable String family,
        int rank,
        int trialDays,
        @Nullable String support,
        @Nullable String sla,
        DunningPolicy dunning,
        Map<Integer, PriceTerms> versions) {

    /**
     * Validates what is given and copies the versions.
     *
     * @throws IllegalArgumentException when the family is no name, the rank is negative, a text is blank, or the
     *     days of the trial are not 0 to {@value DunningPolicy#MOST_DAYS}
     */
    public PlanPrices {
        if (family != null) {
            Copies.requireName("The family of plan '" + plan + "'", family);
        }
        if (rank < 0 || trialDays < 0 || trialDays > DunningPolicy.MOST_DAYS) {
            throw new IllegalArgumentException("Plan '" + plan + "' was to have rank " + rank + " and " + trialDays
                    + " days of trial, but a rank is 0 or more, and the days are 0 to " + DunningPolicy.MOST_DAYS);
        }
        if ((support != null && support.isBlank()) || (sla != null && sla.isBlank())) {
            throw new IllegalArgumentException(
                    "What plan '" + plan + "' says of support or SLA is blank; it says something, or null for nothing");
        }
        versions = Collections.unmodifiableMap(new LinkedHashMap<>(versions));
    }

    /**
     * The same with other versions.
     *
     * @param others version number to terms
     * @return a copy
     */
    public PlanPrices withVersions(Map<Integer, PriceTerms> others) {
        return new PlanPrices(plan, family, rank, trialDays, support, sla, dunning, others);
    }

    /**
     * The terms of a version.
     *
     * @param version its number
     * @return empty when the document gives no price for it
     */
    public Optional<PriceTerms> terms(int version) {
        return Optional.ofNullable(versions.get(version));
    }
}
