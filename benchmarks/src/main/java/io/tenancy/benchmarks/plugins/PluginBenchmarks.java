package io.tenancy.benchmarks.plugins;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.plans.Extent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Every case of plugins. */
public final class PluginBenchmarks {

    /** What the names of all cases begin with. */
    public static final String PREFIX = "plugins";

    static final String CALL = PREFIX + ": call";
    static final String LOOP = PREFIX + ": loop";
    static final String ADMISSION = PREFIX + ": admission";
    static final String DEADLINE = PREFIX + ": deadline";
    static final String FAIRNESS = PREFIX + ": fairness";
    static final String IDLE = PREFIX + ": idle";

    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    static {
        CASES.put(CALL, CallCases::measure);
        CASES.put(LOOP, LoopCase::measure);
        CASES.put(ADMISSION, AdmissionCase::measure);
        CASES.put(DEADLINE, DeadlineCase::measure);
        CASES.put(FAIRNESS, FairnessCase::measure);
        CASES.put(IDLE, IdleCase::measure);
    }

    private PluginBenchmarks() {}

    /**
     * Runs the cases one after the other.
     *
     * @param extent how much
     * @param only runs only cases with this in their name; empty for all
     * @param progress told of each figure as soon as it is known
     * @return all figures
     * @throws Exception when a case cannot be measured
     */
    public static List<CaseFigure> run(Extent extent, String only, Consumer<CaseFigure> progress) throws Exception {
        List<CaseFigure> figures = new ArrayList<>();
        for (Map.Entry<String, Case> each : CASES.entrySet()) {
            if (each.getKey().contains(only)) {
                for (CaseFigure figure : each.getValue().measure(extent)) {
                    figures.add(figure);
                    progress.accept(figure);
                }
            }
        }
        return figures;
    }

    /** Something that is measured. */
    @FunctionalInterface
    private interface Case {
        List<CaseFigure> measure(Extent extent) throws Exception;
    }
}
