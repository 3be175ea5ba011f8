package io.tenancy.entitlement;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What a plan, an add-on, an override or a cap says about one entitlement. */
public sealed interface EntitlementValue {

    /** The amount that stands for unlimited, in documents and in values. */
    long UNLIMITED = -1;

    /**
     * Whether this value fits a kind.
     *
     * @param kind the kind of the entitlement
     * @return true for a module's value on a MODULE, a quantity on a LIMIT or an ALLOWANCE, a text on a SETTING
     */
    boolean fits(EntitlementKind kind);

    /**
     * The value of a module.
     *
     * @param entitled whether the module may be used
     */
    record OfModule(boolean entitled) implements EntitlementValue {
        @Override
        public boolean fits(EntitlementKind kind) {
            return kind == EntitlementKind.MODULE;
        }

        @Override
        public String toString() {
            return entitled ? "included" : "not included";
        }
    }

    /**
     * The value of a limit or an allowance.
     *
     * @param limit the most that may exist or be used: {@value EntitlementValue#UNLIMITED}, or 0 and more
     * @param softLimit from where on one is warned: 0 and more, at most the limit; null where the definition's share of
     *     the limit counts
     * @param overage whether use beyond the limit is admitted, to be paid for
     */
    record OfQuantity(long limit, @Nullable Long softLimit, boolean overage) implements EntitlementValue {

        /**
         * Validates the amounts.
         *
         * @throws IllegalArgumentException when an amount is negative and not unlimited, or the soft limit exceeds the limit
         */
        public OfQuantity {
            if (limit < UNLIMITED) {
                throw new IllegalArgumentException(
                        "A limit is -1 for unlimited, or 0 and more, but this one is " + limit);
            }
            if (softLimit != null && softLimit < 0) {
                throw new IllegalArgumentException("A soft limit is 0 or more, but this one is " + softLimit);
            }
            if (softLimit != null && limit != UNLIMITED && softLimit > limit) {
                throw new IllegalArgumentException(
                        "A soft limit is at most the limit, but " + softLimit + " is more than " + limit);
            }
        }

        /**
         * A limit without soft limit and without overage.
         *
         * @param limit the most that may exist or be used
         * @return the value
         */
        public static OfQuantity of(long limit) {
            return new OfQuantity(limit, null, false);
        }

        OfQuantity plus(long amount) {
            Long soft = softLimit;
            // The warning keeps its distance to the limit while both are finite.
            if (soft != null && !Amounts.unlimited(limit) && !Amounts.unlimited(amount)) {
                soft = Amounts.add(soft, amount);
            }
            return new OfQuantity(Amounts.add(limit, amount), soft, overage);
        }

        OfQuantity cappedAt(long cap) {
            if (Amounts.unlimited(cap)) {
                return this;
            }
            long lowered = Amounts.lower(limit, cap);
            Long soft = softLimit;
            // With overage the tenant would pass the cap, which is its reseller's own limit.
            return new OfQuantity(lowered, soft == null ? null : Long.valueOf(Math.min(soft, lowered)), false);
        }

        @Override
        public boolean fits(EntitlementKind kind) {
            return kind.isQuantity();
        }

        @Override
        public String toString() {
            return Amounts.words(limit)
                    + (softLimit == null ? "" : ", soft limit " + softLimit)
                    + (overage ? ", overage allowed" : "");
        }
    }

    /**
     * The value of a setting.
     *
     * @param value the text; at most {@link #MAXIMUM_LENGTH} characters
     */
    record OfSetting(String value) implements EntitlementValue {

        /** How long a setting may be. */
        public static final int MAXIMUM_LENGTH = 1_000;

        /**
         * Validates the length.
         *
         * @throws IllegalArgumentException when the text is too long
         */
        public OfSetting {
            Objects.requireNonNull(value, "value");
            if (value.length() > MAXIMUM_LENGTH) {
                throw new IllegalArgumentException(
                        "A setting has at most " + MAXIMUM_LENGTH + " characters, but this one has " + value.length());
            }
        }

        @Override
        public boolean fits(EntitlementKind kind) {
            return kind == EntitlementKind.SETTING;
        }

        @Override
        public String toString() {
            return "'" + value + "'";
        }
    }
}
