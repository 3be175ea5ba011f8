package io.tenancy.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.benchmarks.load.Access;
import io.tenancy.benchmarks.load.Figure;
import io.tenancy.benchmarks.load.LoadBenchmark;
import io.tenancy.benchmarks.load.Measured;
import io.tenancy.benchmarks.load.Way;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Every case works; what it comes to in so short a time means nothing. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "processor time is read from /proc")
class LoadBenchmarkTest {

    @Test
    void everyWayRunsItsTransactionsBesideTheBaseline() throws Exception {
        Measured measured = LoadBenchmark.quick("").run(figure -> {});

        for (Way way : Way.values()) {
            if (way == Way.BASELINE || way == Way.SEARCH_PATH || way == Way.SCHEMA_MAPPER) {
                continue;
            }
            for (Access access : Access.values()) {
                assertThat(measured.figures())
                        .filteredOn(figure -> figure.way() == way && figure.access() == access)
                        .extracting(Figure::tenants)
                        .as("%s by %s", way, access)
                        .containsExactly(1, 3);
            }
        }
        assertThat(measured.figures())
                .extracting(Figure::way)
                .contains(Way.SEARCH_PATH, Way.SCHEMA_MAPPER)
                .doesNotContain(Way.BASELINE);
        assertThat(measured.figures()).allSatisfy(figure -> {
            assertThat(figure.cpu().lowest()).isPositive().isFinite();
            assertThat(figure.server().median()).isPositive().isFinite();
            assertThat(figure.throughput().lowest()).isPositive().isFinite();
        });
    }
}
