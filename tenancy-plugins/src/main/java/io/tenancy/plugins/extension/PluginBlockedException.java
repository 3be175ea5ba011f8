package io.tenancy.plugins.extension;

import io.tenancy.plugins.PluginException;
import java.util.List;

/** A plugin failed whose failure is to block what was going on. */
public final class PluginBlockedException extends PluginException {

    private static final long serialVersionUID = 1L;

    private final transient List<PluginTrace> trace;

    PluginBlockedException(String message, List<PluginTrace> trace) {
        super(message);
        this.trace = List.copyOf(trace);
    }

    /** What came of each plugin until then; empty after the exception was sent to another process. */
    public List<PluginTrace> trace() {
        return trace == null ? List.of() : trace;
    }
}
