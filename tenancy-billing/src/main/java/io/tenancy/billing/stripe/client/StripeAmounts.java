package io.tenancy.billing.stripe.client;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Set;

/**
 * Amounts in Stripe's units: mostly those of ISO 4217, with exceptions that Stripe lists under "Supported currencies": some
 * have no decimals there, two have decimals there that must be zero, and of those with three decimals the last one is zero.
 */
public final class StripeAmounts {

    private static final Set<String> WITHOUT_DECIMALS = Set.of(
            "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF");
    private static final Set<String> WITH_THREE = Set.of("BHD", "JOD", "KWD", "OMR", "TND");

    /** Decimals there are sent and must be zero. */
    private static final Set<String> WHOLE_ONLY = Set.of("ISK", "UGX");

    private StripeAmounts() {}

    /**
     * An amount as Stripe takes it.
     *
     * @param amount not negative
     * @return in Stripe's units
     * @throws BillingException when Stripe cannot take exactly that amount
     */
    public static long of(Money amount) {
        String currency = amount.currency();
        long units;
        try {
            units = amount.amount().movePointRight(decimals(currency)).longValueExact();
        } catch (ArithmeticException inexact) {
            throw inexact(amount, "it has no decimals there");
        }
        if (WITH_THREE.contains(currency) && units % 10 != 0) {
            throw inexact(amount, "its last decimal is to be 0 there");
        }
        if (WHOLE_ONLY.contains(currency) && units % 100 != 0) {
            throw inexact(amount, "its decimals are to be 00 there");
        }
        return units;
    }

    private static BillingException inexact(Money amount, String why) {
        return new BillingException(amount + " was to be moved by Stripe, which does not take that amount of "
                + amount.currency() + ": " + why
                + ". Price in amounts that it takes, or let the tenant pay by transfer:"
                + " accounts().use(tenant, seller, \"manual\").");
    }

    /**
     * An amount that Stripe tells.
     *
     * @param units in Stripe's units
     * @param currency its code, in small letters or large ones
     * @return the amount
     * @throws BillingException when there is no such currency here, or it has fewer decimals than the amount
     */
    public static Money read(long units, String currency) {
        String code = currency.toUpperCase(Locale.ROOT);
        try {
            return Money.of(BigDecimal.valueOf(units, decimals(code)), code);
        } catch (IllegalArgumentException unknown) {
            throw new BillingException(
                    "Stripe tells of " + units + " units of '" + currency + "': " + unknown.getMessage());
        }
    }

    private static int decimals(String currency) {
        if (WITHOUT_DECIMALS.contains(currency)) {
            return 0;
        }
        return WITH_THREE.contains(currency) ? 3 : 2;
    }
}
