package io.tenancy.plugins.extension;

/**
 * What came of one plugin of a pipeline.
 *
 * @param plugin id of the plugin
 * @param digest of its package
 * @param outcome what came of it
 * @param fuel how much it used
 * @param micros how long it took, waiting included
 * @param detail in words; empty where it returned
 */
public record PluginTrace(String plugin, String digest, Outcome outcome, long fuel, long micros, String detail) {

    /** What can come of a call. */
    public enum Outcome {
        /** It returned an output. */
        RETURNED,
        /** It said that it cannot do it with this input. */
        DECLINED,
        /** It failed; an output that is not as its manifest has it is a failure too. */
        FAILED,
        /** It was not called, because its function does not take that input, by its manifest. */
        REFUSED_INPUT,
        /** It was not called, because the tenant's fuel is used up for the moment. */
        THROTTLED,
        /** It was not called, because its package is not trusted any more. */
        UNTRUSTED,
        /** The host failed or had no room, which is not the plugin's fault. */
        HOST_FAILED
    }

    /** Whether it returned an output. */
    public boolean isReturned() {
        return outcome == Outcome.RETURNED;
    }
}
