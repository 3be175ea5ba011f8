package io.tenancy.plugins.engine.spi;

/** The stack of the thread was used up before the budget that instances have of it. */
public final class WasmStackException extends WasmTrapException {

    private static final long serialVersionUID = 1L;

    /**
     * It was used up.
     *
     * @param cause what the engine threw
     */
    public WasmStackException(Throwable cause) {
        super("the stack is used up", cause);
    }
}
