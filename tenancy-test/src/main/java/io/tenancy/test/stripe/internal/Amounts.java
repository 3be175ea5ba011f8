package io.tenancy.test.stripe.internal;

import java.math.BigDecimal;
import java.util.Currency;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * Stripe's rules for <a href="https://docs.stripe.com/currencies">amounts in the smallest unit of a currency</a>: some
 * have no decimals, some have three of which the last must be 0, and some have two that must be 00.
 */
final class Amounts {

    private static final long LARGEST = 99_999_999;

    private static final Set<String> NO_DECIMALS = Set.of(
            "bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf");
    private static final Set<String> THREE_DECIMALS = Set.of("bhd", "jod", "kwd", "omr", "tnd");
    private static final Set<String> TWO_DECIMALS_OF_ZERO = Set.of("isk", "ugx");

    private static final Map<String, Long> MINIMUMS = Map.ofEntries(
            Map.entry("usd", 50L),
            Map.entry("aud", 50L),
            Map.entry("brl", 50L),
            Map.entry("cad", 50L),
            Map.entry("chf", 50L),
            Map.entry("eur", 50L),
            Map.entry("gbp", 30L),
            Map.entry("jpy", 50L),
            Map.entry("mxn", 1000L),
            Map.entry("nok", 300L),
            Map.entry("nzd", 50L),
            Map.entry("sek", 300L),
            Map.entry("dkk", 250L),
            Map.entry("pln", 200L));

    private Amounts() {}

    static String currency(Params params) {
        String currency = params.required("currency").toLowerCase(Locale.ROOT);
        boolean known = Currency.getAvailableCurrencies().stream()
                .anyMatch(one -> one.getCurrencyCode().equalsIgnoreCase(currency));
        if (!known) {
            throw ApiError.invalid("Invalid currency: " + currency + ".", params.full("currency"));
        }
        return currency;
    }

    static long check(long amount, String currency, String param, boolean documentedMinimums) {
        if (amount < 1) {
            throw ApiError.invalid(
                    "parameter_invalid_integer", "This value must be greater than or equal to 1.", param);
        }
        if (amount > LARGEST) {
            throw ApiError.invalid(
                    "amount_too_large", "Amount must be no more than " + written(LARGEST, currency) + ".", param);
        }
        if (documentedMinimums && amount < MINIMUMS.getOrDefault(currency, 1L)) {
            throw ApiError.invalid(
                    "amount_too_small",
                    "Amount must be at least " + written(MINIMUMS.getOrDefault(currency, 1L), currency) + ".",
                    param);
        }
        long step = THREE_DECIMALS.contains(currency) ? 10 : TWO_DECIMALS_OF_ZERO.contains(currency) ? 100 : 1;
        if (amount % step != 0) {
            throw ApiError.invalid(
                    "invalid_charge_amount",
                    "Amounts in " + currency + " must be multiples of " + step + ", but got " + amount + ".",
                    param);
        }
        return amount;
    }

    static int decimals(String currency) {
        return NO_DECIMALS.contains(currency) ? 0 : THREE_DECIMALS.contains(currency) ? 3 : 2;
    }

    static String written(long amount, String currency) {
        return BigDecimal.valueOf(amount, decimals(currency)).toPlainString() + " " + currency.toUpperCase(Locale.ROOT);
    }
}
