package io.tenancy.billing.party;

import java.util.Locale;
import java.util.Set;

/** Codes of countries. */
final class Country {

    private static final Set<String> CODES = Set.of(Locale.getISOCountries());

    private Country() {}

    static void require(String what, String code) {
        if (!CODES.contains(code)) {
            throw new IllegalArgumentException(
                    what + " is a code of ISO 3166-1 with two letters, such as DE or US, but was '" + code + "'");
        }
    }
}
