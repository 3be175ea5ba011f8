package io.tenancy.spring.thymeleaf;

import io.tenancy.entitlement.EntitlementQuantity;
import io.tenancy.entitlement.Entitlements;
import io.tenancy.entitlement.ModuleNotEntitledException;
import org.jspecify.annotations.Nullable;

/** What expressions find behind {@code #entitlements}: the tenant's, as they were when the page began to use them. */
public final class TemplateEntitlements {

    private final Entitlements entitlements;

    TemplateEntitlements(Entitlements entitlements) {
        this.entitlements = entitlements;
    }

    /**
     * Whether the plan has a module, or a setting is {@code true}.
     *
     * @param key key of the module or of the setting
     * @return false where it does not
     * @throws io.tenancy.entitlement.UnknownEntitlementException when the catalogue has neither of that name
     */
    public boolean allows(String key) {
        return entitlements.hasFeature(key);
    }

    /**
     * How many of something may exist, or be used within a period.
     *
     * @param key key of the limit or of the allowance
     * @return -1 for unlimited
     * @throws io.tenancy.entitlement.UnknownEntitlementException when nothing gives the tenant one of that name
     */
    public long limit(String key) {
        return entitlements.quantity(key).map(EntitlementQuantity::limit).orElseGet(() -> entitlements.limit(key));
    }

    /**
     * A configuration value.
     *
     * @param key key of the setting
     * @return its text; Thymeleaf escapes it like any other
     * @throws io.tenancy.entitlement.UnknownEntitlementException when nothing gives the tenant one of that name
     */
    public String setting(String key) {
        return entitlements.setting(key);
    }

    /**
     * The tenant's plan.
     *
     * @return its code, or null for a tenant without one
     */
    public @Nullable String plan() {
        return entitlements.plan().orElse(null);
    }

    /**
     * Where to get what the plan lacks.
     *
     * @param module key of the module
     * @return a link, or null where the plan has it, none is configured, or nothing on offer would help
     * @throws io.tenancy.entitlement.UnknownEntitlementException when the catalogue has no module of that name
     */
    public @Nullable String upgradeLink(String module) {
        return upgradeLink(entitlements, module);
    }

    static @Nullable String upgradeLink(Entitlements entitlements, String module) {
        try {
            entitlements.require(module);
            return null;
        } catch (ModuleNotEntitledException missing) {
            return missing.upgradeLink().orElse(null);
        }
    }
}
