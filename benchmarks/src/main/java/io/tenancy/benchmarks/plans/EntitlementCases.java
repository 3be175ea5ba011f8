package io.tenancy.benchmarks.plans;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import java.util.List;
import org.openjdk.jmh.runner.RunnerException;

/** Entitlement checks. */
final class EntitlementCases {

    private static final double TARGET_NANOS = 50;

    private EntitlementCases() {}

    static List<CaseFigure> measure(Extent extent) throws RunnerException {
        ForkTurns turns = ForkTurns.of(EntitlementBenchmark.class, extent, "oneTenant", "eachInTurn", "bindingAlone");
        Spread one = turns.nanos("oneTenant");
        Spread check = turns.each("eachInTurn", "bindingAlone", (both, binding) -> both - binding);
        return List.of(
                figure(
                        "entitlement check, one tenant",
                        one,
                        CaseFigure.NONE,
                        "the thread's scope, one look into the"
                                + " cache, the clock, one look into the plan's modules"),
                figure(
                        "entitlement check, 1,000 tenants in turn",
                        check,
                        "binding alone " + turns.nanos("bindingAlone").text(0) + " ns, binding and check "
                                + turns.nanos("eachInTurn").text(0) + " ns",
                        "the difference between binding with the check and binding alone; tenants take turns in the"
                                + " processor's caches"));
    }

    private static CaseFigure figure(String name, Spread nanos, String beside, String why) {
        return new CaseFigure(
                PlanBenchmarks.ENTITLEMENTS,
                name,
                "≤ " + CaseFigure.whole(TARGET_NANOS) + " ns of processor time",
                nanos.text(0) + " ns",
                beside,
                Verdict.of(nanos.median() <= TARGET_NANOS),
                why);
    }
}
