package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.PriceTier;
import io.tenancy.billing.price.UnitPrice;
import io.tenancy.document.DocumentReading;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What changes from one price book to another, in words such as {@code plans.pro.rank: 1 -> 2}. */
public final class PriceBookDifference {

    private static final String NONE = "none";

    private PriceBookDifference() {}

    /**
     * Everything that differs.
     *
     * @param before what counts now
     * @param after what is to count
     * @return one text for each difference, in the order of the books; none exactly when they are equal, but for
     *     the order of plans and of add-ons
     */
    public static List<String> between(PriceBook before, PriceBook after) {
        List<String> differences = new ArrayList<>();
        compare(currency(before), currency(after), differences);
        for (String code : union(before.plans().keySet(), after.plans().keySet())) {
            plan(code, before.plans().get(code), after.plans().get(code), differences);
        }
        for (String code : union(before.addOns().keySet(), after.addOns().keySet())) {
            addOn(code, before.addOns().get(code), after.addOns().get(code), differences);
        }
        return differences;
    }

    /**
     * What may not differ: the terms of a version that has them in both books, since a version that was imported
     * stays as it is. Terms that are left out stay for those who have them.
     *
     * @param before what counts now
     * @param after what is to count
     * @return as {@link #between} tells them; none when the second book may take the place of the first
     */
    public static List<String> conflicts(PriceBook before, PriceBook after) {
        List<String> conflicts = new ArrayList<>();
        before.plans().forEach((code, plan) -> {
            PlanPrices other = after.plans().get(code);
            plan.versions().forEach((number, terms) -> {
                PriceTerms now = other == null ? null : other.versions().get(number);
                if (now != null) {
                    compare(leaves(version(code, number), terms), leaves(version(code, number), now), conflicts);
                }
            });
        });
        return conflicts;
    }

    private static Map<String, String> currency(PriceBook book) {
        return book.currency().isEmpty() ? Map.of() : Map.of("currency:", book.currency());
    }

    private static String version(String plan, int number) {
        return "plans." + plan + ".version " + number;
    }

    private static void plan(
            String code, @Nullable PlanPrices before, @Nullable PlanPrices after, List<String> differences) {
        String path = "plans." + code;
        if (before != null && after != null) {
            compare(leaves(path, before), leaves(path, after), differences);
        } else {
            differences.add(path + (before == null ? ": new" : ": left out"));
        }
        Map<Integer, PriceTerms> old = before == null ? Map.of() : before.versions();
        Map<Integer, PriceTerms> now = after == null ? Map.of() : after.versions();
        for (Integer number : union(old.keySet(), now.keySet())) {
            PriceTerms one = old.get(number);
            PriceTerms other = now.get(number);
            if (one != null && other != null) {
                compare(leaves(version(code, number), one), leaves(version(code, number), other), differences);
            } else {
                differences.add(version(code, number) + (one == null ? ": new" : ": left out"));
            }
        }
    }

    private static void addOn(
            String code, @Nullable AddOnPrices before, @Nullable AddOnPrices after, List<String> differences) {
        String path = "add_ons." + code;
        if (before != null && after != null) {
            compare(leaves(path, before), leaves(path, after), differences);
        } else {
            differences.add(path + (before == null ? ": new" : ": left out"));
        }
    }

    private static <T> Set<T> union(Set<T> one, Set<T> other) {
        Set<T> all = new LinkedHashSet<>(one);
        all.addAll(other);
        return all;
    }

    private static void compare(Map<String, String> before, Map<String, String> after, List<String> differences) {
        for (String path : union(before.keySet(), after.keySet())) {
            String one = before.getOrDefault(path, NONE);
            String other = after.getOrDefault(path, NONE);
            if (!one.equals(other)) {
                differences.add(path + " " + one + " -> " + other);
            }
        }
    }

    private static Map<String, String> leaves(String path, PlanPrices plan) {
        Map<String, String> leaves = new LinkedHashMap<>();
        text(leaves, path + ".family:", plan.family());
        leaves.put(path + ".rank:", String.valueOf(plan.rank()));
        leaves.put(path + ".trial_days:", String.valueOf(plan.trialDays()));
        text(leaves, path + ".support:", plan.support());
        text(leaves, path + ".sla:", plan.sla());
        DunningPolicy dunning = plan.dunning();
        leaves.put(path + ".dunning.retry_after_days:", dunning.retryAfterDays().toString());
        leaves.put(
                path + ".dunning.remind_after_days:", dunning.remindAfterDays().toString());
        leaves.put(path + ".dunning.restrict_after_days:", String.valueOf(dunning.restrictAfterDays()));
        leaves.put(path + ".dunning.suspend_after_days:", String.valueOf(dunning.suspendAfterDays()));
        leaves.put(path + ".dunning.cancel_after_days:", String.valueOf(dunning.cancelAfterDays()));
        return leaves;
    }

