package io.tenancy.entitlement;

import io.tenancy.entitlement.EntitlementExplanation.Layer;
import io.tenancy.entitlement.EntitlementExplanation.Step;
import io.tenancy.entitlement.EntitlementGrants.AddOnGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideMode;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.EntitlementGrants.ResellerCap;
import io.tenancy.entitlement.EntitlementGrants.ResellerMembership;
import io.tenancy.entitlement.EntitlementGrants.TrialGrant;
import io.tenancy.entitlement.EntitlementValue.OfModule;
import io.tenancy.entitlement.EntitlementValue.OfQuantity;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One tenant's grants at one instant, taken through the layers: plan, add-ons, trials, overrides, limits of the reseller.
 * Each entitlement goes through them by itself.
 */
final class Resolution {

    final Instant at;
    final EntitlementGrants grants;
    final PlanCatalogue catalogue;
    final @Nullable Plan plan;
    final @Nullable PlanVersion version;

    private final @Nullable PlanGrant planGrant;
    private final List<AddOnGrant> addOns;
    private final List<TrialGrant> trials;
    private final List<OverrideGrant> overrides;
    private final List<ResellerMembership> resellers;

    Resolution(PlanCatalogue catalogue, EntitlementGrants grants, Instant at) {
        this.catalogue = catalogue;
        this.grants = grants;
        this.at = at;
        List<PlanGrant> plans = EntitlementGrants.at(at, grants.plans());
        this.planGrant = plans.isEmpty() ? null : plans.get(plans.size() - 1);
        this.plan = planGrant == null ? null : planOf(planGrant);
        this.version = plan == null || planGrant == null ? null : versionOf(plan, planGrant);
        this.addOns = EntitlementGrants.at(at, grants.addOns());
        this.trials = EntitlementGrants.at(at, grants.trials());
        this.overrides = EntitlementGrants.at(at, grants.overrides());
        this.resellers = EntitlementGrants.at(at, grants.resellers());
    }

    private Plan planOf(PlanGrant grant) {
        return catalogue
                .plan(grant.plan())
                .orElseThrow(
                        () -> new InvalidGrantException(
                                "Grant " + grant.id()
                                        + " gives tenant " + grants.tenant() + " the plan '" + grant.plan()
                                        + "', which the catalogue does not have. Import a catalogue that has it, or revoke the grant."));
    }

    private @Nullable PlanVersion versionOf(Plan of, PlanGrant grant) {
        Integer pinned = grant.version();
        if (pinned == null) {
            return of.versionAt(at).orElse(null);
        }
        return of.version(pinned)
                .orElseThrow(
                        () -> new InvalidGrantException(
                                "Grant " + grant.id() + " gives tenant "
                                        + grants.tenant() + " version " + pinned + " of plan '" + of.code()
                                        + "', which the catalogue does not have. Import a catalogue that has it, or revoke the grant."));
    }

    /** The next instant after this one at which anything may be different. */
    Optional<Instant> changesAt() {
        Stream<Instant> grantsChange = grants.validities()
                .flatMap(each -> Stream.concat(Stream.of(each.from()), Stream.ofNullable(each.until())));
        // Also those of other plans: a refusal names what is on offer.
        Stream<Instant> plansChange = catalogue.plans().stream()
                .flatMap(each -> each.versions().stream())
                .map(PlanVersion::effectiveFrom);
        return Stream.concat(grantsChange, plansChange)
                .filter(each -> each.isAfter(at))
                .min(Instant::compareTo);
    }

    @Nullable EntitlementValue valueOf(EntitlementDefinition definition, Trace trace) {
        return later(definition, withAddOns(definition, fromPlan(definition, trace), trace), trace);
    }

    /** Whether a plan or an add-on that gives it would help this tenant, given what comes after them. */
    boolean couldGet(EntitlementDefinition definition) {
        EntitlementValue wanted = switch (definition.kind()) {
            case MODULE -> new OfModule(true);
            case SETTING -> new EntitlementValue.OfSetting("true");
            case LIMIT, ALLOWANCE -> OfQuantity.of(EntitlementValue.UNLIMITED);
        };
        return gives(later(definition, wanted, Trace.NONE));
    }

    /** Whether who has this value has anything: a limit of nothing, which nobody may pass, helps as little as none. */
    static boolean gives(@Nullable EntitlementValue value) {
        return (value instanceof OfModule module && module.entitled())
                || (value instanceof EntitlementValue.OfSetting setting
                        && setting.value().equals("true"))
                || (value instanceof OfQuantity quantity && (quantity.limit() != 0 || quantity.overage()));
    }

