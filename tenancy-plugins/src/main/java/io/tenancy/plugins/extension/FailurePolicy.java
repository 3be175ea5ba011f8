package io.tenancy.plugins.extension;

/** What is to be done when a plugin of a pipeline fails. */
public enum FailurePolicy {
    /** Goes on as if it were not there; only the trace tells. */
    SKIP,
    /** Goes on, with a warning. */
    WARN,
    /** Goes no further. */
    BLOCK
}
