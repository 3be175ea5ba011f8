package io.tenancy.entitlement;

import io.tenancy.document.At;
import io.tenancy.document.DocumentNode.Fields;
import io.tenancy.document.DocumentNode.Scalar;
import io.tenancy.document.DocumentNode.Type;
import io.tenancy.document.DocumentReading;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads a catalogue document, JSON or YAML. Everything that is wrong is told at once, with its path and its line; names
 * that are not known are wrong. The section {@code billing} of document, plan, version and add-on is left to the billing
 * module.
 *
 * <pre>{@code
 * format: 1
 * definitions:
 *   stock_take: {kind: module, title: Stock take}
 *   users: {kind: limit, unit: user}
 *   articles: {kind: allowance, unit: article, period: month, soft_limit_percent: 80}
 *   support: {kind: setting}
 * plans:
 *   starter:
 *     name: Starter
 *     versions:
 *       - version: 1
 *         effective_from: 2026-01-01
 *         entitlements: {users: 5, articles: {limit: 1000, overage: true}, support: email}
 *         rate_limits:
 *           - {name: api, scope: tenant, capacity: 100, per: PT15M, kind: fixed}
 * add_ons:
 *   stock_take: {name: Stock take, plans: [starter], entitlements: {stock_take: true}}
 * }</pre>
 */
public final class CatalogueReader {

    /** The format that this version reads. */
    public static final int FORMAT = 1;

    private static final String BILLING = "billing";
    private static final String GLOBAL = "global";

    private static final String UNLIMITED = "; -1 stands for unlimited";

    private final List<CatalogueError> errors = new ArrayList<>();
    private final DocumentReading in =
            new DocumentReading((path, line, message) -> errors.add(new CatalogueError(path, line, message)));
    private final Map<String, EntitlementDefinition> definitions = new LinkedHashMap<>();
    private final Map<String, Plan> plans = new LinkedHashMap<>();
    private final Map<String, AddOn> addOns = new LinkedHashMap<>();
    // Names of plans that stand in the document, also of those with errors, so that one error does not make two.
    private Set<String> namedPlans = Set.of();
    private Set<String> namedDefinitions = Set.of();

    private final boolean stored;

    private CatalogueReader(boolean stored) {
        this.stored = stored;
    }

    /**
     * Reads a document.
     *
     * @param document JSON if it begins with a brace, at most 16,000,000 characters; YAML otherwise, at most 1,000,000
     * @return the catalogue
     * @throws InvalidCatalogueException naming everything that is wrong
     */
    public static PlanCatalogue read(String document) {
        return read(document, false);
    }

    /**
     * Reads a document that was put together from what is stored. What was taken once and counted for nothing, a plan's
     * rate limit of all tenants together, is left out: nobody could mend it there.
     *
     * @param document JSON
     * @return the catalogue
     * @throws InvalidCatalogueException naming everything that is wrong
     */
    public static PlanCatalogue readStored(String document) {
        return read(document, true);
    }

    private static PlanCatalogue read(String document, boolean stored) {
        CatalogueReader reader = new CatalogueReader(stored);
        reader.in.root(document).ifPresent(reader::document);
        reader.refuse();
        return new PlanCatalogue(
                List.copyOf(reader.definitions.values()),
                List.copyOf(reader.plans.values()),
                List.copyOf(reader.addOns.values()));
    }

    /**
     * Reads a value as documents write it.
     *
     * @param definition what it is a value of
     * @param json JSON or YAML, such as {@code 5} or <code>{"limit": 5, "overage": true}</code>
     * @return the value
     * @throws InvalidCatalogueException naming everything that is wrong
     */
    public static EntitlementValue readValue(EntitlementDefinition definition, String json) {
        CatalogueReader reader = new CatalogueReader(false);
        At root = reader.in.root(json).orElse(null);
        EntitlementValue value = root == null ? null : reader.value(root, definition);
        if (value == null || !reader.errors.isEmpty()) {
            throw new InvalidCatalogueException(reader.errors);
        }
        return value;
    }

    /**
     * Reads a definition as documents write it.
     *
     * @param key name of the entitlement
     * @param json JSON or YAML, such as <code>{"kind": "limit", "unit": "user"}</code>
     * @return the definition
     * @throws InvalidCatalogueException naming everything that is wrong
     */
    public static EntitlementDefinition readDefinition(String key, String json) {
        CatalogueReader reader = new CatalogueReader(false);
        reader.in.root(json).ifPresent(root -> reader.definition(key, root));
        reader.refuse();
        return Objects.requireNonNull(reader.definitions.get(key));
    }

    private void refuse() {
        if (!errors.isEmpty()) {
            throw new InvalidCatalogueException(errors.stream()
                    .sorted(Comparator.comparingInt(CatalogueError::line))
                    .toList());
        }
    }

