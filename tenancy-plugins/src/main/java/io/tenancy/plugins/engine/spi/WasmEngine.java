package io.tenancy.plugins.engine.spi;

/**
 * A runtime of WebAssembly. It is given modules that were looked through already, original ones to validate and metered ones
 * to run; it decides nothing about them but whether they are valid.
 */
public interface WasmEngine {

    /** Names it, such as in messages and receipts. */
    String name();

    /**
     * Validates a module by the rules of WebAssembly, without making anything of it.
     *
     * @param module its bytes
     * @throws io.tenancy.plugins.PluginRefusedException when it is not valid
     */
    void validate(byte[] module);

    /**
     * Validates a module, and makes it ready to run.
     *
     * @param module its bytes
     * @return the code, for as many instances as are wanted, on any threads
     * @throws io.tenancy.plugins.PluginRefusedException when it is not valid, or cannot be compiled so that all of
     *     it runs fast
     */
    WasmCode compile(byte[] module);
}
