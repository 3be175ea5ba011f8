package io.tenancy.billing.subscription;

import io.tenancy.billing.period.BillingInterval;
import org.jspecify.annotations.Nullable;

/** What can be changed of a subscription, now or later. */
public sealed interface SubscriptionChange {

    /**
     * In words, for records.
     *
     * @return such as {@code plan pro, month}
     */
    String inWords();

    /**
     * Another plan, another version of it, or another interval. A new interval begins a new period at once.
     *
     * @param plan code of the plan
     * @param terms number of its terms in the store, such as {@link BillingCatalogue#negotiate} returns; 0 for those of the
     *     version in effect
     * @param interval how long periods are; null to stay
     * @param quantity seats; 0 to stay
     */
    record ToPlan(String plan, long terms, @Nullable BillingInterval interval, long quantity)
            implements SubscriptionChange {

        /**
         * Validates the quantity.
         *
         * @throws IllegalArgumentException when it is negative
         */
        public ToPlan {
            if (quantity < 0) {
                throw new IllegalArgumentException("Plan '" + plan + "' was to have " + quantity
                        + " seats, but has one or more; 0 leaves them as they are");
            }
        }

        /**
         * A plan in its version in effect, with interval and seats as they are.
         *
         * @param plan code of the plan
         */
        public ToPlan(String plan) {
            this(plan, 0, null, 0);
        }

        @Override
        public String inWords() {
            return "plan " + plan
                    + (interval == null
                            ? ""
                            : ", every " + interval.count() + " "
                                    + interval.unit().inWords())
                    + (quantity == 0 ? "" : ", " + quantity + " seats");
        }
    }

    /**
     * Another number of seats.
     *
     * @param seats 1 and more
     */
    record Seats(long seats) implements SubscriptionChange {

        /**
         * Validates the number.
         *
         * @throws IllegalArgumentException when it is less than 1
         */
        public Seats {
            requireOnce("Seats", seats);
        }

        @Override
        public String inWords() {
            return seats + " seats";
        }
    }

    /**
     * One more add-on, or another number of one that it has.
     *
     * @param addOn code of the add-on
     * @param quantity how many; 1 and more
     */
    record AddOn(String addOn, long quantity) implements SubscriptionChange {

        /**
         * Validates the number.
         *
         * @throws IllegalArgumentException when it is less than 1
         */
        public AddOn {
            requireOnce("Add-on '" + addOn + "'", quantity);
        }

        @Override
        public String inWords() {
            return "add-on " + addOn + ", " + quantity + " times";
        }
    }

    /**
     * An add-on less.
     *
     * @param addOn code of the add-on
     */
    record NoAddOn(String addOn) implements SubscriptionChange {
        @Override
        public String inWords() {
            return "no add-on " + addOn;
        }
    }

    /** No access and no charges for a while; what is left of the period is credited. */
    record Pause() implements SubscriptionChange {
        @Override
        public String inWords() {
            return "pause";
        }
    }

    /** The end of a pause; what is left of the period is charged. */
    record Resume() implements SubscriptionChange {
        @Override
        public String inWords() {
            return "resume";
        }
    }

    /**
     * The end.
     *
     * @param reason why
     * @param creditUnused whether what was paid for later times is credited
     */
    record Cancel(String reason, boolean creditUnused) implements SubscriptionChange {
        @Override
        public String inWords() {
            return "cancel: " + reason;
        }
    }

    private static void requireOnce(String what, long quantity) {
        if (quantity < 1) {
            throw new IllegalArgumentException(
                    what + ": the number was to be " + quantity
                            + ", but is 1 or more; to have none, take the add-on away (NoAddOn) or end the subscription (Cancel)");
        }
    }
}
