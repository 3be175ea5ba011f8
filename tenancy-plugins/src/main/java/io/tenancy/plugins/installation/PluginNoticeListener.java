package io.tenancy.plugins.installation;

import io.tenancy.plugins.install.PluginNotice;

/** Tells people of plugins that were stopped; at least once each. What it throws has it told again later. */
@FunctionalInterface
public interface PluginNoticeListener {

    /** Tells nobody; the audit has it all. */
    PluginNoticeListener NONE = notice -> {};

    /**
     * Tells somebody.
     *
     * @param notice what
     */
    void tell(PluginNotice notice);
}
