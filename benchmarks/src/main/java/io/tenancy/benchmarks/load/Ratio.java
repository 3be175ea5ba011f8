package io.tenancy.benchmarks.load;

import java.util.Arrays;
import java.util.Locale;

/**
 * Ratios of one side to the baseline of the same round.
 *
 * @param median the middle one
 * @param lowest the lowest
 * @param highest the highest
 */
public record Ratio(double median, double lowest, double highest) {

    static Ratio of(double[] ratios) {
        double[] sorted = ratios.clone();
        Arrays.sort(sorted);
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Ratio(median, sorted[0], sorted[sorted.length - 1]);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%.2f (%.2f–%.2f)", median, lowest, highest);
    }
}
