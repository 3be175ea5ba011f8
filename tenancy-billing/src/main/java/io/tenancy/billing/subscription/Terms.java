package io.tenancy.billing.subscription;

import io.tenancy.billing.catalogue.PriceTerms;
import org.jspecify.annotations.Nullable;

/**
 * The terms of a version of a plan or of an add-on, as they were imported or agreed.
 *
 * @param number in the store; never used again
 * @param plan whether they are of a plan; of an add-on otherwise
 * @param code of the plan or add-on
 * @param version of the plan, or the count of the add-on's terms
 * @param name what people read
 * @param prices the charges
 * @param expiresAfterDays how long an add-on lasts; null for as long as the subscription
 */
public record Terms(
        long number,
        boolean plan,
        String code,
        int version,
        String name,
        PriceTerms prices,
        @Nullable Integer expiresAfterDays) {}
