package io.tenancy.samples.cms.site;

/**
 * Everything that a clinic says about itself.
 *
 * @param name the clinic's name
 * @param tagline one line below the name
 * @param specialty the medical field, in the site's language
 * @param city where the clinic is
 * @param introduction a paragraph for the front page
 * @param language a BCP 47 tag such as {@code pt-BR}
 * @param timeZone an IANA zone such as {@code Europe/Berlin}
 * @param primaryColour the brand's main colour, dark enough to carry white text
 * @param accentColour the brand's second colour
 * @param paperColour the tint behind the pages
 * @param typeface the character of the headings
 * @param motif the shape on article covers
 * @param logoSvg a self-contained SVG document
 * @param address postal address, one line per line
 * @param phone the number to call
 * @param email the address to write to
 * @param openingHours one line per day or range of days
 * @param emergencyNote what to do in an emergency
 */
public record Brand(
        String name,
        String tagline,
        String specialty,
        String city,
        String introduction,
        String language,
        String timeZone,
        Colour primaryColour,
        Colour accentColour,
        Colour paperColour,
        Typeface typeface,
        Motif motif,
        String logoSvg,
        String address,
        String phone,
        String email,
        String openingHours,
        String emergencyNote) {}
