package io.tenancy.plugins.admission;

/**
 * What running costs. A schedule never changes: another one has another version, so that a receipt means the same for ever.
 *
 * <p>Version 1: an instruction costs 1; constants of control ({@code block}, {@code end}, {@code else}, {@code nop},
 * {@code drop}, {@code unreachable}) nothing; divisions and square roots 4; {@code br_table} 2; a call 5, an indirect one 10;
 * a new instance {@value #PER_PAGE} for each page that its memory begins with, 1 for each {@value #BULK_BYTES} bytes of its
 * data and 1 for each element of its table; {@code memory.grow} 64 and {@value #PER_PAGE} for each page that the memory has afterwards; an operation on many bytes 4
 * and 1 for each {@value #BULK_BYTES} of them. What runs in one go is charged before it runs, and it is looked whether enough
 * was left where a loop begins again, where a function begins and where many bytes are moved.
 */
public final class FuelSchedule {

    /** The version that modules are metered by. */
    public static final int VERSION = 1;

    /** How many bytes a unit of fuel moves. */
    public static final int BULK_BYTES = 8;

    /** How many bytes one operation moves at most; more is a trap. */
    public static final int MOST_BULK_BYTES = 16 << 20;

    /** What a page of memory costs when memory grows. */
    public static final int PER_PAGE = 1_024;

    /** What a call to the host costs, besides one for each byte that goes over. */
    public static final int HOST_CALL = 100;

    /** How many bytes of the stack a function takes, besides those for its values. */
    public static final int FRAME_BYTES = 512;

    /** How many bytes of the stack a value takes. */
    public static final int VALUE_BYTES = 16;

    private FuelSchedule() {}
}
