package io.tenancy.jpa.usage;

import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageMetric;
import java.util.Objects;

/**
 * A gauge with the metric that its values are stored as.
 *
 * @param metric of aggregation {@link UsageAggregation#LAST} or {@link UsageAggregation#MAX}
 * @param gauge reads the value
 */
public record UsageGauge(UsageMetric metric, TenantGauge gauge) {

    /**
     * Checks the metric.
     *
     * @throws IllegalArgumentException when it has another aggregation
     */
    public UsageGauge {
        Objects.requireNonNull(gauge, "gauge");
        if (metric.aggregation() != UsageAggregation.LAST && metric.aggregation() != UsageAggregation.MAX) {
            throw new IllegalArgumentException("A gauge is stored as a metric of aggregation LAST or MAX, but '"
                    + metric.name() + "' has " + metric.aggregation());
        }
    }
}
