package io.tenancy.samples.cms.plan;

import java.text.NumberFormat;
import java.util.Locale;

/** What a plan limits. */
public enum Resource {
    /** Articles that exist, drafts included. */
    ARTICLES("articles"),
    /** People who can log in. */
    USERS("users"),
    /** Bytes of the articles' text. */
    STORAGE("storage_bytes"),
    /** Calls of the articles API, by month. */
    API_CALLS("api_calls");

    private static final long KILO = 1000;

    private final String key;

    Resource(String key) {
        this.key = key;
    }

    /**
     * The name in the catalogue of plans.
     *
     * @return a name such as {@code storage_bytes}
     */
    public String key() {
        return key;
    }

    /**
     * Writes an amount.
     *
     * @param units how many
     * @param locale for whom
     * @return for example {@code 1,200} or {@code 36.4 kB}
     */
    public String inWords(long units, Locale locale) {
        NumberFormat number = NumberFormat.getInstance(locale);
        number.setMaximumFractionDigits(1);
        if (this != STORAGE || units < KILO) {
            return number.format(units) + (this == STORAGE ? " B" : "");
        }
        return units < KILO * KILO
                ? number.format(units / (double) KILO) + " kB"
                : number.format(units / (double) (KILO * KILO)) + " MB";
    }
}
