package io.tenancy.benchmarks.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.plans.Extent;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every case works; what it comes to in so short a time means nothing. */
class BillingBenchmarksTest {

    @TempDir
    Path directory;

    @Test
    void aLineOfFiveTiersIsPriced() throws Exception {
        assertThat(run(BillingBenchmarks.PRICE))
                .hasSize(2)
                .allSatisfy(figure -> assertThat(figure.target()).contains("1,000 ns"));
    }

    @Test
    void invoicesAreRunByOneNodeAndThenByAnother() throws Exception {
        assertThat(run(BillingBenchmarks.INVOICES)).singleElement().satisfies(figure -> {
            assertThat(figure.name()).contains("invoices of 120 tenants");
            assertThat(figure.reached()).contains("invoices/s", "MB of heap");
        });
    }

    @Test
    void postingsAreBookedOneByOneAndTogether() throws Exception {
        assertThat(run(BillingBenchmarks.LEDGER))
                .hasSize(2)
                .allSatisfy(figure -> assertThat(figure.reached()).contains("postings/s"));
    }

    @Test
    void eventsOfStripeAreTakenInOverHttp() throws Exception {
        assertThat(run(BillingBenchmarks.STRIPE_INTAKE)).singleElement().satisfies(figure -> {
            assertThat(figure.target()).contains("1,000 events/s", "100 ms");
            assertThat(figure.reached()).contains("events/s", "99 of 100 within");
        });
    }

    @Test
    void eventsOfStripeThatWaitAreWorkedThrough() throws Exception {
        assertThat(run(BillingBenchmarks.STRIPE_BACKLOG)).singleElement().satisfies(figure -> {
            assertThat(figure.name()).contains("500 of Stripe's events");
            assertThat(figure.reached()).contains("in 100 look-ups", "MB of live heap");
        });
    }

    private List<CaseFigure> run(String only) throws Exception {
        List<CaseFigure> figures = BillingBenchmarks.run(Extent.quick(directory), only, figure -> {});
        assertThat(figures).allSatisfy(figure -> assertThat(figure.scope()).isEqualTo(only));
        return figures;
    }
}
