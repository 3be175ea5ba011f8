package io.tenancy.plugins.usage;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.spi.UsageSink;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds up the fuel of each tenant and plugin and records it as usage every second, since a row for each call would cost more
 * than the call. A process that is killed loses what it had not recorded: a second's fuel. Safe for many threads.
 */
public final class FuelUsage implements AutoCloseable {

    /** Property of the events: the plugin's id. */
    public static final String PLUGIN = "plugin";

    /** The metric; its events have the property {@link #PLUGIN}. */
    public static final UsageMetric METRIC = UsageMetric.sum("plugin_fuel", "fuel");

    /** How often fuel is recorded. */
    public static final Duration INTERVAL = Duration.ofSeconds(1);

    private static final String SOURCE = "tenancy-plugins";
    private static final Logger LOG = LoggerFactory.getLogger(FuelUsage.class);

    private final UsageSink sink;
    private final InstantSource clock;
    private final Object recording = new Object();
    private final Object adding = new Object();
    private Map<Consumer, Long> sums = new HashMap<>();
    private List<UsageEvent> unsaid = List.of();
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "tenancy-plugins-fuel");
        thread.setDaemon(true);
        return thread;
    });

    private record Consumer(TenantId tenant, String plugin) {}

    /**
     * Nothing used yet.
     *
     * @param sink where usage is recorded
     * @param clock when
     */
    public FuelUsage(UsageSink sink, InstantSource clock) {
        this.sink = sink;
        this.clock = clock;
    }

    /** Records from now on. */
    public void start() {
        long interval = INTERVAL.toMillis();
        var unused = timer.scheduleWithFixedDelay(this::recordAgain, interval, interval, TimeUnit.MILLISECONDS);
    }

    /**
     * A call used fuel.
     *
     * @param tenant for whom
     * @param plugin id of the plugin
     * @param fuel how much
     */
    public void used(TenantId tenant, String plugin, long fuel) {
        if (fuel > 0) {
            synchronized (adding) {
                sums.merge(new Consumer(tenant, plugin), fuel, Long::sum);
            }
        }
    }

    private void recordAgain() {
        try {
            flush();
        } catch (RuntimeException failure) {
            LOG.warn("Fuel of plugins could not be recorded, and is recorded later", failure);
        }
    }

    /**
     * Records what was used until now. What could not be recorded is recorded with the next, under the same keys, so that
     * it counts once.
     *
     * @throws io.tenancy.usage.UsageNotStoredException when it cannot be stored
     */
    public void flush() {
        synchronized (recording) {
            List<UsageEvent> events = new ArrayList<>(unsaid);
            Map<Consumer, Long> used;
            synchronized (adding) {
                used = sums;
                sums = new HashMap<>();
            }
            used.forEach((consumer, fuel) -> events.add(event(consumer, fuel)));
            unsaid = events;
            if (!events.isEmpty()) {
                UsageSink.Outcome outcome = sink.store(events);
                outcome.rejected().forEach(each -> LOG.error("Fuel was rejected as usage: {}", each));
                unsaid = List.of();
            }
        }
    }

    private UsageEvent event(Consumer consumer, long fuel) {
        return UsageEvent.record(
                consumer.tenant,
                SOURCE,
                UUID.randomUUID().toString(),
                METRIC.name(),
                BigDecimal.valueOf(fuel),
                clock.instant(),
                Map.of(PLUGIN, consumer.plugin));
    }

    /** Records what is left. */
    @Override
    public void close() {
        timer.shutdown();
        recordAgain();
    }
}
