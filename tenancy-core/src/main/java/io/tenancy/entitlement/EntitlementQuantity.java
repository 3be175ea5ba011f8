package io.tenancy.entitlement;

import org.jspecify.annotations.Nullable;

/**
 * How much of something a tenant may have or use.
 *
 * @param key what, as in the catalogue
 * @param limit the most; {@value EntitlementValue#UNLIMITED} for unlimited
 * @param softLimit from where on one is warned; null for no warning
 * @param overageAllowed whether use beyond the limit is admitted, to be paid for
 * @param period after what time an allowance begins anew; {@link EntitlementPeriod#NONE} for limits
 * @param unit what is counted; null where the catalogue does not say
 */
public record EntitlementQuantity(
        String key,
        long limit,
        @Nullable Long softLimit,
        boolean overageAllowed,
        EntitlementPeriod period,
        @Nullable String unit) {

    /**
     * Whether there is no limit.
     *
     * @return true for a limit of {@value EntitlementValue#UNLIMITED}
     */
    public boolean unlimited() {
        return Amounts.unlimited(limit);
    }

    static EntitlementQuantity of(EntitlementDefinition definition, EntitlementValue.OfQuantity value) {
        Long soft = value.softLimit();
        Integer percent = definition.softLimitPercent();
        if (soft == null && percent != null && !Amounts.unlimited(value.limit())) {
            soft = Amounts.percent(value.limit(), percent);
        }
        return new EntitlementQuantity(
                definition.key(), value.limit(), soft, value.overage(), definition.period(), definition.unit());
    }
}
