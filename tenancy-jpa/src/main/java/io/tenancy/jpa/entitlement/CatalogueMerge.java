package io.tenancy.jpa.entitlement;

import io.tenancy.entitlement.AddOn;
import io.tenancy.entitlement.EntitlementDefinition;
import io.tenancy.entitlement.EntitlementValue;
import io.tenancy.entitlement.Plan;
import io.tenancy.entitlement.PlanCatalogue;
import io.tenancy.entitlement.PlanVersion;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is kept after an import. Nothing is ever lost: what the document leaves out stays for the tenants that have it and
 * is no longer on offer. Versions of plans, add-ons in use and what an entitlement means do not change; names, titles,
 * order and whether something is on offer do.
 */
final class CatalogueMerge {

    private final PlanCatalogue stored;
    private final PlanCatalogue imported;
    private final Set<String> addOnsInUse;
    private final List<String> conflicts = new ArrayList<>();
    private final List<String> changes = new ArrayList<>();

    private CatalogueMerge(PlanCatalogue stored, PlanCatalogue imported, Set<String> addOnsInUse) {
        this.stored = stored;
        this.imported = imported;
        this.addOnsInUse = addOnsInUse;
    }

    static Merged merge(PlanCatalogue stored, PlanCatalogue imported, Set<String> addOnsInUse) {
        CatalogueMerge merge = new CatalogueMerge(stored, imported, addOnsInUse);
        List<EntitlementDefinition> definitions = merge.definitions();
        List<Plan> plans = merge.plans();
        List<AddOn> addOns = merge.addOns();
        if (!merge.conflicts.isEmpty()) {
            throw new CatalogueConflictException(merge.conflicts);
        }
        return new Merged(new PlanCatalogue(definitions, plans, addOns), merge.changes);
    }

    private List<EntitlementDefinition> definitions() {
        Map<String, EntitlementDefinition> all = new LinkedHashMap<>();
        for (EntitlementDefinition definition : imported.definitions()) {
            Optional<EntitlementDefinition> before = stored.definition(definition.key());
            if (before.isEmpty()) {
                changes.add("new entitlement " + definition.key());
            } else if (!withTitle(before.get(), definition.title()).equals(definition)) {
                conflict("definitions." + definition.key(), before.get(), definition);
            }
            all.put(definition.key(), definition);
        }
        stored.definitions().forEach(each -> all.putIfAbsent(each.key(), each));
        return List.copyOf(all.values());
    }

    private static EntitlementDefinition withTitle(EntitlementDefinition definition, String title) {
        return new EntitlementDefinition(
                definition.key(),
                definition.kind(),
                title,
                definition.unit(),
                definition.period(),
                definition.softLimitPercent(),
                definition.overage());
    }

    private List<Plan> plans() {
        Map<String, Plan> all = new LinkedHashMap<>();
        for (Plan plan : imported.plans()) {
            all.put(plan.code(), plan(plan, stored.plan(plan.code()).orElse(null)));
        }
        for (Plan plan : stored.plans()) {
            if (!all.containsKey(plan.code())) {
                noLongerOffered("plan", plan.code(), plan.offered());
                all.put(plan.code(), new Plan(plan.code(), plan.name(), false, plan.versions()));
            }
        }
        return List.copyOf(all.values());
    }

    private Plan plan(Plan plan, @Nullable Plan before) {
        List<PlanVersion> versions = new ArrayList<>(before == null ? List.of() : before.versions());
        for (PlanVersion version : plan.versions()) {
            Optional<PlanVersion> known = before == null ? Optional.empty() : before.version(version.version());
            if (known.isPresent()) {
                compare("plans." + plan.code() + ".version " + version.version(), known.get(), version);
            } else {
                changes.add("new version " + version.version() + " of plan " + plan.code());
                versions.add(version);
            }
        }
        versions.sort(Comparator.comparingInt(PlanVersion::version));
        try {
            return new Plan(plan.code(), plan.name(), plan.offered(), versions);
        } catch (IllegalArgumentException outOfOrder) {
            conflicts.add("plans." + plan.code() + ".versions: " + outOfOrder.getMessage());
            return plan;
        }
    }

    private void compare(String path, PlanVersion before, PlanVersion now) {
        if (!before.effectiveFrom().equals(now.effectiveFrom())) {
            conflict(path + ".effective_from", before.effectiveFrom(), now.effectiveFrom());
        }
        compare(path, before.entitlements(), now.entitlements());
        if (!before.rateLimits().equals(now.rateLimits())) {
            conflict(path + ".rate_limits", before.rateLimits(), now.rateLimits());
        }
    }

    private void compare(String path, Map<String, EntitlementValue> before, Map<String, EntitlementValue> now) {
        Set<String> keys = new TreeSet<>(before.keySet());
        keys.addAll(now.keySet());
        for (String key : keys) {
            if (!Objects.equals(before.get(key), now.get(key))) {
                conflict(path + ".entitlements." + key, before.get(key), now.get(key));
            }
        }
    }

    private List<AddOn> addOns() {
        Map<String, AddOn> all = new LinkedHashMap<>();
        for (AddOn addOn : imported.addOns()) {
            stored.addOn(addOn.code())
                    .ifPresentOrElse(before -> compare(before, addOn), () -> changes.add("new add-on " + addOn.code()));
            all.put(addOn.code(), addOn);
        }
        for (AddOn addOn : stored.addOns()) {
            if (!all.containsKey(addOn.code())) {
                noLongerOffered("add-on", addOn.code(), addOn.offered());
                all.put(
                        addOn.code(),
                        new AddOn(addOn.code(), addOn.name(), false, addOn.plans(), addOn.entitlements()));
            }
        }
        return List.copyOf(all.values());
    }

    private void compare(AddOn before, AddOn now) {
        boolean same = before.entitlements().equals(now.entitlements())
                && Set.copyOf(before.plans()).equals(Set.copyOf(now.plans()));
        if (same) {
            return;
        }
        if (!addOnsInUse.contains(now.code())) {
            changes.add("other content of add-on " + now.code() + ", which nobody has");
            return;
        }
        String path = "add_ons." + now.code();
        compare(path, before.entitlements(), now.entitlements());
        if (!Set.copyOf(before.plans()).equals(Set.copyOf(now.plans()))) {
            conflict(path + ".plans", before.plans(), now.plans());
        }
    }

    private void noLongerOffered(String what, String code, boolean offered) {
        if (offered) {
            changes.add(what + " " + code + " is no longer offered");
        }
    }

    private void conflict(String path, @Nullable Object before, @Nullable Object now) {
        conflicts.add(path + ": imported before: " + (before == null ? "nothing" : before) + "; now: "
                + (now == null ? "nothing" : now));
    }

    /** What is kept, and what is new in it. */
    record Merged(PlanCatalogue catalogue, List<String> changes) {}
}
