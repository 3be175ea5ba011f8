package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.BillingInterval.Unit;
import io.tenancy.document.At;
import io.tenancy.document.DocumentNode;
import io.tenancy.document.DocumentNode.Fields;
import io.tenancy.document.DocumentReading;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads the prices of charges, for each interval and currency that can be chosen. */
final class PriceReader {

    private static final Pattern CODE = Pattern.compile("[A-Z]{3}");

    private final DocumentReading in;
    private final IntSupplier errors;
    private final String currency;
    private final Choice choice;

    /**
     * What can be chosen.
     *
     * @param intervals null where they have errors of their own, so that one error does not make two
     * @param currencies null likewise
     * @param annualDiscount taken off twelve monthly prices; 0 for nothing
     */
    record Choice(
            @Nullable List<BillingInterval> intervals,
            @Nullable List<String> currencies,
            BigDecimal annualDiscount) {}

    PriceReader(DocumentReading in, IntSupplier errors, String currency, Choice choice) {
        this.in = in;
        this.errors = errors;
        this.currency = currency;
        this.choice = choice;
    }

    /** Currencies that prices are named in, with the given one for those that name none. */
    static Set<String> currenciesIn(DocumentNode node, String currency) {
        Set<String> found = new TreeSet<>();
        if (!(node instanceof Fields named)) {
            found.add(currency);
            return found;
        }
        named.fields().forEach((name, child) -> {
            if (!CODE.matcher(name).matches()) {
                found.addAll(currenciesIn(child, currency));
            } else if (isCurrency(name)) {
                found.add(name);
            }
        });
        return found;
    }

    private static boolean isCurrency(String code) {
        try {
            Money.zero(code);
            return true;
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }

    Map<BillingInterval, Map<String, Money>> byInterval(At at) {
        int before = errors.getAsInt();
        Map<BillingInterval, Map<String, Money>> named = new LinkedHashMap<>();
        namedIntervals(at).forEach((interval, price) -> named.put(interval, byCurrency(price, this::money)));
        List<BillingInterval> chosen = choice.intervals();
        if (chosen == null || errors.getAsInt() != before) {
            return named;
        }
        boolean basis = false;
        Map<BillingInterval, Map<String, Money>> prices = new LinkedHashMap<>();
        for (BillingInterval interval : chosen) {
            Map<String, Money> price = named.get(interval);
            basis |= price == null;
            prices.put(interval, price == null ? derived(at, interval, named.get(BillingInterval.MONTHLY)) : price);
        }
        for (BillingInterval interval : named.keySet()) {
            if (!chosen.contains(interval) && !(basis && interval.equals(BillingInterval.MONTHLY))) {
                in.error(
                        at,
                        "has a price for " + IntervalWord.of(interval) + ", but the intervals that can be chosen are "
                                + words(chosen));
            }
        }
        return prices;
    }

    private Map<BillingInterval, At> namedIntervals(At at) {
        Map<BillingInterval, At> named = new LinkedHashMap<>();
        if (!(at.node() instanceof Fields fields)
                || (!fields.fields().isEmpty()
                        && fields.fields().keySet().stream()
                                .allMatch(name -> CODE.matcher(name).matches()))) {
            named.put(BillingInterval.MONTHLY, at);
            return named;
        }
        if (fields.fields().isEmpty()) {
            in.error(at, "is empty, but a price is expected");
        }
        fields.fields().forEach((name, node) -> {
            At price = at.child(name, node);
            BillingInterval interval = interval(name);
            if (interval == null) {
                in.error(price, "is neither an interval (" + IntervalWord.EXPECTED + ") nor a currency such as EUR");
            } else if (named.put(interval, price) != null) {
                in.error(price, "is the second price for " + IntervalWord.of(interval));
            }
        });
        return named;
    }

    private static @Nullable BillingInterval interval(String word) {
        try {
            return IntervalWord.parse(word);
        } catch (IllegalArgumentException malformed) {
            return null;
        }
    }

    private Map<String, Money> derived(At at, BillingInterval interval, @Nullable Map<String, Money> monthly) {
        Map<String, Money> prices = new LinkedHashMap<>();
        if (interval.unit() == Unit.DAYS) {
            in.error(
                    at,
                    "has no price for " + IntervalWord.of(interval)
                            + "; it is needed, since that of a month says nothing about days");
        } else if (monthly == null) {
            in.error(
                    at,
                    "has no price for " + IntervalWord.of(interval)
                            + ", and none for a month that it could be derived from");
        } else {
            BigDecimal months = BigDecimal.valueOf(interval.count());
            BigDecimal factor = interval.equals(BillingInterval.YEARLY)
                    ? months.multiply(BigDecimal.ONE.subtract(choice.annualDiscount()))
                    : months;
            monthly.forEach((code, price) -> {
                try {
                    prices.put(code, Money.rounded(price.amount().multiply(factor), code));
                } catch (ArithmeticException tooGreat) {
                    in.error(
                            at,
                            "is too much: " + interval.count() + " months of " + price
                                    + " do not fit into 64 bits of the smallest unit");
                }
            });
        }
        return prices;
    }

    /** What stands for each currency; something that is no mapping is in the document's. */
    <T> Map<String, T> byCurrency(At at, BiFunction<At, String, @Nullable T> value) {
        Map<String, T> values = new LinkedHashMap<>();
        List<String> named = new ArrayList<>();
        if (at.node() instanceof Fields fields) {
            fields.fields().forEach((code, node) -> {
                named.add(code);
                if (in.build(at.child(code, node), () -> Money.zero(code)).isPresent()) {
                    put(values, code, value.apply(at.child(code, node), code));
                }
            });
        } else if (currency.isEmpty()) {
            in.error(
                    at,
                    "names no currency, such as {EUR: 99}, and there is none for prices that name none"
                            + " (billing.currency)");
            return values;
        } else {
            named.add(currency);
            put(values, currency, value.apply(at, currency));
        }
        requireCurrencies(at, named);
        return values;
    }

    private static <T> void put(Map<String, T> values, String code, @Nullable T value) {
        if (value != null) {
            values.put(code, value);
        }
    }

    private void requireCurrencies(At at, List<String> named) {
        List<String> chosen = choice.currencies();
        if (chosen == null) {
            return;
        }
        List<String> missing =
                chosen.stream().filter(each -> !named.contains(each)).toList();
        List<String> others = named.stream()
                .filter(each -> isCurrency(each) && !chosen.contains(each))
                .toList();
        if (!missing.isEmpty()) {
            in.error(
                    at,
                    "has no price in " + String.join(", ", missing) + "; every price is given in each of "
                            + String.join(", ", chosen));
        }
        if (!others.isEmpty()) {
            in.error(
                    at,
                    "has a price in " + String.join(", ", others) + ", but the currencies that can be chosen are "
                            + String.join(", ", chosen));
        }
    }

    @Nullable Money money(At at, String code) {
        BigDecimal amount = price(at);
        return amount == null
                ? null
                : in.build(at, () -> Money.of(amount, code)).orElse(null);
    }

    /** A number that is not negative. */
    @Nullable BigDecimal price(At at) {
        BigDecimal amount = in.number(at);
        if (amount != null && amount.signum() < 0) {
            in.error(at, "is " + at.node().kind() + ", but a price is 0 or more; a discount is a coupon or a credit");
            return null;
        }
        return amount;
    }

    static String words(List<BillingInterval> intervals) {
        return intervals.stream().map(IntervalWord::of).collect(Collectors.joining(", "));
    }
}
