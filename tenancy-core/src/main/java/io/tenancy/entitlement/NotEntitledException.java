package io.tenancy.entitlement;

import io.tenancy.RequestRefusedException;
import io.tenancy.TenantId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The catalogue knows what was asked for, but the tenant does not have it; refused with 403. The problem body names it, the
 * tenant's {@code plan} (missing for a tenant without one), the {@code plans} and {@code add_ons} that would give it, in
 * the order of the catalogue, and {@code upgrade}, a link (missing where none is configured or nothing on offer would
 * help).
 */
public abstract sealed class NotEntitledException extends RequestRefusedException
        permits ModuleNotEntitledException, QuotaNotEntitledException {

    private static final long serialVersionUID = 1L;

    private final String member;
    private final String key;
    private final @Nullable String plan;
    private final List<String> plans;
    private final List<String> addOns;
    private final @Nullable String upgrade;

    NotEntitledException(String code, String member, TenantId tenant, String key, Offer offer) {
        super(403, code, detail(offer), message(tenant, key, offer), null);
        this.member = member;
        this.key = key;
        this.plan = offer.plan();
        this.plans = offer.plans();
        this.addOns = offer.addOns();
        this.upgrade = offer.upgrade();
    }

    /**
     * What would help a tenant.
     *
     * @param plan its plan, or null
     * @param plans codes of plans that give what it lacks
     * @param addOns codes of add-ons that give it
     * @param upgrade a link, or null
     */
    record Offer(
            @Nullable String plan,
            List<String> plans,
            List<String> addOns,
            @Nullable String upgrade) {
        Offer {
            plans = List.copyOf(plans);
            addOns = List.copyOf(addOns);
        }

        boolean isEmpty() {
            return plans.isEmpty() && addOns.isEmpty();
        }
    }

    private static String detail(Offer offer) {
        return offer.isEmpty()
                ? "This is not included in what your organisation has."
                : "This is not included in your organisation's plan. It comes with what is named here.";
    }

    private static String message(TenantId tenant, String key, Offer offer) {
        return "Tenant " + tenant + " needs '" + key + "', which "
                + (offer.plan() == null ? "it has no plan for" : "its plan '" + offer.plan() + "' does not give") + ". "
                + (offer.isEmpty()
                        ? "Nothing on offer would give it to this tenant; explain(\"" + key + "\") tells why."
                        : "Plans that have it: " + offer.plans() + "; add-ons: " + offer.addOns() + ".");
    }

    /**
     * What is missing.
     *
     * @return its key in the catalogue
     */
    public final String key() {
        return key;
    }

    /**
     * The tenant's plan.
     *
     * @return its code; empty for a tenant without one
     */
    public final Optional<String> plan() {
        return Optional.ofNullable(plan);
    }

    /**
     * The plans on offer that would give it.
     *
     * @return codes, in the order of the catalogue
     */
    public final List<String> plans() {
        return plans;
    }

    /**
     * The add-ons on offer that go with the tenant's plan and would give it.
     *
     * @return codes, in the order of the catalogue
     */
    public final List<String> addOns() {
        return addOns;
    }

    /**
     * Where to get it.
     *
     * @return a link; empty where none is configured or nothing on offer would help
     */
    public final Optional<String> upgradeLink() {
        return Optional.ofNullable(upgrade);
    }

    @Override
    public final Map<String, Object> problemMembers() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put(member, key);
        if (plan != null) {
            members.put("plan", plan);
        }
        members.put("plans", plans);
        members.put("add_ons", addOns);
        if (upgrade != null) {
            members.put("upgrade", upgrade);
        }
        return Collections.unmodifiableMap(members);
    }
}
