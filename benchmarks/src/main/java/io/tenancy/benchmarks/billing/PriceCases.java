package io.tenancy.benchmarks.billing;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.benchmarks.plans.ForkTurns;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** What a line costs to price. */
final class PriceCases {

    private static final double TARGET_NANOS = 1_000;

    private PriceCases() {}

    static List<CaseFigure> measure(Extent extent) throws RunnerException {
        ForkTurns turns = ForkTurns.of(PriceBenchmark.class, extent, "fiveTiers", "allFiveTiers");
        return List.of(
                figure("a line of 5 graduated tiers, quantities of each tier in turn", turns.nanos("fiveTiers")),
                figure("a line of 5 graduated tiers, a quantity that goes through all", turns.nanos("allFiveTiers")));
    }

    private static CaseFigure figure(String name, Spread nanos) {
        return new CaseFigure(
                BillingBenchmarks.PRICE,
                name,
                "≤ " + CaseFigure.whole(TARGET_NANOS) + " ns of processor time",
                nanos.text(0) + " ns",
                CaseFigure.NONE,
                Verdict.of(nanos.median() <= TARGET_NANOS),
                "exact decimals: a product and a sum per tier, and one rounding");
    }
}
