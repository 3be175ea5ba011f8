package io.tenancy.entitlement;

import com.github.benmanes.caffeine.cache.Interner;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Works out what grants amount to, beside one catalogue: the plan first, then add-ons, trials of modules, overrides for
 * this tenant, and the limits of its reseller last. A pure function of catalogue, grants and instant; safe for many
 * threads.
 *
 * <ul>
 *   <li>An add-on gives a module, sets a setting, or adds its limit once per unit bought. Without a plan, or with a plan
 *       that it does not go with, it gives nothing.
 *   <li>A trial gives its module.
 *   <li>An override sets a value or adds to a limit.
 *   <li>A reseller's cap withholds a module or lowers a limit; overage ends where a finite cap counts.
 * </ul>
 *
 * <p>Unlimited is {@value EntitlementValue#UNLIMITED}: it stays unlimited whatever is added, and any finite cap lowers it.
 * A sum too great for a {@code long} stays at {@link Long#MAX_VALUE}. A soft limit that a plan or an override states as a
 * number moves with what is added to the limit; one that the definition states as a share is that share of the outcome.
 */
public final class EntitlementResolver {

    /** What stands for the module in the template of the upgrade link. */
    public static final String MODULE_PLACEHOLDER = "{module}";

    private final PlanCatalogue catalogue;
    private final @Nullable String upgradeTemplate;
    private final Interner<EntitledValues> outcomes = Interner.newWeakInterner();

    /**
     * Creates a resolver whose refusals carry no upgrade link.
     *
     * @param catalogue what plans and add-ons give
     */
    public EntitlementResolver(PlanCatalogue catalogue) {
        this(catalogue, null);
    }

    /**
     * Creates a resolver.
     *
     * @param catalogue what plans and add-ons give
     * @param upgradeTemplate link of refusals, such as {@code /upgrade?module={module}}; null for none
     * @throws IllegalArgumentException when the template is no path, is no http or https link, or has another placeholder
     */
    public EntitlementResolver(PlanCatalogue catalogue, @Nullable String upgradeTemplate) {
        this.catalogue = Objects.requireNonNull(catalogue, "catalogue");
        this.upgradeTemplate = upgradeTemplate == null ? null : requireTemplate(upgradeTemplate);
    }

    static String requireTemplate(String template) {
        boolean path = template.startsWith("/") && !template.startsWith("//");
        if (!path && !template.startsWith("https://") && !template.startsWith("http://")) {
            throw new IllegalArgumentException("The upgrade link is '" + template
                    + "', but begins with / or https://, such as /upgrade?module=" + MODULE_PLACEHOLDER);
        }
        String rest = template.replace(MODULE_PLACEHOLDER, "");
        if (rest.chars().anyMatch(c -> c <= ' ' || c > '~' || c == '{' || c == '}' || c == '"' || c == '<')) {
            throw new IllegalArgumentException("The upgrade link is '" + template
                    + "', but holds printable ASCII without spaces and no placeholder but " + MODULE_PLACEHOLDER);
        }
        return template;
    }

    /**
     * Works out what a tenant has.
     *
     * @param grants everything that it was granted
     * @param at the instant
     * @return what counts at that instant
     * @throws InvalidGrantException when a grant speaks of what the catalogue does not have
     */
    public Entitlements resolve(EntitlementGrants grants, Instant at) {
        Resolution resolution = new Resolution(catalogue, grants, at);
        return new Entitlements(resolution, outcomes.intern(EntitledValues.of(resolution)), upgradeTemplate);
    }
}
