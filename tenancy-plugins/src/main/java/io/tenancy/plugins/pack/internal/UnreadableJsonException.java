package io.tenancy.plugins.pack.internal;

/** A text is not JSON within the bounds, or has no canonical form. The message says what was found. */
public final class UnreadableJsonException extends Exception {

    private static final long serialVersionUID = 1L;

    public UnreadableJsonException(String message) {
        super(message);
    }
}
