package io.tenancy.plugins.engine.spi;

/** An instance cannot go on. */
public class WasmTrapException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * A trap.
     *
     * @param message which
     */
    public WasmTrapException(String message) {
        super(message);
    }

    /**
     * A trap.
     *
     * @param message which
     * @param cause what the engine threw
     */
    public WasmTrapException(String message, Throwable cause) {
        super(message, cause);
    }
}
