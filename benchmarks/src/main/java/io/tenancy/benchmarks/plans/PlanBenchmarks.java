package io.tenancy.benchmarks.plans;

import io.tenancy.benchmarks.CaseFigure;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Every case of plans, rate limits, quotas and usage. */
public final class PlanBenchmarks {

    /** What the names of all cases begin with. */
    public static final String PREFIX = "plans";

    static final String ENTITLEMENTS = PREFIX + ": entitlement check";
    static final String RATE_LIMIT = PREFIX + ": rate limit";
    static final String QUOTA = PREFIX + ": leased quota";
    static final String BUFFER = PREFIX + ": buffered usage";
    static final String DRAIN = PREFIX + ": usage drain";
    static final String SUSTAINED = PREFIX + ": usage sustained";
    static final String MONTH = PREFIX + ": usage month";

    private static final Map<String, Case> CASES = new LinkedHashMap<>();

    static {
        CASES.put(ENTITLEMENTS, (extent, server) -> EntitlementCases.measure(extent));
        CASES.put(RATE_LIMIT, (extent, server) -> RateLimitCases.measure(extent));
        CASES.put(QUOTA, QuotaCases::measure);
        CASES.put(BUFFER, (extent, server) -> BufferCases.measure(extent));
        CASES.put(DRAIN, DrainCases::measure);
        CASES.put(SUSTAINED, SustainedCase::measure);
        CASES.put(MONTH, MonthCase::measure);
    }

    private PlanBenchmarks() {}

    /**
     * Runs the cases one after the other, those that need a database on one server.
     *
     * @param extent how much
     * @param only runs only cases with this in their name; empty for all
     * @param progress told of each figure as soon as it is known
     * @return all figures
     * @throws Exception when a case cannot be measured
     */
    public static List<CaseFigure> run(Extent extent, String only, Consumer<CaseFigure> progress) throws Exception {
        try (PlanServer server = new PlanServer(!extent.quick())) {
            return run(extent, server, only, progress);
        }
    }

    static List<CaseFigure> run(Extent extent, PlanServer server, String only, Consumer<CaseFigure> progress)
            throws Exception {
        List<CaseFigure> figures = new ArrayList<>();
        for (Map.Entry<String, Case> each : CASES.entrySet()) {
            if (each.getKey().contains(only)) {
                for (CaseFigure figure : each.getValue().measure(extent, server)) {
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
        List<CaseFigure> measure(Extent extent, PlanServer server) throws Exception;
    }
}
