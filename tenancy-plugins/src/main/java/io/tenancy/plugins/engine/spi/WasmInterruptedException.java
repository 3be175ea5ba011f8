package io.tenancy.plugins.engine.spi;

/** The thread on which an instance ran was interrupted. */
public final class WasmInterruptedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * The instance was interrupted.
     *
     * @param cause what the engine threw
     */
    public WasmInterruptedException(Throwable cause) {
        super("The instance was interrupted", cause);
    }
}
