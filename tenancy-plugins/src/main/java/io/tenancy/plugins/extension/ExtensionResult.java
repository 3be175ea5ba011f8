package io.tenancy.plugins.extension;

import java.util.List;

/**
 * What a pipeline came to.
 *
 * @param output of chains: what came out of the last plugin; otherwise the input as it was given
 * @param outputs what each plugin returned, in their order
 * @param findings of validators, by where they stand
 * @param warnings of plugins that failed and are to be warned of, in words
 * @param trace of each plugin, in their order
 */
public record ExtensionResult(
        String output,
        List<PluginOutput> outputs,
        List<Finding> findings,
        List<String> warnings,
        List<PluginTrace> trace) {

    /**
     * What a plugin returned.
     *
     * @param plugin its id
     * @param json what
     */
    public record PluginOutput(String plugin, String json) {}

    /** Copies the lists. */
    public ExtensionResult {
        outputs = List.copyOf(outputs);
        findings = List.copyOf(findings);
        warnings = List.copyOf(warnings);
        trace = List.copyOf(trace);
    }

    /** How much fuel all of them used. */
    public long fuel() {
        return trace.stream().mapToLong(PluginTrace::fuel).sum();
    }
}
