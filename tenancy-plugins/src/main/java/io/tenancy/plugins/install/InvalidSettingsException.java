package io.tenancy.plugins.install;

import io.tenancy.plugins.PluginException;
import java.util.List;

/** Settings of a plugin are not as its schema has them. */
public final class InvalidSettingsException extends PluginException {

    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    InvalidSettingsException(String plugin, List<String> problems) {
        super("The settings of plugin " + plugin + " were not kept: " + String.join("; ", problems)
                + ". Mend each of them.");
        this.problems = List.copyOf(problems);
    }

    /** Each thing that is wrong, with where it stands. */
    public List<String> problems() {
        return problems;
    }
}
