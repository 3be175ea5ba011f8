package io.tenancy.samples.cms.directory;

import io.tenancy.samples.cms.site.Colour;

/**
 * A clinic as the landing page shows it.
 *
 * @param name the clinic's name
 * @param slug its name in addresses: letters, digits and hyphens
 * @param specialty its medical field
 * @param city where it is
 * @param isolationLabel how its data is kept apart: {@code DATABASE}, {@code SCHEMA} or {@code SHARED}
 * @param databaseName the database that holds its rows
 * @param schemaName the schema that holds its rows
 * @param url where its site is
 * @param primaryColour the brand's main colour
 */
public record ClinicCard(
        String name,
        String slug,
        String specialty,
        String city,
        String isolationLabel,
        String databaseName,
        String schemaName,
        String url,
        Colour primaryColour) {

    /**
     * Checks the slug, which becomes part of a stylesheet's selector.
     *
     * @throws IllegalArgumentException if {@code slug} has other characters than lower-case letters, digits, hyphens
     */
    public ClinicCard {
        if (!slug.matches("[a-z][a-z0-9-]{0,62}")) {
            throw new IllegalArgumentException(
                    "A clinic's slug has letters, digits and hyphens and starts with a letter, but '" + slug
                            + "' does not");
        }
    }
}
