package io.tenancy.usage;

import io.tenancy.context.Tenancy;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Map;

/**
 * Stage "record": tells what the bound tenant used. When a method returns, the event is stored as durably as the
 * implementation says; when it throws, it is not. Safe for many threads.
 */
public interface UsageMeter {

    /**
     * Stores an event, or finds that it is stored already with the same content.
     *
     * @param event the event
     * @throws UsageNotStoredException when it could not be stored
     * @throws InvalidUsageException when its metric is unknown or its time is out of bounds
     */
    void record(UsageEvent event);

    /**
     * The producer that this meter speaks for.
     *
     * @return the source of events that are recorded without one
     */
    String source();

    /**
     * Tells what the bound tenant used.
     *
     * @param metric what
     * @param quantity how much
     * @param key name of the event, unique within tenant and source; the same for every retry
     * @param occurredAt when
     * @param properties small facts about it
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws InvalidUsageException naming everything that is wrong
     * @throws UsageNotStoredException when it could not be stored
     */
    default void record(
            String metric, BigDecimal quantity, String key, Instant occurredAt, Map<String, String> properties) {
        record(UsageEvent.record(Tenancy.require().id(), source(), key, metric, quantity, occurredAt, properties));
    }

    /**
     * Tells what the bound tenant used, in whole units.
     *
     * @param metric what
     * @param quantity how much
     * @param key name of the event, unique within tenant and source; the same for every retry
     * @param occurredAt when
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws InvalidUsageException naming everything that is wrong
     * @throws UsageNotStoredException when it could not be stored
     */
    default void record(String metric, long quantity, String key, Instant occurredAt) {
        record(metric, BigDecimal.valueOf(quantity), key, occurredAt, Map.of());
    }

    /**
     * Tells what the bound tenant used, as a floating-point number. The shortest decimal that reads as this number is
     * what counts.
     *
     * @param metric what
     * @param quantity how much; finite
     * @param key name of the event, unique within tenant and source; the same for every retry
     * @param occurredAt when
     * @throws io.tenancy.context.NoTenantException when no tenant is bound
     * @throws InvalidUsageException naming everything that is wrong
     * @throws UsageNotStoredException when it could not be stored
     */
    default void record(String metric, double quantity, String key, Instant occurredAt) {
        if (!Double.isFinite(quantity)) {
            throw new InvalidUsageException("Usage of metric '" + UsageFaults.shortened(metric) + "' with key '"
                    + UsageFaults.shortened(key) + "' was refused and not stored: quantity is " + quantity
                    + ", but is a finite number.");
        }
        record(metric, BigDecimal.valueOf(quantity), key, occurredAt, Map.of());
    }
}
