package io.tenancy.plugins;

/** A module is not admitted. The message says what was found, where, and what to do. */
public final class PluginRefusedException extends PluginException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /** What kind of thing was wrong. */
    public enum Reason {
        /** It has more of something than is admitted. */
        TOO_LARGE,
        /** It is no WebAssembly, or broken. */
        MALFORMED,
        /** It uses a feature that is not admitted. */
        FEATURE,
        /** It imports something that the host does not offer, or that its manifest does not declare. */
        IMPORT,
        /** It lacks an export, or has one of another type. */
        EXPORT,
        /** It does not follow the rules of WebAssembly. */
        INVALID,
        /** One of its functions cannot be compiled so that it runs fast. */
        FUNCTION_TOO_LARGE,
        /** A sample call failed. */
        SAMPLE_FAILED,
        /** A sample call came to something else in another engine. */
        ENGINES_DISAGREE
    }

    /**
     * A refusal.
     *
     * @param reason what kind
     * @param message what was found, where, and what to do
     */
    public PluginRefusedException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    /**
     * A refusal.
     *
     * @param reason what kind
     * @param message what was found, where, and what to do
     * @param cause who found it
     */
    public PluginRefusedException(Reason reason, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
    }

    /** What kind of thing was wrong. */
    public Reason reason() {
        return reason;
    }
}
