package io.tenancy.billing.catalogue;

import java.util.List;

/**
 * What happens when an invoice is not paid. Days are counted from the failed payment, or from when it was found that a
 * transfer did not come until the due date, in the tenant's calendar.
 *
 * @param retryAfterDays when the payment is tried again, rising
 * @param remindAfterDays when the tenant is reminded, rising
 * @param restrictAfterDays when the tenant works with less: the days of grace
 * @param suspendAfterDays when it no longer works
 * @param cancelAfterDays when its subscription ends and the invoice is given up
 */
public record DunningPolicy(
        List<Integer> retryAfterDays,
        List<Integer> remindAfterDays,
        int restrictAfterDays,
        int suspendAfterDays,
        int cancelAfterDays) {

    /** The most days that anything in a catalogue is counted in: ten years. */
    public static final int MOST_DAYS = 3_650;

    /** Seven days of grace; the policy of plans that name none. */
    public static final DunningPolicy DEFAULT = new DunningPolicy(List.of(1, 3, 5), List.of(0, 3, 7, 14), 7, 14, 30);

    /**
     * Validates the order.
     *
     * @throws IllegalArgumentException naming what is out of order
     */
    public DunningPolicy {
        retryAfterDays = rising("retries", retryAfterDays, 1);
        remindAfterDays = rising("reminders", remindAfterDays, 0);
        if (restrictAfterDays < 0 || suspendAfterDays < restrictAfterDays || cancelAfterDays <= suspendAfterDays) {
            throw new IllegalArgumentException(
                    "A tenant that does not pay is restricted, then suspended, then cancelled," + " but the days were "
                            + restrictAfterDays + ", " + suspendAfterDays + " and " + cancelAfterDays);
        }
        requireAtMost(cancelAfterDays);
    }

    private static List<Integer> rising(String what, List<Integer> days, int least) {
        int before = least - 1;
        for (int day : days) {
            if (day <= before) {
                throw new IllegalArgumentException(
                        "The days of " + what + " rise from " + least + " on, but were " + days);
            }
            before = day;
            requireAtMost(day);
        }
        return List.copyOf(days);
    }

    private static void requireAtMost(int day) {
        if (day > MOST_DAYS) {
            throw new IllegalArgumentException(
                    "A tenant that does not pay is waited for " + MOST_DAYS + " days at most, but one was " + day);
        }
    }
}
