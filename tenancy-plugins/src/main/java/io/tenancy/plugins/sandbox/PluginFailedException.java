package io.tenancy.plugins.sandbox;

import io.tenancy.plugins.PluginException;

/** A call of a plugin came to nothing, and nothing of what it did takes effect. */
public final class PluginFailedException extends PluginException {

    private static final long serialVersionUID = 1L;

    private final Kind kind;
    private final long fuel;

    /** Why. */
    public enum Kind {
        /** The input is no JSON, or too large. */
        INPUT,
        /** The fuel was used up. */
        FUEL,
        /** It ran too long. */
        DEADLINE,
        /** Calls within calls used up the stack. */
        STACK,
        /** It did what WebAssembly does not let it do, or gave up. */
        TRAP,
        /** It called the host too often, or with too many bytes. */
        HOST_CALLS,
        /** What it returned is not as it has to be, or too large. */
        OUTPUT,
        /** Others changed what it had read. */
        CONFLICT,
        /** Its tenant has too many calls waiting, the host is closed, or nobody waits for it any more. */
        BUSY,
        /** The host itself failed: the tenant does not pay for that. */
        HOST
    }

    PluginFailedException(Kind kind, long fuel, String message) {
        super(message);
        this.kind = kind;
        this.fuel = fuel;
    }

    PluginFailedException(Kind kind, long fuel, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
        this.fuel = fuel;
    }

    /** Why it failed. */
    public Kind kind() {
        return kind;
    }

    /** How much fuel it used until then. */
    public long fuel() {
        return fuel;
    }

    /** Whether the plugin is to blame, and not the host or its load. */
    public boolean isByPlugin() {
        return switch (kind) {
            case FUEL, DEADLINE, STACK, TRAP, HOST_CALLS, OUTPUT -> true;
            case INPUT, CONFLICT, BUSY, HOST -> false;
        };
    }
}
