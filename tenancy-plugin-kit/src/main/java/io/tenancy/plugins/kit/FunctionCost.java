package io.tenancy.plugins.kit;

import java.util.Collection;
import java.util.List;

/**
 * What a function's samples cost. Percentiles are by nearest rank: with few samples, the 99th is the most.
 *
 * @param function its name
 * @param samples how many there were
 * @param p50 fuel of the one in the middle
 * @param p99 fuel that 99 of 100 do not exceed
 * @param most fuel of the dearest
 * @param limit how much fuel the manifest lets one call use
 */
public record FunctionCost(String function, int samples, long p50, long p99, long most, long limit) {

    static FunctionCost of(String function, Collection<Long> fuel, long limit) {
        List<Long> sorted = fuel.stream().sorted().toList();
        return new FunctionCost(
                function, sorted.size(), rank(sorted, 50), rank(sorted, 99), sorted.get(sorted.size() - 1), limit);
    }

    private static long rank(List<Long> sorted, int percent) {
        return sorted.get((sorted.size() * percent + 99) / 100 - 1);
    }
}
