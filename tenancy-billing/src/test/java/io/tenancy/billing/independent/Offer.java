package io.tenancy.billing.independent;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a plan or an add-on costs.
 *
 * @param code names it; of what is sold at several prices, each has its edition after an {@code @}
 * @param plans that an add-on goes with; empty for all
 * @param days how long an add-on lasts; 0 for as long as the plan
 * @param fees in their order
 */
public record Offer(String code, Set<String> plans, int days, List<Fee> fees) {

    /** The code without the edition. */
    public static String name(String code) {
        int edition = code.indexOf('@');
        return edition < 0 ? code : code.substring(0, edition);
    }

    /** A part of what an offer costs. */
    public sealed interface Fee {
        String code();
    }

    /** In advance, by interval; per seat beyond the free ones, or once. */
    public record Advance(String code, Map<String, BigDecimal> prices, boolean perSeat, long free) implements Fee {}

    /** Afterwards, by graduated steps, beyond what is free. */
    public record Metered(String code, String metric, BigDecimal free, List<Step> steps) implements Fee {}

    /** Up to which unit, null for all, and the price of one. */
    public record Step(@Nullable BigDecimal upTo, BigDecimal price) {}

    /** Afterwards, of money that was counted. */
    public record Commission(String code, String metric, BigDecimal rate) implements Fee {}

    /** What the two above come to at least, by interval. */
    public record Least(String code, Map<String, BigDecimal> prices) implements Fee {}

    /** Once. */
    public record Once(String code, BigDecimal price) implements Fee {}
}