    private static Map<String, String> leaves(String path, AddOnPrices addOn) {
        Map<String, String> leaves = new LinkedHashMap<>();
        Integer expires = addOn.expiresAfterDays();
        if (expires != null) {
            leaves.put(path + ".expires_after_days:", expires.toString());
        }
        leaves.putAll(leaves(path, addOn.terms()));
        return leaves;
    }

    private static Map<String, String> leaves(String path, PriceTerms terms) {
        Map<String, String> leaves = new LinkedHashMap<>();
        leaves.put(path + ".on_request:", String.valueOf(terms.onRequest()));
        leaves.put(path + ".intervals:", "[" + PriceReader.words(terms.intervals()) + "]");
        leaves.put(path + ".currencies:", terms.currencies().toString());
        leaves.put(
                path + ".charges:",
                terms.charges().stream().map(ChargeTerms::code).toList().toString());
        for (ChargeTerms charge : terms.charges()) {
            charge(leaves, path + ".charges." + charge.code(), charge);
        }
        return leaves;
    }

    private static void charge(Map<String, String> leaves, String path, ChargeTerms charge) {
        text(leaves, path + ".title:", charge.title());
        leaves.put(path + ".kind:", DocumentReading.word(PriceBookWriter.kindOf(charge)));
        text(leaves, path + ".tax_category:", charge.taxCategory());
        if (charge instanceof ChargeTerms.Recurring recurring) {
            if (recurring.perSeat()) {
                leaves.put(path + ".included:", String.valueOf(recurring.includedSeats()));
            }
            byInterval(leaves, path, recurring.prices());
        } else if (charge instanceof ChargeTerms.Minimum minimum) {
            byInterval(leaves, path, minimum.prices());
        } else if (charge instanceof ChargeTerms.OneOff once) {
            once.prices().forEach((currency, price) -> leaves.put(path + ": " + currency, plain(price.amount())));
        } else if (charge instanceof ChargeTerms.Percentage percentage) {
            leaves.put(path + ".metric:", percentage.metric());
            leaves.put(path + ".rate:", plain(percentage.rate()));
        } else if (charge instanceof ChargeTerms.Usage usage) {
            leaves.put(path + ".metric:", usage.metric());
            leaves.put(path + ".included:", plain(usage.included()));
            usage.prices().forEach((currency, price) -> leaves.put(path + ": " + currency, words(price)));
        }
    }

    private static void byInterval(
            Map<String, String> leaves, String path, Map<BillingInterval, Map<String, Money>> prices) {
        prices.forEach((interval, each) -> each.forEach((currency, price) ->
                leaves.put(path + ": " + currency + " " + IntervalWord.of(interval), plain(price.amount()))));
    }

    private static String words(UnitPrice price) {
        String model = DocumentReading.word(PriceBookWriter.modelOf(price)) + " ";
        if (price instanceof UnitPrice.Flat flat) {
            return model + plain(flat.price());
        } else if (price instanceof UnitPrice.PerPackage each) {
            return model + plain(each.price()) + " for " + plain(each.size());
        } else if (price instanceof UnitPrice.Graduated graduated) {
            return model + words(graduated.tiers());
        }
        return model + words(((UnitPrice.Volume) price).tiers());
    }

    private static String words(List<PriceTier> tiers) {
        return tiers.stream()
                .map(tier -> tier.upTo().map(bound -> "up to " + plain(bound)).orElse("beyond") + " "
                        + plain(tier.unit()) + (tier.flat().signum() == 0 ? "" : " and " + plain(tier.flat())))
                .collect(Collectors.joining(", ", "(", ")"));
    }

    private static String plain(BigDecimal number) {
        return number.toPlainString();
    }

    // In quotes, so that no text reads like another one, or like none.
    private static void text(Map<String, String> leaves, String path, @Nullable String text) {
        if (text != null) {
            leaves.put(path, "'" + text + "'");
        }
    }
}
