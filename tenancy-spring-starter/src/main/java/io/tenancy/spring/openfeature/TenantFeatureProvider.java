package io.tenancy.spring.openfeature;

import dev.openfeature.sdk.ErrorCode;
import dev.openfeature.sdk.EvaluationContext;
import dev.openfeature.sdk.FeatureProvider;
import dev.openfeature.sdk.ImmutableMetadata;
import dev.openfeature.sdk.Metadata;
import dev.openfeature.sdk.MutableStructure;
import dev.openfeature.sdk.ProviderEvaluation;
import dev.openfeature.sdk.Reason;
import dev.openfeature.sdk.Value;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.EntitlementKind;
import io.tenancy.entitlement.EntitlementQuantity;
import io.tenancy.entitlement.Entitlements;
import io.tenancy.entitlement.EntitlementsUnavailableException;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.UnknownEntitlementException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Answers OpenFeature's flags from the entitlements of the bound tenant. Safe for many threads.
 *
 * <table>
 *   <caption>Which flag answers what</caption>
 *   <tr><th>evaluated as</th><th>key of</th><th>value</th></tr>
 *   <tr><td>boolean</td><td>a module, or a setting that is true or false</td><td>whether the tenant has it</td></tr>
 *   <tr><td>integer, long, double</td><td>a limit or an allowance</td><td>the most; -1 for unlimited</td></tr>
 *   <tr><td>string</td><td>a setting</td><td>its text</td></tr>
 *   <tr><td>object</td><td>any of these</td><td>a boolean, a text, or {@code limit}, {@code softLimit},
 *       {@code overageAllowed}, {@code period} and {@code unit}</td></tr>
 * </table>
 *
 * <p>The reason is TARGETING_MATCH, the variant the tenant's plan and its version, such as {@code starter@2}. A limit or a
 * setting that nothing gives to the tenant has the caller's default with the reason DEFAULT. With an error, too, OpenFeature
 * hands out the caller's default: choose it as a refusal, {@code false} or 0.
 *
 * <ul>
 *   <li>FLAG_NOT_FOUND: the catalogue does not define the key.
 *   <li>TYPE_MISMATCH: it is of another kind, or its value does not fit the type.
 *   <li>TARGETING_KEY_MISSING: no tenant is bound. A targeting key does not stand in for it: whose work runs is for the
 *       application to say, not for the caller of a flag.
 *   <li>INVALID_CONTEXT: the targeting key has the form of a tenant's id and is not the bound one's, or the attribute
 *       {@value #TENANT_ATTRIBUTE} is neither its id nor its slug. Other targeting keys, such as users' names, are left to
 *       other providers.
 *   <li>GENERAL: the store cannot be asked, and nothing is remembered.
 * </ul>
 */
public final class TenantFeatureProvider implements FeatureProvider {

    /** The provider's name in metadata. */
    public static final String NAME = "io.tenancy";

    /** The attribute of an evaluation context that may name the tenant. */
    public static final String TENANT_ATTRIBUTE = "tenant";

    private final TenantEntitlements entitlements;
    // What a key means never changes, and only keys of the catalogue get in.
    private final Map<String, EntitlementKind> kinds = new ConcurrentHashMap<>();

    /**
     * Creates the provider.
     *
     * @param entitlements what it answers from
     */
    public TenantFeatureProvider(TenantEntitlements entitlements) {
        this.entitlements = Objects.requireNonNull(entitlements, "entitlements");
    }

    @Override
    public Metadata getMetadata() {
        return () -> NAME;
    }

    @Override
    public ProviderEvaluation<Boolean> getBooleanEvaluation(
            String key, Boolean otherwise, @Nullable EvaluationContext context) {
        return evaluate(key, otherwise, context, (mine, kind) -> truth(mine, key, kind));
    }

    @Override
    public ProviderEvaluation<String> getStringEvaluation(
            String key, String otherwise, @Nullable EvaluationContext context) {
        return evaluate(key, otherwise, context, (mine, kind) -> {
            if (kind != EntitlementKind.SETTING) {
                throw mismatch(key, kind, "a string");
            }
            return setting(mine, key);
        });
    }

    @Override
    public ProviderEvaluation<Integer> getIntegerEvaluation(
            String key, Integer otherwise, @Nullable EvaluationContext context) {
        return evaluate(
                key,
                otherwise,
                context,
                (mine, kind) -> amount(mine, key, kind).map(amount -> {
                    if (amount > Integer.MAX_VALUE) {
                        throw new Refusal(
                                ErrorCode.TYPE_MISMATCH,
                                "'" + key + "' is " + amount
                                        + ", which is no integer of 32 bits; evaluate it as a long");
                    }
                    return Math.toIntExact(amount);
                }));
    }

    @Override
    public ProviderEvaluation<Long> getLongEvaluation(String key, Long otherwise, @Nullable EvaluationContext context) {
        return evaluate(key, otherwise, context, (mine, kind) -> amount(mine, key, kind));
    }

    @Override
    public ProviderEvaluation<Double> getDoubleEvaluation(
            String key, Double otherwise, @Nullable EvaluationContext context) {
        return evaluate(
                key, otherwise, context, (mine, kind) -> amount(mine, key, kind).map(Long::doubleValue));
    }

    @Override
    public ProviderEvaluation<Value> getObjectEvaluation(
            String key, Value otherwise, @Nullable EvaluationContext context) {
        return evaluate(key, otherwise, context, (mine, kind) -> switch (kind) {
            case MODULE -> Optional.of(new Value(mine.allows(key)));
            case SETTING -> setting(mine, key).map(Value::new);
            case LIMIT, ALLOWANCE -> mine.quantity(key).map(TenantFeatureProvider::structure);
        });
    }

    private static Optional<Boolean> truth(Entitlements mine, String key, EntitlementKind kind) {
        if (kind == EntitlementKind.MODULE) {
            return Optional.of(mine.allows(key));
        }
        if (kind != EntitlementKind.SETTING) {
            throw mismatch(key, kind, "a boolean");
        }
        Optional<String> text = setting(mine, key);
        if (text.filter(value -> !value.equals("true") && !value.equals("false"))
                .isPresent()) {
            throw new Refusal(ErrorCode.TYPE_MISMATCH, "the setting '" + key + "' is neither true nor false");
        }
        return text.map(Boolean::valueOf);
    }

    private static Optional<Long> amount(Entitlements mine, String key, EntitlementKind kind) {
        if (kind != EntitlementKind.LIMIT && kind != EntitlementKind.ALLOWANCE) {
            throw mismatch(key, kind, "a number");
        }
        return mine.quantity(key).map(EntitlementQuantity::limit);
    }

    private static Optional<String> setting(Entitlements mine, String key) {
        return mine.keys().contains(key) ? Optional.of(mine.setting(key)) : Optional.empty();
    }

    private static Value structure(EntitlementQuantity quantity) {
        MutableStructure structure = new MutableStructure()
                .add("limit", new Value((double) quantity.limit()))
                .add("overageAllowed", quantity.overageAllowed())
                .add("period", quantity.period().name().toLowerCase(Locale.ROOT));
        if (quantity.softLimit() != null) {
            structure.add("softLimit", new Value((double) quantity.softLimit()));
        }
        if (quantity.unit() != null) {
            structure.add("unit", quantity.unit());
        }
        return new Value(structure);
    }

    private <T> ProviderEvaluation<T> evaluate(
            String key, T otherwise, @Nullable EvaluationContext context, Evaluation<T> evaluation) {
        try {
            Tenant tenant = tenant(context);
            Entitlements mine = entitlements.of(tenant.id());
            Optional<T> value = evaluation.of(mine, kindOf(mine, key));
            return ProviderEvaluation.<T>builder()
                    .value(value.orElse(otherwise))
                    .reason((value.isPresent() ? Reason.TARGETING_MATCH : Reason.DEFAULT).name())
                    .variant(value.isPresent() ? plan(mine) : null)
                    .flagMetadata(metadata(mine))
                    .build();
        } catch (Refusal refusal) {
            return refused(otherwise, refusal.code, String.valueOf(refusal.getMessage()));
        } catch (EntitlementsUnavailableException away) {
            return refused(otherwise, ErrorCode.GENERAL, String.valueOf(away.getMessage()));
        }
    }

    private static <T> ProviderEvaluation<T> refused(T otherwise, ErrorCode code, String message) {
        return ProviderEvaluation.<T>builder()
                .value(otherwise)
                .reason(Reason.ERROR.name())
                .errorCode(code)
                .errorMessage(message)
                .build();
    }

    private EntitlementKind kindOf(Entitlements mine, String key) {
        EntitlementKind known = kinds.get(key);
        if (known != null) {
            return known;
        }
        try {
            EntitlementKind kind = mine.explain(key).kind();
            kinds.put(key, kind);
            return kind;
        } catch (UnknownEntitlementException unknown) {
            throw new Refusal(ErrorCode.FLAG_NOT_FOUND, String.valueOf(unknown.getMessage()));
        }
    }

    private static Tenant tenant(@Nullable EvaluationContext context) {
        Tenant bound = Tenancy.current()
                .orElseThrow(() -> new Refusal(
                        ErrorCode.TARGETING_KEY_MISSING,
                        "no tenant is bound on this thread; evaluate the flag inside of a tenant's scope"));
        if (context == null) {
            return bound;
        }
        String key = context.getTargetingKey();
        if (key != null && namesAnother(key, bound)) {
            throw new Refusal(
                    ErrorCode.INVALID_CONTEXT,
                    "the targeting key names tenant " + key + ", but " + bound + " is bound on this thread");
        }
        Value named = context.getValue(TENANT_ATTRIBUTE);
        if (named != null && !isNamedBy(named.asString(), bound)) {
            throw new Refusal(
                    ErrorCode.INVALID_CONTEXT,
                    "the attribute '" + TENANT_ATTRIBUTE + "' names another tenant than " + bound
                            + ", which is bound on this thread");
        }
        return bound;
    }

    private static boolean namesAnother(String key, Tenant bound) {
        try {
            return !TenantId.of(key).equals(bound.id());
        } catch (IllegalArgumentException noTenantId) {
            return false;
        }
    }

    private static boolean isNamedBy(@Nullable String name, Tenant bound) {
        return bound.slug().value().equals(name) || bound.id().toString().equalsIgnoreCase(name);
    }

    private static @Nullable String plan(Entitlements mine) {
        return mine.plan()
                .map(plan ->
                        plan + mine.planVersion().map(version -> "@" + version).orElse(""))
                .orElse(null);
    }

    private static ImmutableMetadata metadata(Entitlements mine) {
        var metadata = ImmutableMetadata.builder();
        mine.plan().ifPresent(plan -> metadata.addString("plan", plan));
        mine.planVersion().ifPresent(version -> metadata.addInteger("planVersion", version));
        return metadata.build();
    }

    private static Refusal mismatch(String key, EntitlementKind kind, String asked) {
        return new Refusal(
                ErrorCode.TYPE_MISMATCH,
                "'" + key + "' is a " + kind.name().toLowerCase(Locale.ROOT) + " and not " + asked);
    }

    /** Empty where nothing gives the tenant a value. */
    private interface Evaluation<T> {
        Optional<T> of(Entitlements mine, EntitlementKind kind);
    }

    /** Ends an evaluation. */
    private static final class Refusal extends TenancyException {
        private static final long serialVersionUID = 1L;
        private final ErrorCode code;

        Refusal(ErrorCode code, String message) {
            super(message);
            this.code = code;
        }
    }
}
