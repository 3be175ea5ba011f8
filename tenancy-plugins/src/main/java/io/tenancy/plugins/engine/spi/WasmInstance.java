package io.tenancy.plugins.engine.spi;

/** An instance of a module, for one thread. After a trap it is thrown away. */
public interface WasmInstance {

    /**
     * Calls what it exports.
     *
     * @param export name of the function
     * @param arguments as bits
     * @return what it returns, as bits; 0 where it returns nothing
     * @throws WasmTrapException when it traps, or runs out of the stack or the heap of this process
     * @throws WasmInterruptedException when the thread was interrupted
     */
    long call(String export, long... arguments);

    /**
     * Copies out of memory.
     *
     * @param pointer where
     * @param length how many bytes
     * @return the bytes
     * @throws WasmTrapException when that is not in memory
     */
    byte[] read(int pointer, int length);

    /**
     * Copies into memory.
     *
     * @param pointer where
     * @param bytes what
     * @throws WasmTrapException when that is not in memory
     */
    void write(int pointer, byte[] bytes);

    /** How many pages of 64 KiB its memory has. */
    int pages();

    /**
     * Reads a global.
     *
     * @param index of the global
     * @return its bits
     */
    long global(int index);

    /**
     * Writes a global.
     *
     * @param index of the global
     * @param value its bits
     */
    void setGlobal(int index, long value);
}
