package io.tenancy.benchmarks.billing;

import io.tenancy.billing.Money;
import io.tenancy.billing.price.PriceTier;
import io.tenancy.billing.price.UnitPrice;
import java.math.BigDecimal;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** Prices a line of five tiers, with quantities that end in each of them in turn. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class PriceBenchmark {

    private static final BigDecimal INCLUDED = BigDecimal.valueOf(1_000);
    private static final BigDecimal[] QUANTITIES = {
        new BigDecimal("1500"),
        new BigDecimal("8250.75"),
        new BigDecimal("64000"),
        new BigDecimal("730000.5"),
        new BigDecimal("25000000.125")
    };

    private final UnitPrice price = new UnitPrice.Graduated(
            "EUR",
            List.of(
                    tier("1000", "0.02"),
                    tier("10000", "0.015"),
                    tier("100000", "0.0125"),
                    tier("1000000", "0.0099"),
                    PriceTier.beyond(new BigDecimal("0.0075"))));
    private int next;

    /** Makes the price. */
    public PriceBenchmark() {}

    private static PriceTier tier(String upTo, String price) {
        return PriceTier.upTo(new BigDecimal(upTo), new BigDecimal(price));
    }

    /**
     * What a line comes to, beyond what is included, rounded.
     *
     * @return the amount, so that nothing is optimised away
     */
    @Benchmark
    public Money fiveTiers() {
        int index = next;
        next = index + 1 == QUANTITIES.length ? 0 : index + 1;
        return price.beyond(QUANTITIES[index], INCLUDED);
    }

    /**
     * The most expensive of them: all five tiers are gone through.
     *
     * @return the amount, so that nothing is optimised away
     */
    @Benchmark
    public Money allFiveTiers() {
        return price.beyond(QUANTITIES[QUANTITIES.length - 1], INCLUDED);
    }
}
