package io.tenancy.plugins.extension;

import io.tenancy.plugins.extension.PluginTrace.Outcome;
import io.tenancy.plugins.sandbox.PluginFailedException;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * What came of this node's calls since it began, of all tenants and plugins together: who wants them apart reads usage. Safe
 * for many threads.
 */
public final class CallFigures {

    private final Map<Outcome, LongAdder> calls = new EnumMap<>(Outcome.class);
    private final Map<PluginFailedException.Kind, LongAdder> failures = new EnumMap<>(PluginFailedException.Kind.class);
    private final LongAdder fuel = new LongAdder();

    CallFigures() {
        for (Outcome each : Outcome.values()) {
            calls.put(each, new LongAdder());
        }
        for (PluginFailedException.Kind each : PluginFailedException.Kind.values()) {
            failures.put(each, new LongAdder());
        }
    }

    void called(Outcome outcome, long used) {
        adder(calls, outcome).increment();
        fuel.add(used);
    }

    void failed(PluginFailedException.Kind kind) {
        adder(failures, kind).increment();
    }

    /**
     * How many calls came to that.
     *
     * @param outcome to what
     * @return never falls
     */
    public long calls(Outcome outcome) {
        return adder(calls, outcome).sum();
    }

    /**
     * How many calls failed for that reason, by the plugin's fault or another.
     *
     * @param kind for which
     * @return never falls
     */
    public long failures(PluginFailedException.Kind kind) {
        return adder(failures, kind).sum();
    }

    /** How much fuel they used, as it is recorded as usage; never falls. */
    public long fuel() {
        return fuel.sum();
    }

    private static <K> LongAdder adder(Map<K, LongAdder> all, K key) {
        return Objects.requireNonNull(all.get(key));
    }
}
