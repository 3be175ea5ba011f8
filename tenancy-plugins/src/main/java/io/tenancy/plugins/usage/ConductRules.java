package io.tenancy.plugins.usage;

/**
 * When a plugin is stopped for a tenant by itself.
 *
 * @param window how many calls are looked at
 * @param leastCalls before how many nothing is said of it
 * @param mostFailuresPercent how many of the calls in the window may fail by the plugin's fault
 * @param mostThrottled how many calls in a row may be throttled
 */
public record ConductRules(int window, int leastCalls, int mostFailuresPercent, int mostThrottled) {

    /** Of the last 50 calls half may fail, once there were 10; and 100 calls in a row may be throttled. */
    public static final ConductRules DEFAULT = new ConductRules(50, 10, 50, 100);

    /**
     * Requires bounds that can be reached.
     *
     * @throws IllegalArgumentException when one cannot
     */
    public ConductRules {
        if (window < 1
                || leastCalls < 1
                || leastCalls > window
                || mostFailuresPercent < 0
                || mostFailuresPercent > 100
                || mostThrottled < 1) {
            throw new IllegalArgumentException(
                    "Rules have a window of 1 call or more, something is said after 1 call or"
                            + " more that fit into it, up to 100 % may fail and 1 or more may be throttled, but these were "
                            + window + ", " + leastCalls + ", " + mostFailuresPercent + " % and " + mostThrottled);
        }
    }
}
