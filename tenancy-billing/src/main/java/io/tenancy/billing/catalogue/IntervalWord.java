package io.tenancy.billing.catalogue;

import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.BillingInterval.Unit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How documents write intervals. */
final class IntervalWord {

    static final String EXPECTED = "month, quarter, year, or a period of 1 to 1200 months or days such as P6M or P45D";

    private static final Pattern PERIOD = Pattern.compile("P([1-9][0-9]{0,3})([MD])");

    private IntervalWord() {}

    static BillingInterval parse(String word) {
        return switch (word) {
            case "month" -> BillingInterval.MONTHLY;
            case "quarter" -> BillingInterval.QUARTERLY;
            case "year" -> BillingInterval.YEARLY;
            default -> ofPeriod(word);
        };
    }

    private static BillingInterval ofPeriod(String period) {
        Matcher matcher = PERIOD.matcher(period);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("An interval is " + EXPECTED + ", but was '" + period + "'");
        }
        return new BillingInterval(
                "M".equals(matcher.group(2)) ? Unit.MONTHS : Unit.DAYS, Integer.parseInt(matcher.group(1)));
    }

    static String of(BillingInterval interval) {
        if (interval.equals(BillingInterval.MONTHLY)) {
            return "month";
        } else if (interval.equals(BillingInterval.QUARTERLY)) {
            return "quarter";
        } else if (interval.equals(BillingInterval.YEARLY)) {
            return "year";
        }
        return "P" + interval.count() + (interval.unit() == Unit.MONTHS ? "M" : "D");
    }
}
