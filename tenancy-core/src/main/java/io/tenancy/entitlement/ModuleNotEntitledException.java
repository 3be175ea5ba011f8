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
 * The tenant's plan does not have a module; refused with 403. The problem body has the members {@code module},
 * {@code plan} (missing for a tenant without one), {@code plans} and {@code add_ons} that would give it, in the order of
 * the catalogue, and {@code upgrade}, a link (missing where none is configured or nothing on offer would help).
 */
public final class ModuleNotEntitledException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    /** The reason's stable name. */
    public static final String CODE = "module-not-entitled";

    private final String module;
    private final @Nullable String plan;
    private final List<String> plans;
    private final List<String> addOns;
    private final @Nullable String upgrade;

    ModuleNotEntitledException(
            TenantId tenant,
            String module,
            @Nullable String plan,
            List<String> plans,
            List<String> addOns,
            @Nullable String upgrade) {
        super(
                403,
                CODE,
                detail(plans, addOns),
                "Tenant " + tenant + " needs '" + module + "', which "
                        + (plan == null ? "it has no plan for" : "its plan '" + plan + "' does not give") + ". "
                        + (plans.isEmpty() && addOns.isEmpty()
                                ? "Nothing on offer would give it to this tenant; explain(\"" + module
                                        + "\") tells why."
                                : "Plans that have it: " + plans + "; add-ons: " + addOns + "."),
                null);
        this.module = module;
        this.plan = plan;
        this.plans = List.copyOf(plans);
        this.addOns = List.copyOf(addOns);
        this.upgrade = upgrade;
    }

    private static String detail(List<String> plans, List<String> addOns) {
        return plans.isEmpty() && addOns.isEmpty()
                ? "This is not included in what your organisation has."
                : "This is not included in your organisation's plan. It comes with what is named here.";
    }

    /**
     * What is missing.
     *
     * @return key of a module, or of a setting that is not {@code true}
     */
    public String module() {
        return module;
    }

    /**
     * The tenant's plan.
     *
     * @return its code; empty for a tenant without one
     */
    public Optional<String> plan() {
        return Optional.ofNullable(plan);
    }

    /**
     * The plans on offer that would give it.
     *
     * @return codes, in the order of the catalogue
     */
    public List<String> plans() {
        return plans;
    }

    /**
     * The add-ons on offer that go with the tenant's plan and would give it.
     *
     * @return codes, in the order of the catalogue
     */
    public List<String> addOns() {
        return addOns;
    }

    /**
     * Where to get it.
     *
     * @return a link; empty where none is configured or nothing on offer would help
     */
    public Optional<String> upgradeLink() {
        return Optional.ofNullable(upgrade);
    }

    @Override
    public Map<String, Object> problemMembers() {
        Map<String, Object> members = new LinkedHashMap<>();
        members.put("module", module);
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
