package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.PriceTier;
import io.tenancy.billing.price.UnitPrice;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Prices of every shape. */
final class RandomPrices {

    private static final List<String> CURRENCIES = List.of("USD", "EUR", "JPY", "KWD", "BRL");
    private static final List<BillingInterval> INTERVALS = List.of(
            BillingInterval.MONTHLY,
            BillingInterval.QUARTERLY,
            BillingInterval.YEARLY,
            BillingInterval.months(7),
            BillingInterval.days(45));

    private final Random random;

    RandomPrices(Random random) {
        this.random = random;
    }

    PriceBook book() {
        Map<String, PlanPrices> plans = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i >= 0; i--) {
            plans.put("plan" + i, plan("plan" + i));
        }
        Map<String, AddOnPrices> addOns = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            addOns.put("add_on" + i, addOn("add_on" + i));
        }
        return new PriceBook(random.nextBoolean() ? "" : some(CURRENCIES).get(0), plans, addOns);
    }

    PlanPrices plan(String code) {
        Map<Integer, PriceTerms> versions = new LinkedHashMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            versions.put(i, terms());
        }
        int days = random.nextInt(20);
        return new PlanPrices(
                code,
                random.nextBoolean() ? null : "family" + random.nextInt(3),
                random.nextInt(5),
                random.nextInt(40),
                random.nextBoolean() ? null : text(),
                random.nextBoolean() ? null : text(),
                new DunningPolicy(
                        random.nextBoolean() ? List.of() : List.of(1 + days, 3 + days),
                        random.nextBoolean() ? List.of() : List.of(days),
                        days,
                        days + random.nextInt(3),
                        days + 4),
                versions);
    }

    AddOnPrices addOn(String code) {
        return new AddOnPrices(code, random.nextBoolean() ? null : 1 + random.nextInt(90), terms());
    }

    PriceTerms terms() {
        List<BillingInterval> intervals = some(INTERVALS);
        List<String> currencies = some(CURRENCIES);
        if (random.nextInt(10) == 0) {
            return new PriceTerms(
                    true,
                    random.nextBoolean() ? List.of() : intervals,
                    random.nextBoolean() ? List.of() : currencies,
                    List.of());
        }
        List<ChargeTerms> charges = new ArrayList<>();
        int minimum = random.nextInt(6);
        for (int i = random.nextInt(6); i > 0; i--) {
            charges.add(
                    i == minimum ? minimum("c" + i, intervals, currencies) : charge("c" + i, intervals, currencies));
        }
        return new PriceTerms(false, intervals, currencies, charges);
    }

    private ChargeTerms minimum(String code, List<BillingInterval> intervals, List<String> currencies) {
        return new ChargeTerms.Minimum(code, text(), text(), moneyOf(intervals, currencies));
    }

    private ChargeTerms charge(String code, List<BillingInterval> intervals, List<String> currencies) {
        return switch (random.nextInt(5)) {
            case 0 -> new ChargeTerms.Recurring(code, text(), text(), false, 0, moneyOf(intervals, currencies));
            case 1 ->
                new ChargeTerms.Recurring(
                        code, text(), text(), true, random.nextInt(9), moneyOf(intervals, currencies));
            case 2 -> new ChargeTerms.Percentage(code, text(), text(), "metric", rate());
            case 3 -> new ChargeTerms.OneOff(code, text(), text(), each(currencies, this::money));
            default -> new ChargeTerms.Usage(code, text(), text(), "metric", number(), units(currencies));
        };
    }

    private Map<String, UnitPrice> units(List<String> currencies) {
        BigDecimal size = number().add(BigDecimal.ONE);
        int model = random.nextInt(4);
        return each(currencies, currency -> switch (model) {
            case 0 -> new UnitPrice.Flat(currency, number());
            case 1 -> new UnitPrice.Graduated(currency, tiers());
            case 2 -> new UnitPrice.Volume(currency, tiers());
            default -> new UnitPrice.PerPackage(currency, size, number());
        });
    }

    private List<PriceTier> tiers() {
        List<PriceTier> tiers = new ArrayList<>();
        BigDecimal bound = BigDecimal.ZERO;
        for (int i = random.nextInt(3); i > 0; i--) {
            bound = bound.add(BigDecimal.ONE).add(number());
            tiers.add(new PriceTier(bound, number(), number()));
        }
        tiers.add(new PriceTier(null, number(), random.nextBoolean() ? BigDecimal.ZERO : number()));
        return tiers;
    }

    private Map<BillingInterval, Map<String, Money>> moneyOf(List<BillingInterval> intervals, List<String> currencies) {
        return each(intervals, interval -> each(currencies, this::money));
    }

    private Money money(String currency) {
        return Money.ofMinor(random.nextLong(10) == 0 ? Long.MAX_VALUE : random.nextLong(1_000_000), currency);
    }

    private BigDecimal number() {
        return BigDecimal.valueOf(random.nextLong(1_000_000), random.nextInt(-3, 12));
    }

    private BigDecimal rate() {
        return BigDecimal.valueOf(1 + random.nextLong(1_000), 3);
    }

    private String text() {
        return "t" + "\u00e9\"\\\n: {}#'".charAt(random.nextInt(10)) + random.nextInt(3);
    }

    private <T> List<T> some(List<T> all) {
        List<T> shuffled = new ArrayList<>(all);
        Collections.shuffle(shuffled, random);
        return List.copyOf(shuffled.subList(0, 1 + random.nextInt(all.size())));
    }

    private <K, V> Map<K, V> each(List<K> keys, Function<K, V> value) {
        List<K> shuffled = new ArrayList<>(keys);
        Collections.shuffle(shuffled, random);
        Map<K, V> values = new LinkedHashMap<>();
        shuffled.forEach(key -> values.put(key, value.apply(key)));
        return values;
    }
}