    private void document(At document) {
        Map<String, At> fields = in.fields(document, "format", "definitions", "plans", "add_ons", BILLING);
        Long format = whole(document, fields, "format", true);
        if (format != null && format != FORMAT) {
            in.error(
                    document.orField(fields, "format"),
                    "this version reads format " + FORMAT + ", but found " + format);
        }
        namedDefinitions = namesIn(fields.get("definitions"));
        namedPlans = namesIn(fields.get("plans"));
        in.eachNamed(fields.get("definitions"), this::definition);
        in.eachNamed(fields.get("plans"), this::plan);
        in.eachNamed(fields.get("add_ons"), this::addOn);
        if (!fields.containsKey("plans") && document.node() instanceof Fields) {
            in.error(document, "has no plans; at least one is expected under 'plans'");
        }
    }

    private static Set<String> namesIn(@Nullable At at) {
        return at != null && at.node() instanceof Fields named ? named.fields().keySet() : Set.of();
    }

    private void definition(String key, At at) {
        Map<String, At> fields =
                in.fields(at, "kind", "title", "unit", "period", "soft_limit_percent", "overage", BILLING);
        EntitlementKind kind = in.oneOf(at, fields, "kind", EntitlementKind.values(), null);
        EntitlementPeriod period = in.oneOf(at, fields, "period", EntitlementPeriod.values(), EntitlementPeriod.NONE);
        Long percent = whole(at, fields, "soft_limit_percent", false);
        String title = in.text(fields, "title");
        String unit = in.text(fields, "unit");
        Boolean overage = in.truth(fields, "overage");
        if (kind == null || period == null) {
            return;
        }
        in.build(
                        at,
                        () -> new EntitlementDefinition(
                                key,
                                kind,
                                title == null ? key : title,
                                unit,
                                period,
                                percent == null ? null : (int) Math.max(-1, Math.min(101, percent)),
                                overage != null && overage))
                .ifPresent(definition -> definitions.put(key, definition));
    }

    private void plan(String code, At at) {
        Map<String, At> fields = in.fields(at, "name", "offered", "versions", BILLING);
        String name = in.text(fields, "name");
        Boolean offered = in.truth(fields, "offered");
        At list = fields.get("versions");
        List<PlanVersion> versions = new ArrayList<>();
        int before = errors.size();
        if (list == null) {
            in.error(at, "has no versions; at least one is expected under 'versions'");
        } else {
            for (At each : in.elements(list)) {
                PlanVersion version = version(each);
                if (version != null) {
                    versions.add(version);
                }
            }
        }
        if (errors.size() == before) {
            in.build(
                            list == null ? at : list,
                            () -> new Plan(code, name == null ? code : name, offered == null || offered, versions))
                    .ifPresent(plan -> plans.put(code, plan));
        }
    }

    private @Nullable PlanVersion version(At at) {
        Map<String, At> fields = in.fields(at, "version", "effective_from", "entitlements", "rate_limits", BILLING);
        Long number = whole(at, fields, "version", true);
        Instant effective = instant(fields, "effective_from");
        Map<String, EntitlementValue> entitlements = entitlements(fields, false);
        List<PlannedRateLimit> rateLimits = new ArrayList<>();
        At list = fields.get("rate_limits");
        if (list != null) {
            for (At each : in.elements(list)) {
                PlannedRateLimit limit = rateLimit(each);
                if (limit != null
                        && rateLimits.stream().anyMatch(other -> other.name().equals(limit.name()))) {
                    in.error(each, "is the second rate limit called '" + limit.name() + "'");
                } else if (limit != null) {
                    rateLimits.add(limit);
                }
            }
        }
        if (number == null) {
            return null;
        }
        if (number < 1 || number > Integer.MAX_VALUE) {
            in.error(at.orField(fields, "version"), "a version is 1 or more, but this one is " + number);
            return null;
        }
        return new PlanVersion(
                number.intValue(), effective == null ? Instant.EPOCH : effective, entitlements, rateLimits);
    }

    private void addOn(String code, At at) {
        Map<String, At> fields = in.fields(at, "name", "offered", "plans", "entitlements", BILLING);
        String name = in.text(fields, "name");
        Boolean offered = in.truth(fields, "offered");
        List<String> goesWith = new ArrayList<>();
        At list = fields.get("plans");
        if (list != null) {
            for (At each : in.elements(list)) {
                if (!(each.node() instanceof Scalar plan) || plan.type() != Type.TEXT) {
                    in.error(each, "is " + each.node().kind() + ", but the code of a plan is expected");
                } else if (!namedPlans.contains(plan.text())) {
                    in.error(each, "is '" + plan.text() + "', but the plans are " + namedPlans);
                } else {
                    goesWith.add(plan.text());
                }
            }
        }
        Map<String, EntitlementValue> entitlements = entitlements(fields, true);
        addOns.put(
                code, new AddOn(code, name == null ? code : name, offered == null || offered, goesWith, entitlements));
    }

