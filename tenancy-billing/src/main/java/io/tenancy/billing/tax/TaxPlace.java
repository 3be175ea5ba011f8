package io.tenancy.billing.tax;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Countries and regions that levy taxes. */
final class TaxPlace {

    /** The member states of the EU. Their overseas territories with codes of their own are outside its tax area. */
    static final Set<String> EU = Set.of(
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
            "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK");

    // Directive 2006/112/EC, article 7: what is sold to or from there is as if it were sold to or from the other.
    private static final Map<String, String> TAXED_AS = Map.of("MC", "FR", "IM", "GB");
    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());
    private static final Pattern REGION = Pattern.compile("[A-Z]{2}-[A-Z0-9]{1,3}");

    private TaxPlace() {}

    static String taxedAs(String country) {
        return TAXED_AS.getOrDefault(country, country);
    }

    static String countryOf(String place) {
        return place.substring(0, 2);
    }

    static void require(String what, String place) {
        boolean region = REGION.matcher(place).matches();
        if ((!region && place.length() != 2) || !COUNTRIES.contains(countryOf(place))) {
            throw new IllegalArgumentException(
                    what + " is a country or region by its ISO 3166 code, such as DE or US-CA"
                            + " (Greece is GR), but was '" + place + "'");
        }
        String same = taxedAs(countryOf(place));
        if (!same.equals(countryOf(place))) {
            throw new IllegalArgumentException(
                    what + " was '" + place + "', which is taxed as if it were " + same + "; give that of " + same);
        }
    }
}
