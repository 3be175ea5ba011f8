package io.tenancy.benchmarks.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.plans.Extent;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every case works; what it comes to in so short a time means nothing. */
class PluginBenchmarksTest {

    @TempDir
    Path directory;

    @Test
    void aCallIsMeasuredBesideExtismAndPlainJava() throws Exception {
        assertThat(run(PluginBenchmarks.CALL))
                .singleElement()
                .satisfies(figure -> assertThat(figure.beside()).contains("chicory-sdk", "plain Java"));
    }

    @Test
    void aLoopIsMeasuredBesidePlainJava() throws Exception {
        assertThat(run(PluginBenchmarks.LOOP))
                .singleElement()
                .satisfies(figure -> assertThat(figure.reached()).endsWith("×"));
    }

    @Test
    void aLargePluginIsAdmitted() throws Exception {
        assertThat(run(PluginBenchmarks.ADMISSION)).hasSize(1);
    }

    @Test
    void callsThatNeverEndAreEnded() throws Exception {
        assertThat(run(PluginBenchmarks.DEADLINE)).hasSize(2);
    }

    @Test
    void tenantsCallAtOnce() throws Exception {
        assertThat(run(PluginBenchmarks.FAIRNESS)).hasSize(1);
    }

    @Test
    void tenantsWithPluginsThatAreNotCalledAreWeighed() throws Exception {
        assertThat(run(PluginBenchmarks.IDLE))
                .singleElement()
                .satisfies(figure -> assertThat(figure.reached()).contains("bytes"));
    }

    private List<CaseFigure> run(String only) throws Exception {
        List<CaseFigure> figures = PluginBenchmarks.run(Extent.quick(directory), only, figure -> {});
        assertThat(figures).allSatisfy(figure -> assertThat(figure.scope()).isEqualTo(only));
        return figures;
    }
}
