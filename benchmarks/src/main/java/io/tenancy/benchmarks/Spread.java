package io.tenancy.benchmarks;

import java.util.Collection;
import java.util.Locale;

/**
 * The middle of repeated measurements, and how far they went.
 *
 * @param median the middle one
 * @param lowest the lowest
 * @param highest the highest
 */
public record Spread(double median, double lowest, double highest) {

    /**
     * Sums measurements up.
     *
     * @param values at least one
     * @return median, lowest and highest
     * @throws IllegalArgumentException when there is none
     */
    public static Spread of(Collection<Double> values) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("A spread needs at least one measurement, but there was none");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[sorted.length - 1]);
    }

    /**
     * As median and range.
     *
     * @param digits digits after the point
     * @return such as {@code 1.03 (0.98–1.10)}
     */
    public String text(int digits) {
        String format = "%." + digits + "f";
        return String.format(Locale.ROOT, format + " (" + format + "–" + format + ")", median, lowest, highest);
    }
}
