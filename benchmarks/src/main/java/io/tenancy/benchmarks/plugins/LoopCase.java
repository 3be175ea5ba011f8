package io.tenancy.benchmarks.plugins;

import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginLimits;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A loop of ten million rounds of arithmetic, metered, beside the same in plain Java. */
final class LoopCase {

    private static final double TARGET = 1.5;
    private static final int ROUNDS = 10_000_000;
    private static final String METERED = "metered";
    private static final String PLAIN = "plain";

    private LoopCase() {}

    static List<CaseFigure> measure(Extent extent) {
        int rounds = extent.quick() ? ROUNDS / 1_000 : ROUNDS;
        TenantId tenant = Modules.tenant();
        try (PluginHost host = PluginHost.builder().build()) {
            AdmittedPlugin plugin = host.admit(Modules.spinning(rounds), Set.of());
            PluginCall call = PluginCall.of(tenant, "work", "0")
                    .within(PluginLimits.DEFAULT.withFuel(1L << 40).withDeadline(Duration.ofMinutes(1)));
            Map<String, Runnable> works = new LinkedHashMap<>();
            works.put(METERED, () -> Checks.isDigit(host.call(plugin, call).require()));
            works.put(PLAIN, () -> Checks.isDigit(plain(rounds)));
            Spread ratio = Turns.of(extent, works).ratio(METERED, PLAIN);
            return List.of(new CaseFigure(
                    PluginBenchmarks.LOOP,
                    "a loop of " + CaseFigure.whole(rounds) + " rounds of arithmetic, with metering",
                    "≤ " + TARGET + " × plain Java",
                    ratio.text(2) + " ×",
                    CaseFigure.NONE,
                    Verdict.of(ratio.median() <= TARGET),
                    "a subtraction and a look at the fuel in each round"));
        }
    }

    private static String plain(int rounds) {
        int hash = 7;
        for (int i = 0; i < rounds; i++) {
            hash = hash * 31 ^ i;
        }
        return Integer.toString(Integer.remainderUnsigned(hash, 10));
    }
}
