package io.tenancy.plugins.extension;

import java.util.Optional;

/**
 * Something that a validator found in a text.
 *
 * @param plugin id of the plugin that found it
 * @param rule id of the rule
 * @param source where the rule stands; empty where it says nothing of that
 * @param severity how bad it is
 * @param start first UTF-16 unit of the passage, 0 and more
 * @param end the first one after it
 * @param text the passage; empty where it is not told
 * @param message for people
 * @param suggestion what to write instead; empty without one
 */
public record Finding(
        String plugin,
        String rule,
        Optional<String> source,
        Severity severity,
        int start,
        int end,
        Optional<String> text,
        String message,
        Optional<String> suggestion) {

    /** How bad a finding is. */
    public enum Severity {
        /** Has to be mended. */
        ERROR,
        /** Should be looked at. */
        WARNING,
        /** May be of interest. */
        INFO
    }
}
