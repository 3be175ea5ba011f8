package io.tenancy.benchmarks.load;

import java.util.List;

/**
 * What a run of the load benchmark found.
 *
 * @param figures one per way and case
 * @param server version of the database server
 * @param others share of the machine's processor time that other processes used meanwhile, 0 to 1
 */
public record Measured(List<Figure> figures, String server, double others) {

    /** Copies the list. */
    public Measured {
        figures = List.copyOf(figures);
    }
}
