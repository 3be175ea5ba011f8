package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** Prices by interval and currency. */
final class Copies {

    private Copies() {}

    static Map<BillingInterval, Map<String, Money>> of(Map<BillingInterval, Map<String, Money>> prices) {
        Map<BillingInterval, Map<String, Money>> copy = new LinkedHashMap<>();
        prices.forEach((interval, each) -> copy.put(interval, Map.copyOf(each)));
        return Collections.unmodifiableMap(copy);
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
