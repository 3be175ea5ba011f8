package io.tenancy.plugins.market;

import java.util.List;

/**
 * Plugins that a curator put together, such as "Cardiology".
 *
 * @param code names it, such as {@code cardiology}
 * @param title for people
 * @param description for people
 * @param plugins ids, in their order
 */
public record CuratedCollection(String code, String title, String description, List<String> plugins) {

    /**
     * Requires a code and a title.
     *
     * @throws IllegalArgumentException when one is blank, or a plugin comes twice
     */
    public CuratedCollection {
        plugins = List.copyOf(plugins);
        if (code.isBlank() || title.isBlank()) {
            throw new IllegalArgumentException(
                    "A collection has a code and a title, but these were '" + code + "' and '" + title + "'");
        }
        if (plugins.stream().distinct().count() != plugins.size()) {
            throw new IllegalArgumentException("The collection '" + code + "' names a plugin twice: " + plugins);
        }
    }
}