    private Map<String, EntitlementValue> entitlements(Map<String, At> fields, boolean ofAddOn) {
        Map<String, EntitlementValue> values = new LinkedHashMap<>();
        in.eachNamed(fields.get("entitlements"), (key, at) -> {
            EntitlementDefinition definition = definitions.get(key);
            if (definition == null) {
                // One that is defined, but with errors, was told of already.
                if (!namedDefinitions.contains(key)) {
                    in.error(at, "is not defined; the document defines " + namedDefinitions);
                }
                return;
            }
            if (ofAddOn && definition.kind().isQuantity() && at.node() instanceof Fields object) {
                if (!object.fields().keySet().equals(Set.of("limit"))) {
                    in.error(at, "an add-on adds to a limit; soft limit and overage are the plan's");
                    return;
                }
            }
            EntitlementValue value = value(at, definition);
            if (value != null) {
                values.put(key, value);
            }
        });
        return values;
    }

    private @Nullable EntitlementValue value(At at, EntitlementDefinition definition) {
        return switch (definition.kind()) {
            case MODULE -> {
                Boolean entitled = in.truth(at);
                yield entitled == null ? null : new EntitlementValue.OfModule(entitled);
            }
            case SETTING -> {
                if (at.node() instanceof Scalar scalar && scalar.type() != Type.NOTHING) {
                    yield in.build(at, () -> new EntitlementValue.OfSetting(scalar.text()))
                            .orElse(null);
                }
                in.error(at, "is " + at.node().kind() + ", but a setting is a text, a number, true or false");
                yield null;
            }
            case LIMIT, ALLOWANCE -> quantity(at, definition);
        };
    }

    private EntitlementValue.@Nullable OfQuantity quantity(At at, EntitlementDefinition definition) {
        if (!(at.node() instanceof Fields)) {
            Long limit = in.whole(at, UNLIMITED);
            return limit == null
                    ? null
                    : in.build(at, () -> new EntitlementValue.OfQuantity(limit, null, definition.overage()))
                            .orElse(null);
        }
        Map<String, At> fields = in.fields(at, "limit", "soft_limit", "overage");
        Long limit = whole(at, fields, "limit", true);
        Long soft = whole(at, fields, "soft_limit", false);
        Boolean overage = in.truth(fields, "overage");
        return limit == null
                ? null
                : in.build(
                                at,
                                () -> new EntitlementValue.OfQuantity(
                                        limit, soft, overage == null ? definition.overage() : overage))
                        .orElse(null);
    }

    private @Nullable PlannedRateLimit rateLimit(At at) {
        Map<String, At> fields = in.fields(at, "name", "scope", "capacity", "per", "kind", "paths");
        String name = in.text(fields, "name");
        PlannedRateLimit.Scope scope = scope(at, fields);
        PlannedRateLimit.Kind kind = in.oneOf(at, fields, "kind", PlannedRateLimit.Kind.values(), null);
        Long capacity = whole(at, fields, "capacity", true);
        Duration per = duration(at, fields);
        List<String> paths = new ArrayList<>();
        At list = fields.get("paths");
        if (list != null) {
            for (At each : in.elements(list)) {
                if (each.node() instanceof Scalar path && path.type() == Type.TEXT) {
                    paths.add(path.text());
                } else {
                    in.error(each, "is " + each.node().kind() + ", but a path such as /api/ is expected");
                }
            }
        }
        if (name == null) {
            in.error(at, "has no 'name'");
        }
        if (name == null || scope == null || kind == null || capacity == null || per == null) {
            return null;
        }
        return in.build(at, () -> new PlannedRateLimit(name, scope, capacity, per, kind, paths))
                .orElse(null);
    }

    // The rate limiter has this scope, so it is likely to be tried here, and a list of what is known would not tell
    // where it belongs.
    private PlannedRateLimit.@Nullable Scope scope(At owner, Map<String, At> fields) {
        At at = fields.get("scope");
        if (at != null && at.node() instanceof Scalar scalar && GLOBAL.equals(scalar.text())) {
            if (stored) {
                return null;
            }
            in.error(
                    at,
                    "is global, but a plan limits its own tenants, each by itself; a limit of all tenants together belongs"
                            + " to the installation: tenancy.rate-limits.limits, or RateLimiter.Builder.global(...)");
            return null;
        }
        return in.oneOf(owner, fields, "scope", PlannedRateLimit.Scope.values(), null);
    }

    private @Nullable Long whole(At owner, Map<String, At> fields, String name, boolean needed) {
        At at = needed ? in.needed(owner, fields, name, "a whole number") : fields.get(name);
        return at == null ? null : in.whole(at, UNLIMITED);
    }

    private @Nullable Instant instant(Map<String, At> fields, String name) {
        At at = fields.get(name);
        return at == null
                ? null
                : in.parsed(
                        at,
                        "a date such as 2026-01-01, or an instant such as 2026-01-01T00:00:00Z",
                        text -> text.length() <= 10
                                ? LocalDate.parse(text)
                                        .atStartOfDay(ZoneOffset.UTC)
                                        .toInstant()
                                : Instant.parse(text));
    }

    private @Nullable Duration duration(At owner, Map<String, At> fields) {
        At at = in.needed(owner, fields, "per", "a duration such as PT15M");
        return at == null ? null : in.parsed(at, "a duration such as PT15M", Duration::parse);
    }
}
