package io.tenancy.plugins.admission;

/**
 * How much of everything a module may have. It is looked at before anything is made of the module, because parsers make much
 * of little: 8 KB of declared locals take seconds and hundreds of megabytes.
 *
 * @param bytes of the module
 * @param types of functions
 * @param functions that it defines
 * @param imports from the host
 * @param exports to the host
 * @param globals that it defines
 * @param locals of one function, without its parameters
 * @param allLocals of all functions together
 * @param parameters of one function
 * @param bodyBytes of one function
 * @param nesting of blocks in one function
 * @param labels of one {@code br_table}
 * @param tableElements of its table
 * @param dataSegments that fill its memory
 * @param nameBytes of one name
 */
public record ModuleBounds(
        int bytes,
        int types,
        int functions,
        int imports,
        int exports,
        int globals,
        int locals,
        int allLocals,
        int parameters,
        int bodyBytes,
        int nesting,
        int labels,
        int tableElements,
        int dataSegments,
        int nameBytes) {

    /** What fits plugins of some hundred kilobytes from usual compilers. */
    public static final ModuleBounds DEFAULT = new ModuleBounds(
            1 << 20, 1_000, 5_000, 64, 256, 2_000, 500, 100_000, 50, 128 << 10, 200, 1_000, 10_000, 2_000, 256);

    /**
     * Checks the bounds.
     *
     * @throws IllegalArgumentException when one is negative
     */
    public ModuleBounds {
        for (int bound : new int[] {
            bytes,
            types,
            functions,
            imports,
            exports,
            globals,
            locals,
            allLocals,
            parameters,
            bodyBytes,
            nesting,
            labels,
            tableElements,
            dataSegments,
            nameBytes
        }) {
            if (bound < 0) {
                throw new IllegalArgumentException("A bound of modules is " + bound + ", but cannot be negative");
            }
        }
    }
}
