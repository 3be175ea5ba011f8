package io.tenancy.plugins.kit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class FunctionCostTest {

    @Test
    void percentilesAreThoseOfTheNearestRank() {
        FunctionCost cost =
                FunctionCost.of("f", LongStream.rangeClosed(1, 200).boxed().toList(), 1_000);

        assertThat(List.of(cost.p50(), cost.p99(), cost.most())).containsExactly(100L, 198L, 200L);
    }

    @Test
    void withFewSamplesTheNinetyNinthIsTheMost() {
        FunctionCost cost = FunctionCost.of("f", List.of(30L, 10L, 20L), 1_000);

        assertThat(List.of(cost.p50(), cost.p99(), cost.most())).containsExactly(20L, 30L, 30L);
    }
}
