package io.tenancy.entitlement;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What an entitlement is, apart from how much of it a plan gives.
 *
 * @param key its name, matching {@code [a-z][a-z0-9_.-]{0,62}}
 * @param kind what sort of thing it is
 * @param title what people read; the key where a document has none
 * @param unit what is counted, such as {@code user}; null for modules and settings, and where a document has none
 * @param period after what time an allowance begins anew; {@link EntitlementPeriod#NONE} for every other kind
 * @param softLimitPercent where the soft limit lies if a plan does not say: 1 to 100 percent of the limit; null for none
 * @param overage whether use beyond the limit is admitted if a plan does not say
 */
public record EntitlementDefinition(
        String key,
        EntitlementKind kind,
        String title,
        @Nullable String unit,
        EntitlementPeriod period,
        @Nullable Integer softLimitPercent,
        boolean overage) {

    /**
     * Validates what goes with the kind.
     *
     * @throws IllegalArgumentException when the key is malformed, or the kind does not know one of the others
     */
    public EntitlementDefinition {
        Names.require("The key of an entitlement", key);
        Objects.requireNonNull(kind, "kind");
        Objects.requireNonNull(title, "title");
        Objects.requireNonNull(period, "period");
        if (kind != EntitlementKind.ALLOWANCE && period != EntitlementPeriod.NONE) {
            throw new IllegalArgumentException("Only an allowance has a period, but '" + key + "' is a " + kind);
        }
        if (!kind.isQuantity() && (unit != null || softLimitPercent != null || overage)) {
            throw new IllegalArgumentException(
                    "Only a limit or an allowance has a unit, a soft limit or overage, but '" + key + "' is a " + kind);
        }
        if (softLimitPercent != null && (softLimitPercent < 1 || softLimitPercent > 100)) {
            throw new IllegalArgumentException("The soft limit of '" + key + "' lies at 1 to 100 percent, but at "
                    + softLimitPercent + " in this definition");
        }
    }
}
