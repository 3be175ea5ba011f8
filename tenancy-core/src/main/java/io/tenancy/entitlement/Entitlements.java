package io.tenancy.entitlement;

import io.tenancy.TenancyException;
import io.tenancy.TenantId;
import io.tenancy.internal.Printable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What a tenant may do at an instant. Immutable; ask {@link TenantEntitlements} for a new one rather than keeping it
 * beyond the work at hand, since it does not end by itself at {@link #changesAt()}.
 */
public final class Entitlements {

    private final Resolution resolution;
    private final @Nullable String upgradeTemplate;
    private final @Nullable Instant changesAt;
    private final EntitledValues values;

    Entitlements(Resolution resolution, EntitledValues values, @Nullable String upgradeTemplate) {
        this.resolution = resolution;
        this.values = values;
        this.upgradeTemplate = upgradeTemplate;
        this.changesAt = resolution.changesAt().orElse(null);
    }

    EntitledValues values() {
        return values;
    }

    /**
     * Whose these are.
     *
     * @return the tenant
     */
    public TenantId tenant() {
        return resolution.grants.tenant();
    }

    /**
     * When these count.
     *
     * @return the instant that they were resolved for
     */
    public Instant at() {
        return resolution.at;
    }

    /**
     * When something may be different without anybody changing a grant or the catalogue: a grant begins or ends, or a
     * version of a plan comes into effect.
     *
     * @return the first such instant after {@link #at()}; empty when there is none
     */
    public Optional<Instant> changesAt() {
        return Optional.ofNullable(changesAt);
    }

    /**
     * The tenant's plan.
     *
     * @return its code; empty for a tenant without a plan in effect
     */
    public Optional<String> plan() {
        return resolution.version == null || resolution.plan == null
                ? Optional.empty()
                : Optional.of(resolution.plan.code());
    }

    /**
     * The version of the tenant's plan.
     *
     * @return its number; empty for a tenant without a plan in effect
     */
    public Optional<Integer> planVersion() {
        return resolution.version == null ? Optional.empty() : Optional.of(resolution.version.version());
    }

    /**
     * The rate limits that come with the tenant's plan.
     *
     * @return in the order of the document; empty for a tenant without a plan in effect
     */
    public List<PlannedRateLimit> rateLimits() {
        return resolution.version == null ? List.of() : resolution.version.rateLimits();
    }

    /**
     * Whether a module may be used. Costs one look into a map.
     *
     * @param module key of the module
     * @return false also for a tenant without a plan
     * @throws UnknownEntitlementException when the catalogue has no module of that name
     */
    public boolean allows(String module) {
        Boolean entitled = values.modules().get(module);
        if (entitled == null) {
            throw unknown(module, EntitlementKind.MODULE);
        }
        return entitled;
    }

    /**
     * Refuses to go on without a module.
     *
     * @param module key of the module
     * @throws ModuleNotEntitledException when the tenant does not have it
     * @throws UnknownEntitlementException when the catalogue has no module of that name
     */
    public void require(String module) {
        if (!allows(module)) {
            throw notEntitled(module);
        }
    }

    /**
     * Whether a module may be used or a setting is {@code true}.
     *
     * @param key key of the module or of the setting
     * @return false also for a setting that the tenant's plan does not have, or that is anything but {@code true}
     * @throws UnknownEntitlementException when the catalogue has neither a module nor a setting of that name
     */
    public boolean hasFeature(String key) {
        Boolean entitled = values.modules().get(key);
        if (entitled != null) {
            return entitled;
        }
        String setting = values.settings().get(key);
        if (setting == null && !isDefined(key, EntitlementKind.SETTING)) {
            throw unknown(key, EntitlementKind.SETTING);
        }
        return "true".equals(setting);
    }

    /**
     * Refuses to go on without a feature.
     *
     * @param key key of the module or of the setting
     * @throws ModuleNotEntitledException when {@link #hasFeature} is false
     * @throws UnknownEntitlementException when the catalogue has neither a module nor a setting of that name
     */
    public void requireFeature(String key) {
        if (!hasFeature(key)) {
            throw notEntitled(key);
        }
    }

    /**
     * How many of something may exist.
     *
     * @param name key of the limit
     * @return {@value EntitlementValue#UNLIMITED} for unlimited, 0 and more otherwise
     * @throws UnknownEntitlementException when nothing gives the tenant a limit of that name
     */
    public long limit(String name) {
        EntitlementQuantity quantity = values.limits().get(name);
        if (quantity == null) {
            throw unknown(name, EntitlementKind.LIMIT);
        }
        return quantity.limit();
    }

    /**
     * How much of something may be used within its period.
     *
     * @param name key of the allowance
     * @return {@value EntitlementValue#UNLIMITED} for unlimited, 0 and more otherwise
     * @throws UnknownEntitlementException when nothing gives the tenant an allowance of that name
     */
    public long allowance(String name) {
        EntitlementQuantity quantity = values.allowances().get(name);
        if (quantity == null) {
            throw unknown(name, EntitlementKind.ALLOWANCE);
        }
        return quantity.limit();
    }

    /**
     * A limit or an allowance with all that goes with it.
     *
     * @param name key of the limit or of the allowance
     * @return empty when nothing gives the tenant one of that name, also when the catalogue does not define it
     */
    public Optional<EntitlementQuantity> quantity(String name) {
        EntitlementQuantity limit = values.limits().get(name);
        return Optional.ofNullable(limit != null ? limit : values.allowances().get(name));
    }

    /**
     * Refuses to go on without a limit or an allowance.
     *
     * @param name key of the limit or of the allowance
     * @return how much of it the tenant has, which may be 0
     * @throws QuotaNotEntitledException when the catalogue defines it, but nothing gives it to the tenant
     * @throws UnknownEntitlementException when the catalogue has neither a limit nor an allowance of that name
     */
    public EntitlementQuantity requireQuantity(String name) {
        return quantity(name).orElseThrow(() -> withoutQuantity(name));
    }

    private TenancyException withoutQuantity(String name) {
        boolean defined = isDefined(name, EntitlementKind.LIMIT) || isDefined(name, EntitlementKind.ALLOWANCE);
        return defined
                ? new QuotaNotEntitledException(tenant(), name, offerOf(name))
                : unknown(name, EntitlementKind.LIMIT);
    }

    /**
     * A configuration value.
     *
     * @param name key of the setting
     * @return its text
     * @throws UnknownEntitlementException when nothing gives the tenant a setting of that name
     */
    public String setting(String name) {
        String setting = values.settings().get(name);
        if (setting == null) {
            throw unknown(name, EntitlementKind.SETTING);
        }
        return setting;
    }

    /**
     * What the tenant has a value for: modules that it may use, limits, allowances and settings.
     *
     * @return keys, sorted
     */
    public Set<String> keys() {
        Set<String> keys = new TreeSet<>(values.limits().keySet());
        keys.addAll(values.allowances().keySet());
        keys.addAll(values.settings().keySet());
        values.modules().forEach((key, entitled) -> {
            if (entitled) {
                keys.add(key);
            }
        });
        return keys;
    }

    /**
     * How an entitlement came to be what it is.
     *
     * @param key key of any entitlement that the catalogue defines
     * @return every step, also those that changed nothing
     * @throws UnknownEntitlementException when the catalogue does not define it
     */
    public EntitlementExplanation explain(String key) {
        EntitlementDefinition definition = resolution
                .catalogue
                .definition(key)
                .orElseThrow(() -> new UnknownEntitlementException(
                        key,
                        "The catalogue defines no entitlement '" + Printable.of(key) + "'. It defines "
                                + resolution.catalogue.definitions().stream()
                                        .map(EntitlementDefinition::key)
                                        .toList()
                                + "."));
        List<EntitlementExplanation.Step> steps = new ArrayList<>();
        EntitlementValue value = resolution.valueOf(definition, Resolution.Trace.into(steps));
        return new EntitlementExplanation(
                key, definition.kind(), resolution.at, steps, value == null ? "not given" : value.toString());
    }

    private boolean isDefined(String key, EntitlementKind kind) {
        return resolution
                .catalogue
                .definition(key)
                .filter(definition -> definition.kind() == kind)
                .isPresent();
    }

    private ModuleNotEntitledException notEntitled(String key) {
        return new ModuleNotEntitledException(tenant(), key, offerOf(key));
    }

    // What would give the tenant something that it lacks.
    private NotEntitledException.Offer offerOf(String key) {
        List<String> plans = List.of();
        List<String> addOns = List.of();
        Optional<EntitlementDefinition> definition = resolution.catalogue.definition(key);
        if (definition.isPresent() && resolution.couldGet(definition.get())) {
            plans = resolution.catalogue.plans().stream()
                    .filter(Plan::offered)
                    .filter(plan -> plan.versionAt(resolution.at)
                            .filter(version ->
                                    Resolution.gives(version.entitlements().get(key)))
                            .isPresent())
                    .map(Plan::code)
                    .toList();
            addOns = resolution.catalogue.addOns().stream()
                    .filter(AddOn::offered)
                    .filter(addOn -> Resolution.gives(addOn.entitlements().get(key)))
                    .filter(addOn -> plan().filter(addOn::goesWith).isPresent())
                    .map(AddOn::code)
                    .toList();
        }
        boolean obtainable = !plans.isEmpty() || !addOns.isEmpty();
        String link = upgradeTemplate == null || !obtainable
                ? null
                : upgradeTemplate.replace(EntitlementResolver.MODULE_PLACEHOLDER, key);
        return new NotEntitledException.Offer(plan().orElse(null), plans, addOns, link);
    }

    private UnknownEntitlementException unknown(String key, EntitlementKind asked) {
        String what = asked.name().toLowerCase(Locale.ROOT);
        String found = resolution
                .catalogue
                .definition(key)
                .map(definition -> definition.kind() != asked
                        ? "The catalogue defines it as a " + definition.kind() + "; ask for it as such."
                        : "The catalogue defines it, but "
                                + plan().map(code -> "plan '" + code + "' version "
                                                + planVersion().orElse(0) + " does not give it")
                                        .orElse("the tenant has no plan in effect")
                                + "; give it in a new version of the plan, or to this tenant by an override.")
                .orElse("The catalogue does not define it; correct the name, or define it and import the catalogue.");
        Set<String> given = new TreeSet<>(
                switch (asked) {
                    case MODULE -> values.modules().keySet();
                    case LIMIT -> values.limits().keySet();
                    case ALLOWANCE -> values.allowances().keySet();
                    case SETTING -> values.settings().keySet();
                });
        return new UnknownEntitlementException(
                key,
                "Tenant " + tenant() + " has no " + what + " '" + Printable.of(key) + "'. " + found
                        + " Of this kind exist: " + given + ".");
    }

    @Override
    public String toString() {
        return "Entitlements of tenant " + tenant() + " at " + at() + ": " + keys();
    }
}
