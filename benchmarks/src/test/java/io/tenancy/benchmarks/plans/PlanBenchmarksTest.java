package io.tenancy.benchmarks.plans;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.benchmarks.CaseFigure;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every case works; what it comes to in so short a time means nothing. */
class PlanBenchmarksTest {

    private static final PlanServer SERVER = new PlanServer(false);

    @TempDir
    Path directory;

    @AfterAll
    static void stopServer() {
        SERVER.close();
    }

    @Test
    void entitlementsAreCheckedForOneTenantAndForManyInTurn() throws Exception {
        assertThat(run(PlanBenchmarks.ENTITLEMENTS))
                .extracting(CaseFigure::name)
                .containsExactly("entitlement check, one tenant", "entitlement check, 1,000 tenants in turn");
    }

    @Test
    void localRateLimitsAreCheckedBesideBucket4j() throws Exception {
        assertThat(run(PlanBenchmarks.RATE_LIMIT)).singleElement().satisfies(figure -> {
            assertThat(figure.target()).contains("1.30");
            assertThat(figure.beside()).contains("Bucket4j");
        });
    }

    @Test
    void leasedQuotasAreSpentBesideARoundTripPerCheck() throws Exception {
        assertThat(run(PlanBenchmarks.QUOTA)).hasSize(2).allSatisfy(figure -> {
            assertThat(figure.beside()).contains("an update per check");
            assertThat(figure.why()).contains("a round trip for");
        });
    }

    @Test
    void bufferedUsageIsRecordedInEveryWay() throws Exception {
        assertThat(run(PlanBenchmarks.BUFFER))
                .hasSize(4)
                .allSatisfy(figure -> assertThat(figure.reached()).contains("events/s on "));
    }

    @Test
    void usageIsStoredBesideCopyAndInserts() throws Exception {
        assertThat(run(PlanBenchmarks.DRAIN))
                .hasSize(2)
                .allSatisfy(
                        figure -> assertThat(figure.beside()).contains("COPY of the same rows", "an insert per event"));
    }

    @Test
    void usageIsRecordedAndDrainedAtOnceWithItsBacklogTold() throws Exception {
        assertThat(run(PlanBenchmarks.SUSTAINED))
                .singleElement()
                .satisfies(figure -> assertThat(figure.reached()).contains("events/s; at most", "events waited"));
    }

    @Test
    void aMonthIsLoadedAndAskedAbout() throws Exception {
        assertThat(run(PlanBenchmarks.MONTH))
                .hasSize(2)
                .allSatisfy(figure -> assertThat(figure.reached()).contains("median", "worst"));
    }

    private List<CaseFigure> run(String only) throws Exception {
        List<CaseFigure> figures = PlanBenchmarks.run(Extent.quick(directory), SERVER, only, figure -> {});
        assertThat(figures).allSatisfy(figure -> assertThat(figure.scope()).isEqualTo(only));
        assertThat(directory).isEmptyDirectory();
        return figures;
    }
}
