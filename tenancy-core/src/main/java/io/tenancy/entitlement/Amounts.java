package io.tenancy.entitlement;

/**
 * Arithmetic of amounts in which {@value EntitlementValue#UNLIMITED} stands for unlimited. A finite result that does not
 * fit stays at the greatest finite amount, so that no sum wraps around into a small or an unlimited one.
 */
final class Amounts {

    private Amounts() {}

    static boolean unlimited(long amount) {
        return amount == EntitlementValue.UNLIMITED;
    }

    static long add(long amount, long more) {
        if (unlimited(amount) || unlimited(more)) {
            return EntitlementValue.UNLIMITED;
        }
        return amount > Long.MAX_VALUE - more ? Long.MAX_VALUE : amount + more;
    }

    static long times(long amount, long quantity) {
        if (unlimited(amount) || amount == 0) {
            return amount;
        }
        return quantity > Long.MAX_VALUE / amount ? Long.MAX_VALUE : amount * quantity;
    }

    static long lower(long amount, long cap) {
        if (unlimited(amount)) {
            return cap;
        }
        return unlimited(cap) ? amount : Math.min(amount, cap);
    }

    /** Rounded down; in two parts, since amount × percent may not fit. */
    static long percent(long amount, int percent) {
        return amount / 100 * percent + amount % 100 * percent / 100;
    }

    static String words(long amount) {
        return unlimited(amount) ? "unlimited" : Long.toString(amount);
    }
}
