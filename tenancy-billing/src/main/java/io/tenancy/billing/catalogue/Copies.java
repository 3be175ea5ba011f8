package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.PriceTier;
import io.tenancy.billing.price.UnitPrice;
import io.tenancy.document.DocumentReading;
import java.math.BigDecimal;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Prices by interval and currency, copied in the one form that equal ones have. */
final class Copies {

    private static final int MOST_DIGITS = 40;

    private Copies() {}

    static Map<BillingInterval, Map<String, Money>> of(String code, Map<BillingInterval, Map<String, Money>> prices) {
        Map<BillingInterval, Map<String, Money>> copy = new LinkedHashMap<>();
        prices.forEach((interval, each) -> copy.put(interval, ofMoney(code, each)));
        return Collections.unmodifiableMap(copy);
    }

    static Map<String, Money> ofMoney(String code, Map<String, Money> prices) {
        prices.forEach((currency, price) -> {
            requireCurrency(code, currency, price.currency());
            if (price.isNegative()) {
                throw new IllegalArgumentException("Charge '" + code + "' was to cost " + price
                        + ", but a price is 0 or more. A discount is a coupon or a credit.");
            }
        });
        return Collections.unmodifiableMap(new TreeMap<>(prices));
    }

    static Map<String, UnitPrice> ofUnits(String code, Map<String, UnitPrice> prices) {
        Map<String, UnitPrice> copy = new TreeMap<>();
        prices.forEach((currency, price) -> {
            requireCurrency(code, currency, price.currency());
            copy.put(currency, plain(price));
        });
        if (copy.values().stream().map(UnitPrice::getClass).distinct().count() > 1) {
            throw new IllegalArgumentException("Charge '" + code
                    + "' has prices of different models, but what is counted is priced by one model in every currency");
        }
        List<BigDecimal> sizes = copy.values().stream()
                .filter(UnitPrice.PerPackage.class::isInstance)
                .map(price -> ((UnitPrice.PerPackage) price).size())
                .distinct()
                .toList();
        if (sizes.size() > 1) {
            throw new IllegalArgumentException("Charge '" + code + "' has packages of " + sizes
                    + ", but a package has one size in every currency");
        }
        return Collections.unmodifiableMap(copy);
    }

    private static void requireCurrency(String code, String currency, String ofPrice) {
        if (!currency.equals(ofPrice)) {
            throw new IllegalArgumentException(
                    "Charge '" + code + "' has a price in " + ofPrice + " where the one in " + currency + " belongs");
        }
    }

    private static UnitPrice plain(UnitPrice price) {
        if (price instanceof UnitPrice.Flat flat) {
            return new UnitPrice.Flat(flat.currency(), plain(flat.price()));
        } else if (price instanceof UnitPrice.Graduated graduated) {
            return new UnitPrice.Graduated(graduated.currency(), plain(graduated.tiers()));
        } else if (price instanceof UnitPrice.Volume volume) {
            return new UnitPrice.Volume(volume.currency(), plain(volume.tiers()));
        } else if (price instanceof UnitPrice.PerPackage each) {
            return new UnitPrice.PerPackage(each.currency(), plain(each.size()), plain(each.price()));
        }
        throw new IllegalStateException("No other price of units is known than " + price);
    }

    private static List<PriceTier> plain(List<PriceTier> tiers) {
        return tiers.stream()
                .map(tier -> new PriceTier(
                        tier.upTo().map(Copies::plain).orElse(null), plain(tier.unit()), plain(tier.flat())))
                .toList();
    }

    /** Without zeros at the end, and of a length that can be written. */
    static BigDecimal plain(BigDecimal number) {
        BigDecimal stripped = number.stripTrailingZeros();
        if (stripped.scale() > MOST_DIGITS || (long) stripped.precision() - stripped.scale() > MOST_DIGITS) {
            throw new IllegalArgumentException("A number of a price was " + number + ", but has at most " + MOST_DIGITS
                    + " digits before and after its point");
        }
        return stripped.scale() < 0 ? stripped.setScale(0) : stripped;
    }

    static void requireTexts(String code, String title, String taxCategory) {
        requireName("The code of a charge", code);
        if (Objects.requireNonNull(title, "title").isBlank()
                || Objects.requireNonNull(taxCategory, "taxCategory").isBlank()) {
            throw new IllegalArgumentException("Charge '" + code + "' has a title and a tax category, but they were '"
                    + title + "' and '" + taxCategory + "'");
        }
    }

    static void requireName(String what, String name) {
        if (!DocumentReading.isName(name)) {
            throw new IllegalArgumentException(
                    what + " is '" + name + "', but must match " + DocumentReading.NAME_FORM + ", such as api_calls");
        }
    }

    static Money price(
            ChargeTerms of,
            Map<BillingInterval, Map<String, Money>> prices,
            BillingInterval interval,
            String currency) {
        Map<String, Money> ofInterval = prices.get(interval);
        if (ofInterval == null) {
            throw new IllegalArgumentException("Charge '" + of.code() + "' has no price for an interval of "
                    + interval.count() + " " + interval.unit() + "; it has prices for " + prices.keySet());
        }
        Money price = ofInterval.get(currency);
        if (price == null) {
            throw new IllegalArgumentException("Charge '" + of.code() + "' has no price in " + currency
                    + "; it has prices in " + ofInterval.keySet());
        }
        return price;
    }
}
