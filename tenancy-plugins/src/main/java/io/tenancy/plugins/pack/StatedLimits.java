package io.tenancy.plugins.pack;

/**
 * What one call of a plugin may use at most, by its own word; the host may allow less. Immutable.
 *
 * @param memoryBytes linear memory; 65,536 to {@value #MOST_MEMORY_BYTES}
 * @param fuel 1 to {@value #MOST_FUEL}
 * @param deadlineMillis 1 to {@value #MOST_DEADLINE_MILLIS}
 * @param inputBytes of JSON; 1 to {@value #MOST_TEXT_BYTES}
 * @param outputBytes of JSON; 1 to {@value #MOST_TEXT_BYTES}
 */
public record StatedLimits(long memoryBytes, long fuel, int deadlineMillis, int inputBytes, int outputBytes) {

    /** One page of WebAssembly. */
    public static final long LEAST_MEMORY_BYTES = 65_536;

    /** 256 MiB. */
    public static final long MOST_MEMORY_BYTES = 268_435_456;

    /** More than any call needs: minutes of calculating. */
    public static final long MOST_FUEL = 1_000_000_000_000L;

    /** One minute. */
    public static final int MOST_DEADLINE_MILLIS = 60_000;

    /** 16 MiB. */
    public static final int MOST_TEXT_BYTES = 16_777_216;

    /**
     * Requires the bounds.
     *
     * @throws IllegalArgumentException when one is exceeded
     */
    public StatedLimits {
        require("The limit of memory_bytes", memoryBytes, LEAST_MEMORY_BYTES, MOST_MEMORY_BYTES);
        requireFuel("The limit of fuel", fuel);
        requireDeadline("The limit of deadline_millis", deadlineMillis);
        require("The limit of input_bytes", inputBytes, 1, MOST_TEXT_BYTES);
        require("The limit of output_bytes", outputBytes, 1, MOST_TEXT_BYTES);
    }

    static void requireFuel(String what, long fuel) {
        require(what, fuel, 1, MOST_FUEL);
    }

    static void requireDeadline(String what, int deadlineMillis) {
        require(what, deadlineMillis, 1, MOST_DEADLINE_MILLIS);
    }

    private static void require(String what, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(what + " was " + value + "; write " + least + " to " + most);
        }
    }
}
