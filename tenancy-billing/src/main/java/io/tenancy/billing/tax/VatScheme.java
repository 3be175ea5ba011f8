package io.tenancy.billing.tax;

import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How VAT identification numbers look that begin with a prefix. */
record VatScheme(String prefix, String country, String form, List<Kind> kinds) {

    private static final String BRITISH = "9 or 12 digits, GD and 3 digits to 499, or HA and 3 digits from 500";
    private static final Kind BRITISH_COMPANY = checked("\\d{9}(?:\\d{3})?", CheckDigits::unitedKingdom);
    private static final Kind BRITISH_AUTHORITY = unchecked("GD[0-4]\\d{2}|HA[5-9]\\d{2}");

    private static final List<VatScheme> ALL = List.of(
            of("AT", "U and 8 digits", checked("U\\d{8}", CheckDigits::austria)),
            of("BE", "10 digits, the first 0 or 1", checked("[01]\\d{9}", CheckDigits::belgium)),
            of(
                    "BG",
                    "9 or 10 digits",
                    checked("\\d{9}", CheckDigits::bulgarianCompany),
                    checked("\\d{10}", CheckDigits::bulgarianPerson)),
            of("CHE", "9 digits and MWST, TVA or IVA", checked("\\d{9}(?:MWST|TVA|IVA)", CheckDigits::switzerland)),
            of("CY", "8 digits and a letter", checked("\\d{8}[A-Z]", CheckDigits::cyprus)),
            of(
                    "CZ",
                    "8, 9 or 10 digits",
                    checked("\\d{8}", CheckDigits::czechCompany),
                    unchecked("\\d{9}"),
                    checked("\\d{10}", CheckDigits::czechPerson)),
            of("DE", "9 digits, the first not 0", checked("[1-9]\\d{8}", CheckDigits::mod11And10)),
            of("DK", "8 digits, the first not 0", checked("[1-9]\\d{7}", CheckDigits::denmark)),
            of("EE", "9 digits", checked("\\d{9}", CheckDigits::estonia)),
            of("EL", "9 digits", checked("\\d{9}", CheckDigits::greece)),
            of(
                    "ES",
                    "9 characters: a letter and 8 digits, 8 digits and a letter, or a letter, 7 digits and a letter",
                    checked("[0-9K-MX-Z]\\d{7}[A-Z]", CheckDigits::spanishPerson),
                    checked("[A-HJNP-SUVW]\\d{7}[0-9A-J]", CheckDigits::spanishCompany)),
            of("FI", "8 digits", checked("\\d{8}", CheckDigits::finland)),
            of(
                    "FR",
                    "2 digits, or letters but I and O, and 9 digits",
                    checked("\\d{11}", CheckDigits::france),
                    unchecked("[0-9A-HJ-NP-Z]{2}(?<!\\d\\d)\\d{9}")),
            of("GB", BRITISH, BRITISH_COMPANY, BRITISH_AUTHORITY),
            of("HR", "11 digits", checked("\\d{11}", CheckDigits::mod11And10)),
            of("HU", "8 digits", checked("\\d{8}", CheckDigits::hungary)),
            of(
                    "IE",
                    "7 digits and one or two letters, or a digit, a letter or + or *, 5 digits and a letter",
                    checked("\\d{7}[A-W][A-IW]?", CheckDigits::ireland),
                    checked("\\d[A-Z+*]\\d{5}[A-W]", CheckDigits::irelandBefore2013)),
            of("IT", "11 digits", checked("\\d{11}", CheckDigits::luhn)),
            of("LT", "9 or 12 digits, the last but one 1", checked("\\d{7}(?:\\d{3})?1\\d", CheckDigits::lithuania)),
            of("LU", "8 digits", checked("\\d{8}", CheckDigits::luxembourg)),
            of("LV", "11 digits", checked("[4-9]\\d{10}", CheckDigits::latvianCompany), unchecked("[0-3]\\d{10}")),
            of("MT", "8 digits, the first not 0", checked("[1-9]\\d{7}", CheckDigits::malta)),
            of("NL", "9 digits, B and 2 digits", checked("\\d{9}B(?!00)\\d{2}", CheckDigits::netherlands)),
            of("NO", "9 digits and MVA", checked("\\d{9}MVA", CheckDigits::norway)),
            of("PL", "10 digits", checked("\\d{10}", CheckDigits::poland)),
            of("PT", "9 digits, the first not 0", checked("[1-9]\\d{8}", CheckDigits::portugal)),
            of("RO", "2 to 10 digits, the first not 0", checked("[1-9]\\d{1,9}", CheckDigits::romania)),
            of(
                    "SE",
                    "12 digits, the last two 01 to 94",
                    checked("\\d{10}(?:0[1-9]|[1-8]\\d|9[0-4])", CheckDigits::sweden)),
            of("SI", "8 digits, the first not 0", checked("[1-9]\\d{7}", CheckDigits::slovenia)),
            of("SK", "10 digits, the first not 0", checked("[1-9]\\d{9}", CheckDigits::slovakia)),
            of("XI", BRITISH, BRITISH_COMPANY, BRITISH_AUTHORITY));

    private static VatScheme of(String prefix, String form, Kind... kinds) {
        String country = switch (prefix) {
            case "EL" -> "GR";
            case "XI" -> "GB";
            case "CHE" -> "CH";
            default -> prefix;
        };
        return new VatScheme(prefix, country, prefix + " and " + form, List.of(kinds));
    }

    private static Kind checked(String form, Predicate<String> check) {
        return new Kind(Pattern.compile(form), check, true);
    }

    private static Kind unchecked(String form) {
        return new Kind(Pattern.compile(form), ignored -> true, false);
    }

    static List<VatScheme> all() {
        return ALL;
    }

    static Optional<VatScheme> of(String prefix) {
        return ALL.stream().filter(each -> each.prefix.equals(prefix)).findFirst();
    }

    static String prefixes() {
        return ALL.stream().map(VatScheme::prefix).collect(Collectors.joining(", "));
    }

    boolean hasForm(String number) {
        // Sums of zeros fit most formulas, and no country has given them to anybody.
        return number.chars().anyMatch(each -> each >= '1' && each <= '9')
                && kinds.stream().anyMatch(kind -> kind.hasForm(number));
    }

    @Nullable Kind kindOf(String number) {
        return kinds.stream()
                .filter(kind -> kind.hasForm(number) && kind.check().test(number))
                .findFirst()
                .orElse(null);
    }

    /** The number with the zero that it was written without before its country made all of them longer. */
    String inFull(String number) {
        int old = switch (prefix) {
            case "BE" -> 9;
            case "EL" -> 8;
            default -> -1;
        };
        return number.length() == old ? "0" + number : number;
    }

    /** Numbers of one form. */
    record Kind(Pattern form, Predicate<String> check, boolean checked) {

        boolean hasForm(String number) {
            return form.matcher(number).matches();
        }
    }
}
