package io.tenancy.usage;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Something that is counted. Events of a metric that nobody defined are rejected.
 *
 * @param name 1 to 63 characters of {@code a-z0-9_.-}, a letter first
 * @param unit what one of it is, for people: {@code request}, {@code byte}; 1 to 40 characters
 * @param aggregation how events become one number; it never changes once events were stored
 * @param uniqueProperty whose different values are counted; set for {@link UsageAggregation#UNIQUE} and for nothing else
 */
public record UsageMetric(
        String name,
        String unit,
        UsageAggregation aggregation,
        @Nullable String uniqueProperty) {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_.-]{0,62}");
    private static final int MAXIMUM_UNIT = 40;

    /**
     * Validates.
     *
     * @throws InvalidUsageException naming everything that is wrong
     */
    public UsageMetric {
        Objects.requireNonNull(aggregation, "aggregation");
        List<String> faults = new ArrayList<>();
        if (!NAME.matcher(name).matches()) {
            faults.add("its name has 1 to 63 characters of a-z, 0-9, '_', '.' and '-', and begins with a letter");
        }
        if (unit.isBlank() || unit.length() > MAXIMUM_UNIT) {
            faults.add("its unit '" + UsageFaults.shortened(unit) + "' has 1 to " + MAXIMUM_UNIT + " characters");
        }
        if (aggregation == UsageAggregation.UNIQUE && (uniqueProperty == null || uniqueProperty.isBlank())) {
            faults.add("it counts different values, so it names the property that holds them");
        }
        if (aggregation != UsageAggregation.UNIQUE && uniqueProperty != null) {
            faults.add("only a metric of aggregation UNIQUE names a property, but this one is " + aggregation);
        }
        if (!faults.isEmpty()) {
            throw new InvalidUsageException("The usage metric '" + UsageFaults.shortened(name) + "' was refused: "
                    + String.join("; ", faults) + ".");
        }
    }

    /**
     * A metric that adds up quantities.
     *
     * @param name its name
     * @param unit what one of it is
     * @return the metric
     */
    public static UsageMetric sum(String name, String unit) {
        return new UsageMetric(name, unit, UsageAggregation.SUM, null);
    }

    /**
     * A metric that counts events.
     *
     * @param name its name
     * @param unit what one of it is
     * @return the metric
     */
    public static UsageMetric count(String name, String unit) {
        return new UsageMetric(name, unit, UsageAggregation.COUNT, null);
    }

    /**
     * A metric whose greatest quantity counts.
     *
     * @param name its name
     * @param unit what one of it is
     * @return the metric
     */
    public static UsageMetric max(String name, String unit) {
        return new UsageMetric(name, unit, UsageAggregation.MAX, null);
    }

    /**
     * A metric whose last quantity counts.
     *
     * @param name its name
     * @param unit what one of it is
     * @return the metric
     */
    public static UsageMetric last(String name, String unit) {
        return new UsageMetric(name, unit, UsageAggregation.LAST, null);
    }

    /**
     * A metric that counts the different values of a property.
     *
     * @param name its name
     * @param unit what one of it is
     * @param property the property; an event without it is rejected
     * @return the metric
     */
    public static UsageMetric unique(String name, String unit, String property) {
        return new UsageMetric(name, unit, UsageAggregation.UNIQUE, property);
    }

    /**
     * The property whose different values are counted.
     *
     * @return empty unless the aggregation is {@link UsageAggregation#UNIQUE}
     */
    public Optional<String> property() {
        return Optional.ofNullable(uniqueProperty);
    }
}