    private @Nullable EntitlementValue fromPlan(EntitlementDefinition definition, Trace trace) {
        if (planGrant == null || plan == null) {
            trace.add(Layer.PLAN, "no plan counts at this instant", null);
            return null;
        }
        String which = "plan '" + plan.code() + "' " + planGrant.validity();
        if (version == null) {
            trace.add(Layer.PLAN, which + " has no version in effect", null);
            return null;
        }
        EntitlementValue value = version.entitlements().get(definition.key());
        String how = planGrant.version() == null ? " (the current one)" : " (pinned)";
        trace.add(Layer.PLAN, which + ", version " + version.version() + how, value);
        return value;
    }

    private @Nullable EntitlementValue withAddOns(
            EntitlementDefinition definition, @Nullable EntitlementValue before, Trace trace) {
        EntitlementValue value = before;
        for (AddOnGrant grant : addOns) {
            AddOn addOn = catalogue
                    .addOn(grant.addOn())
                    .orElseThrow(
                            () -> new InvalidGrantException(
                                    "Grant "
                                            + grant.id() + " gives tenant " + grants.tenant() + " the add-on '"
                                            + grant.addOn()
                                            + "', which the catalogue does not have. Import a catalogue that has it, or revoke the grant."));
            EntitlementValue given = addOn.entitlements().get(definition.key());
            if (given == null) {
                continue;
            }
            String which = grant.quantity() + " × add-on '" + addOn.code() + "' " + grant.validity();
            if (plan == null || version == null || !addOn.goesWith(plan.code())) {
                trace.add(
                        Layer.ADD_ON,
                        which + " does not count: it goes with "
                                + (addOn.plans().isEmpty() ? "any plan, but there is none" : "plans " + addOn.plans()),
                        value);
                continue;
            }
            value = withAddOn(value, given, grant.quantity());
            trace.add(Layer.ADD_ON, which + ": " + given, value);
        }
        return value;
    }

    private static @Nullable EntitlementValue withAddOn(
            @Nullable EntitlementValue before, EntitlementValue given, long quantity) {
        if (given instanceof OfModule module) {
            return module.entitled() ? given : before;
        }
        if (given instanceof OfQuantity more) {
            return added(before, Amounts.times(more.limit(), quantity), more.overage());
        }
        return given;
    }

    private static OfQuantity added(@Nullable EntitlementValue before, long amount, boolean overageOfNothing) {
        return before instanceof OfQuantity some ? some.plus(amount) : new OfQuantity(amount, null, overageOfNothing);
    }

    private @Nullable EntitlementValue later(
            EntitlementDefinition definition, @Nullable EntitlementValue before, Trace trace) {
        EntitlementValue value = before;
        for (TrialGrant trial : trials) {
            if (trial.module().equals(definition.key()) && definition.kind() == EntitlementKind.MODULE) {
                value = new OfModule(true);
                trace.add(Layer.TRIAL, "trial " + trial.validity(), value);
            }
        }
        for (OverrideGrant override : overrides) {
            if (override.key().equals(definition.key())) {
                value = overridden(definition, value, override);
                trace.add(Layer.OVERRIDE, override.mode() + " " + override.value() + " " + override.validity(), value);
            }
        }
        for (ResellerMembership membership : resellers) {
            for (ResellerCap cap : membership.caps()) {
                if (cap.key().equals(definition.key()) && cap.validity().contains(at)) {
                    value = capped(definition, value, cap);
                    trace.add(Layer.RESELLER, membership.reseller() + ": " + cap.value(), value);
                }
            }
        }
        return value;
    }

    private EntitlementValue overridden(
            EntitlementDefinition definition, @Nullable EntitlementValue before, OverrideGrant override) {
        requireFit(definition, override.value(), override.id());
        if (override.mode() == OverrideMode.ADD && override.value() instanceof OfQuantity more) {
            return added(before, more.limit(), definition.overage());
        }
        return override.value();
    }

    private @Nullable EntitlementValue capped(
            EntitlementDefinition definition, @Nullable EntitlementValue before, ResellerCap cap) {
        requireFit(definition, cap.value(), cap.id());
        if (before instanceof OfQuantity some && cap.value() instanceof OfQuantity most) {
            return some.cappedAt(most.limit());
        }
        return before == null ? null : cap.value();
    }

    private void requireFit(EntitlementDefinition definition, EntitlementValue value, long grant) {
        if (!value.fits(definition.kind())) {
            throw new InvalidGrantException("Grant " + grant + " gives tenant " + grants.tenant() + " " + value
                    + " for '" + definition.key() + "', which is a " + definition.kind() + ". Revoke the grant.");
        }
    }

    /** Takes down what each layer did. */
    interface Trace {

        Trace NONE = (layer, what, value) -> {};

        void add(Layer layer, String what, @Nullable EntitlementValue value);

        static Trace into(List<Step> steps) {
            return (layer, what, value) ->
                    steps.add(new Step(layer, what, value == null ? "not given" : value.toString()));
        }
    }
}
