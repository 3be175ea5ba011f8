package io.tenancy.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.benchmarks.load.Access;
import io.tenancy.benchmarks.load.Figure;
import io.tenancy.benchmarks.load.Measured;
import io.tenancy.benchmarks.load.Way;
import io.tenancy.benchmarks.pipeline.PipelineFigure;
import java.util.List;
import org.junit.jupiter.api.Test;

class PerformancePageTest {

    @Test
    void figuresGoBetweenTheMarksAndTheRestStays() {
        String page = page(figure(Way.SCHEMA, 1.02, 0.99))
                .into("# Speed\n" + Marks.TENANCY.begin() + "\nold\n" + Marks.TENANCY.end() + "\nafter\n");

        assertThat(page)
                .startsWith("# Speed\n")
                .endsWith(Marks.TENANCY.end() + "\nafter\n")
                .doesNotContain("old")
                .contains("| `SCHEMA` without role | 100 | 4 | ≤ 1.05 | 1.02 (0.92–1.12) |");
    }

    @Test
    void aPageWithoutMarksIsRefused() {
        PerformancePage page = page(figure(Way.SCHEMA, 1.02, 0.99));

        assertThatThrownBy(() -> page.into("# Speed\n")).hasMessageContaining(Marks.TENANCY.begin());
    }

    @Test
    void aRatioAboveTheTargetIsMissed() {
        Figure missed = figure(Way.SCHEMA, 1.06, 0.99);

        assertThat(PerformancePage.verdict(missed)).isEqualTo("**missed**");
        assertThat(PerformancePage.why(missed)).contains("in the client").contains("within the target");
    }

    @Test
    void aRatioWithinTheTargetIsMet() {
        assertThat(PerformancePage.verdict(figure(Way.SHARED, 1.20, 0.85))).isEqualTo("met");
    }

    @Test
    void throughputThatFallsShortIsSaid() {
        assertThat(PerformancePage.verdict(figure(Way.SHARED, 1.10, 0.80))).isEqualTo("met; throughput not");
    }

    @Test
    void whatIsThereForComparisonHasNoVerdict() {
        assertThat(PerformancePage.verdict(figure(Way.SEARCH_PATH, 2.40, 0.40))).isEqualTo("for comparison");
    }

    @Test
    void theMiddleOfAnEvenNumberIsBetweenTheTwo() {
        assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(new Spread(2.5, 1, 4));
    }

    private static PerformancePage page(Figure figure) {
        Spread some = new Spread(150, 140, 160);
        return new PerformancePage(
                "2026-01-31",
                "a machine",
                List.of(new PipelineFigure("bySubdomain", some, some, some)),
                new Measured(List.of(figure), "18", 0.05));
    }

    private static Figure figure(Way way, double cpu, double throughput) {
        return new Figure(
                way,
                Access.JDBC,
                100,
                4,
                2_000,
                500,
                new Spread(cpu, cpu - 0.1, cpu + 0.1),
                new Spread(cpu + 0.01, cpu, cpu + 0.02),
                new Spread(cpu - 0.01, cpu - 0.02, cpu),
                new Spread(throughput, throughput - 0.1, throughput + 0.1));
    }
}
