package io.tenancy.plugins.sandbox;

import java.time.Duration;

/**
 * What one call may use.
 *
 * @param fuel by {@link io.tenancy.plugins.admission.FuelSchedule}
 * @param deadline how long it runs, waiting for the host included
 * @param memoryPages of 64 KiB each
 * @param inputBytes of the JSON that it is given, with the function's name
 * @param outputBytes of the JSON that it returns
 * @param stackBytes for its functions and their values
 * @param hostCalls how often it calls the host
 * @param hostBytes how many bytes go over in these calls, both ways
 */
public record PluginLimits(
        long fuel,
        Duration deadline,
        int memoryPages,
        int inputBytes,
        int outputBytes,
        int stackBytes,
        int hostCalls,
        int hostBytes) {

    // What Java's arrays and the engine can count in 32 bits.
    private static final int MOST_PAGES = 32_767;
    private static final Duration MOST_TIME = Duration.ofDays(1);

    /** The stack of a worker has so many times the bytes that a call may use by its own count. */
    static final int STACK_RESERVE = 4;

    /** What a validator of long articles needs, and nothing much larger. */
    public static final PluginLimits DEFAULT =
            new PluginLimits(50_000_000, Duration.ofMillis(500), 256, 256 << 10, 256 << 10, 2 << 20, 1_000, 1 << 20);

    /**
     * Checks the limits.
     *
     * @throws IllegalArgumentException when one is not positive, or more than a process has
     */
    public PluginLimits {
        boolean positive = fuel > 0
                && !deadline.isNegative()
                && !deadline.isZero()
                && memoryPages > 0
                && inputBytes > 0
                && outputBytes > 0
                && stackBytes > 0
                && hostCalls >= 0
                && hostBytes >= 0;
        if (!positive
                || fuel > Long.MAX_VALUE / 4
                || memoryPages > MOST_PAGES
                || deadline.compareTo(MOST_TIME) > 0
                || stackBytes > 64 << 20) {
            throw new IllegalArgumentException(
                    "Limits of a plugin are positive, with at most 2^61 fuel, a day, 32,767 pages of"
                            + " memory and 64 MiB of stack, but were to be " + fuel + " fuel, " + deadline + ", "
                            + memoryPages
                            + " pages, " + inputBytes + " and " + outputBytes + " bytes of input and output, "
                            + stackBytes
                            + " bytes of stack, " + hostCalls + " calls of the host with " + hostBytes + " bytes");
        }
    }

    /**
     * The same with other fuel.
     *
     * @param value how much
     * @return the limits
     */
    public PluginLimits withFuel(long value) {
        return new PluginLimits(
                value, deadline, memoryPages, inputBytes, outputBytes, stackBytes, hostCalls, hostBytes);
    }

    /**
     * The same with another deadline.
     *
     * @param value how long
     * @return the limits
     */
    public PluginLimits withDeadline(Duration value) {
        return new PluginLimits(fuel, value, memoryPages, inputBytes, outputBytes, stackBytes, hostCalls, hostBytes);
    }

    /**
     * The same with other memory.
     *
     * @param value pages of 64 KiB
     * @return the limits
     */
    public PluginLimits withMemoryPages(int value) {
        return new PluginLimits(fuel, deadline, value, inputBytes, outputBytes, stackBytes, hostCalls, hostBytes);
    }
}
