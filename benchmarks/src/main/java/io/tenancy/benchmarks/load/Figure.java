package io.tenancy.benchmarks.load;

import io.tenancy.benchmarks.Spread;

/**
 * What one way cost beside the baseline.
 *
 * @param way which
 * @param access how the transactions were written
 * @param tenants among how many tenants they were drawn
 * @param threads how many threads ran them
 * @param perSecond the baseline's transactions per second, median of the rounds
 * @param micros the baseline's processor time per transaction, in microseconds, median of the rounds
 * @param cpu processor time per transaction, way / baseline
 * @param client the part of it in this process, way / baseline
 * @param server the part of it in the database server, way / baseline
 * @param throughput transactions per second, way / baseline
 */
public record Figure(
        Way way,
        Access access,
        int tenants,
        int threads,
        double perSecond,
        double micros,
        Spread cpu,
        Spread client,
        Spread server,
        Spread throughput) {

    /**
     * Whether the processor time is within the target.
     *
     * @return also true where there is no target
     */
    public boolean cpuMet() {
        return !(cpu.median() > way.target());
    }

    /**
     * Whether the throughput is within the target.
     *
     * @return also true where there is no target
     */
    public boolean throughputMet() {
        return !(1 / throughput.median() > way.target());
    }
}
