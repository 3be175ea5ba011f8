package io.tenancy.entitlement;

import io.tenancy.TenantId;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a tenant was granted, past and future included; each grant counts within its validity. Where several
 * grants of a kind count at once, they count in the order in which their validity begins, and of those that begin
 * together in the order of their ids.
 *
 * @param tenant the tenant
 * @param plans its plans; of several that count at once the last one is the tenant's plan
 * @param addOns what it bought on top
 * @param trials modules that it tries
 * @param overrides what was agreed with it alone
 * @param resellers whom it was sold to through; at most one at a time
 */
public record EntitlementGrants(
        TenantId tenant,
        List<PlanGrant> plans,
        List<AddOnGrant> addOns,
        List<TrialGrant> trials,
        List<OverrideGrant> overrides,
        List<ResellerMembership> resellers) {

    private static final Comparator<Grant> ORDER =
            Comparator.comparing((Grant grant) -> grant.validity().from()).thenComparingLong(Grant::id);

    /**
     * Puts the grants into their order.
     *
     * @throws IllegalArgumentException when the tenant belongs to two resellers at once
     */
    public EntitlementGrants {
        Objects.requireNonNull(tenant, "tenant");
        plans = plans.stream().sorted(ORDER).toList();
        addOns = addOns.stream().sorted(ORDER).toList();
        trials = trials.stream().sorted(ORDER).toList();
        overrides = overrides.stream().sorted(ORDER).toList();
        resellers = resellers.stream().sorted(ORDER).toList();
        for (int i = 0; i < resellers.size(); i++) {
            for (int j = i + 1; j < resellers.size(); j++) {
                if (resellers.get(i).validity().overlaps(resellers.get(j).validity())) {
                    throw new IllegalArgumentException(
                            "Tenant " + tenant + " belongs to one reseller at a time, but to " + resellers.get(i)
                                    + " and to " + resellers.get(j));
                }
            }
        }
    }

    /**
     * The grants of a tenant that has none.
     *
     * @param tenant the tenant
     * @return no grants
     */
    public static EntitlementGrants none(TenantId tenant) {
        return new EntitlementGrants(tenant, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    Stream<Validity> validities() {
        Stream<Grant> grants =
                Stream.of(plans, addOns, trials, overrides, resellers).flatMap(List::stream);
        Stream<Validity> caps =
                resellers.stream().flatMap(each -> each.caps().stream()).map(ResellerCap::validity);
        return Stream.concat(grants.map(Grant::validity), caps);
    }

    static <G extends Grant> List<G> at(Instant instant, List<G> grants) {
        return grants.stream().filter(each -> each.validity().contains(instant)).toList();
    }

    /** What all grants have. */
    public sealed interface Grant {

        /**
         * Its number in the store.
         *
         * @return unique there
         */
        long id();

        /**
         * When it counts.
         *
         * @return from and until
         */
        Validity validity();
    }

    /**
     * A plan.
     *
     * @param id number in the store
     * @param plan code of the plan
     * @param version the version that stays, also after newer ones; null to follow the version that is current
     * @param validity when it counts
     */
    public record PlanGrant(long id, String plan, @Nullable Integer version, Validity validity) implements Grant {}

    /**
     * An add-on.
     *
     * @param id number in the store
     * @param addOn code of the add-on
     * @param quantity how many times it was bought; 1 and more
     * @param validity when it counts
     */
    public record AddOnGrant(long id, String addOn, long quantity, Validity validity) implements Grant {

        /**
         * Validates the quantity.
         *
         * @throws IllegalArgumentException when it is not positive
         */
        public AddOnGrant {
            if (quantity < 1) {
                throw new IllegalArgumentException(
                        "An add-on is granted once or more, but '" + addOn + "' was granted " + quantity + " times");
            }
        }
    }

    /**
     * A module to try.
     *
     * @param id number in the store
     * @param module key of the module
     * @param validity when it counts; a trial has an end
     */
    public record TrialGrant(long id, String module, Validity validity) implements Grant {

        /**
         * Validates the end.
         *
         * @throws IllegalArgumentException when there is none
         */
        public TrialGrant {
            if (validity.until() == null) {
                throw new IllegalArgumentException("A trial of module '" + module + "' needs an end");
            }
        }
    }

    /**
     * What was agreed with one tenant.
     *
     * @param id number in the store
     * @param key key of the entitlement
     * @param mode how it changes what the tenant has without it
     * @param value to set, or to add
     * @param validity when it counts
     */
    public record OverrideGrant(long id, String key, OverrideMode mode, EntitlementValue value, Validity validity)
            implements Grant {

        /**
         * Validates mode and value.
         *
         * @throws IllegalArgumentException when something is to be added that is no quantity
         */
        public OverrideGrant {
            if (mode == OverrideMode.ADD && !(value instanceof EntitlementValue.OfQuantity)) {
                throw new IllegalArgumentException("Only to a limit or an allowance something can be added, but the"
                        + " override of '" + key + "' adds " + value + "; set it instead");
            }
        }
    }

    /** How an override changes what a tenant has without it. */
    public enum OverrideMode {
        /** Puts its value in the place of the other. */
        SET,
        /** Adds its limit to the other; unlimited added to anything is unlimited. To lower a limit, set it. */
        ADD
    }

    /**
     * That a tenant belongs to a reseller.
     *
     * @param id number in the store
     * @param reseller the reseller
     * @param validity when it counts
     * @param caps what the reseller may not give more of to any of its tenants
     */
    public record ResellerMembership(long id, Reseller reseller, Validity validity, List<ResellerCap> caps)
            implements Grant {

        /** Keeps the caps from changing. */
        public ResellerMembership {
            caps = List.copyOf(caps);
        }

        @Override
        public String toString() {
            return reseller + " " + validity;
        }
    }

    /**
     * The most that each tenant of a reseller may have.
     *
     * @param id number in the store
     * @param key key of a module, a limit or an allowance
     * @param value not included for a module; for a quantity, the limit that no tenant of the reseller exceeds
     * @param validity when it counts
     */
    public record ResellerCap(long id, String key, EntitlementValue value, Validity validity) {

        /**
         * Validates the value.
         *
         * @throws IllegalArgumentException when it is a setting, or includes a module
         */
        public ResellerCap {
            if (value instanceof EntitlementValue.OfSetting
                    || (value instanceof EntitlementValue.OfModule module && module.entitled())) {
                throw new IllegalArgumentException(
                        "A reseller's cap withholds a module or lowers a limit or an allowance," + " but the one of '"
                                + key + "' says " + value);
            }
        }
    }
}
