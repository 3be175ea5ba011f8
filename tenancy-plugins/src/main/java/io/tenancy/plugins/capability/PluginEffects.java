package io.tenancy.plugins.capability;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call is to change, once it has returned.
 *
 * @param values by key: what the plugin keeps from then on
 * @param reads by key: the version that the call saw, 0 where there was no value; somebody else may not have changed it since
 * @param events as JSON, in their order
 * @param metrics counts, in their order
 * @param annotations as JSON, in their order
 */
public record PluginEffects(
        Map<String, Value> values,
        Map<String, Long> reads,
        List<String> events,
        List<Metric> metrics,
        List<String> annotations) {

    /** Copies the lists. */
    public PluginEffects {
        values = Map.copyOf(values);
        reads = Map.copyOf(reads);
        events = List.copyOf(events);
        metrics = List.copyOf(metrics);
        annotations = List.copyOf(annotations);
    }

    /**
     * A value to keep.
     *
     * @param bytes the value; null to remove it
     */
    @SuppressWarnings("ArrayRecordComponent")
    public record Value(byte @Nullable [] bytes) {}

    /**
     * Something counted.
     *
     * @param name of it
     * @param value how much
     */
    public record Metric(String name, double value) {}

    /** Whether nothing is to change. */
    public boolean isEmpty() {
        return values.isEmpty() && events.isEmpty() && metrics.isEmpty() && annotations.isEmpty();
    }
}
