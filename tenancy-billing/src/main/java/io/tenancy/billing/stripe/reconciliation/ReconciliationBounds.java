package io.tenancy.billing.stripe.reconciliation;

import java.time.Duration;

/**
 * How much a run of the reconciliation does at most.
 *
 * @param overlap how much of what was compared before is compared again, because things change at Stripe after they were
 *     made there
 * @param stretch how much time is compared in one run; longer than {@code overlap}, so that runs come forward
 * @param calls how often Stripe is asked in one run; 10 and more. What the stretch needs comes first; of the rest each kind of
 *     what is looked up has its share
 * @param lookups of what changes long after it was made, how many are looked up in one run: customers, pages, requests,
 *     payments and refunds that are pending, refunds that were made, disputes, findings that are open; of each kind, 1 and
 *     more
 */
public record ReconciliationBounds(Duration overlap, Duration stretch, int calls, int lookups) {

    /** Three days again, at most two weeks, 2,000 calls, 200 looked up of each kind. */
    public static final ReconciliationBounds DEFAULT =
            new ReconciliationBounds(Duration.ofDays(3), Duration.ofDays(14), 2_000, 200);

    /** A run that may ask less often than this would do nothing. */
    public static final int FEWEST_CALLS = 10;

    /**
     * Checks them.
     *
     * @throws IllegalArgumentException when runs would not come forward
     */
    public ReconciliationBounds {
        if (overlap.isNegative() || stretch.compareTo(overlap) <= 0) {
            throw new IllegalArgumentException("A run compares a stretch of " + stretch + ", of which " + overlap
                    + " was compared before: the overlap is not negative and shorter than the stretch.");
        }
        if (calls < FEWEST_CALLS || lookups < 1) {
            throw new IllegalArgumentException(
                    "A run asks Stripe " + FEWEST_CALLS + " times or more and looks up 1 thing or"
                            + " more of each kind, but was to ask " + calls + " times and look up " + lookups + ".");
        }
    }

    /**
     * The same with another number of calls.
     *
     * @param value how often Stripe is asked in one run; 10 and more
     * @return other bounds
     */
    public ReconciliationBounds withCalls(int value) {
        return new ReconciliationBounds(overlap, stretch, value, lookups);
    }
}
