package io.tenancy.benchmarks.plans;

import java.nio.file.Path;
import java.time.Duration;

/**
 * How much is measured.
 *
 * @param quick a smoke run, whose figures mean nothing
 * @param rounds how often each side has its turn
 * @param slice how long a turn of a quota is
 * @param directory where buffered usage is written; on a disk
 * @param buffering how long a turn of buffered usage is
 * @param drained events per turn of the drain
 * @param shortList length of the shorter lists that are drained
 * @param longList length of the longer ones
 * @param draining how long usage is recorded and drained at once
 * @param drainRate events a second meanwhile
 * @param monthEvents events of the month
 * @param tenants how many tenants there are
 * @param invoiced how many tenants are invoiced
 */
public record Extent(
        boolean quick,
        int rounds,
        Duration slice,
        Path directory,
        Duration buffering,
        int drained,
        int shortList,
        int longList,
        Duration draining,
        int drainRate,
        int monthEvents,
        int tenants,
        int invoiced) {

    private static final int ROUNDS = 5;
    private static final int DRAIN_RATE = 22_000;
    private static final int MONTH_EVENTS = 1_000_000;
    private static final int INVOICES = 10_000;

    /**
     * The measurement. System properties: {@code tenancy.bench.drain-minutes}, 1 unless set;
     * {@code tenancy.bench.drain-rate}, events a second recorded meanwhile, 22,000 unless set;
     * {@code tenancy.bench.month-events}, 1,000,000 unless set; {@code tenancy.bench.invoices}, 10,000 unless set.
     *
     * @param directory where buffered usage is written
     * @return how much
     */
    public static Extent full(Path directory) {
        return new Extent(
                false,
                ROUNDS,
                Duration.ofMillis(500),
                directory,
                Duration.ofSeconds(4),
                200_000,
                10_000,
                50_000,
                Duration.ofMinutes(Integer.getInteger("tenancy.bench.drain-minutes", 1)),
                Integer.getInteger("tenancy.bench.drain-rate", DRAIN_RATE),
                Integer.getInteger("tenancy.bench.month-events", MONTH_EVENTS),
                1_000,
                Integer.getInteger("tenancy.bench.invoices", INVOICES));
    }

    /**
     * A smoke run of a few seconds.
     *
     * @param directory where buffered usage is written
     * @return how much
     */
    public static Extent quick(Path directory) {
        return new Extent(
                true,
                1,
                Duration.ofMillis(40),
                directory,
                Duration.ofMillis(60),
                400,
                100,
                200,
                Duration.ofMillis(500),
                2_000,
                1_000,
                20,
                120);
    }
}
