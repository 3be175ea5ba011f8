package io.tenancy.entitlement;

import io.tenancy.entitlement.internal.DocumentException;
import io.tenancy.entitlement.internal.DocumentNode;
import io.tenancy.entitlement.internal.DocumentNode.Elements;
import io.tenancy.entitlement.internal.DocumentNode.Fields;
import io.tenancy.entitlement.internal.DocumentNode.Scalar;
import io.tenancy.entitlement.internal.DocumentNode.Type;
import io.tenancy.entitlement.internal.DocumentParser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
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

    private final List<CatalogueError> errors = new ArrayList<>();
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
        try {
            reader.document(DocumentParser.parse(document));
        } catch (DocumentException unreadable) {
            reader.errors.add(new CatalogueError("", unreadable.line(), String.valueOf(unreadable.getMessage())));
        }
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
        EntitlementValue value = null;
        try {
            value = reader.value(new At("", DocumentParser.parse(json)), definition);
        } catch (DocumentException unreadable) {
            reader.errors.add(new CatalogueError("", unreadable.line(), String.valueOf(unreadable.getMessage())));
        }
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
        try {
            reader.definition(key, new At("", DocumentParser.parse(json)));
        } catch (DocumentException unreadable) {
            reader.errors.add(new CatalogueError("", unreadable.line(), String.valueOf(unreadable.getMessage())));
        }
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

    private void document(DocumentNode root) {
        At document = new At("", root);
        Map<String, At> fields = fields(document, "format", "definitions", "plans", "add_ons", BILLING);
        Long format = whole(document, fields, "format", true);
        if (format != null && format != FORMAT) {
            error(at(fields, "format", document), "this version reads format " + FORMAT + ", but found " + format);
        }
        namedDefinitions = namesIn(fields.get("definitions"));
        namedPlans = namesIn(fields.get("plans"));
        each(fields, "definitions", this::definition);
        each(fields, "plans", this::plan);
        each(fields, "add_ons", this::addOn);
        if (!fields.containsKey("plans") && root instanceof Fields) {
            error(document, "has no plans; at least one is expected under 'plans'");
        }
    }

    private static Set<String> namesIn(@Nullable At at) {
        return at != null && at.node() instanceof Fields named ? named.fields().keySet() : Set.of();
    }

    private void each(Map<String, At> fields, String section, BiConsumer<String, At> reader) {
        At at = fields.get(section);
        if (at == null) {
            return;
        }
        if (!(at.node() instanceof Fields named)) {
            error(at, "is " + at.node().kind() + ", but names are expected, each with a mapping");
            return;
        }
        named.fields().forEach((name, node) -> {
            At entry = at.child(name, node);
            if (Names.valid(name)) {
                reader.accept(name, entry);
            } else {
                error(entry, "is no name; names match " + Names.FORM);
            }
        });
    }

    private void definition(String key, At at) {
        Map<String, At> fields =
                fields(at, "kind", "title", "unit", "period", "soft_limit_percent", "overage", BILLING);
        EntitlementKind kind = oneOf(at, fields, "kind", EntitlementKind.values(), null);
        EntitlementPeriod period = oneOf(at, fields, "period", EntitlementPeriod.values(), EntitlementPeriod.NONE);
        Long percent = whole(at, fields, "soft_limit_percent", false);
        String title = text(fields, "title");
        String unit = text(fields, "unit");
        Boolean overage = truth(fields, "overage");
        if (kind == null || period == null) {
            return;
        }
        build(
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
        Map<String, At> fields = fields(at, "name", "offered", "versions", BILLING);
        String name = text(fields, "name");
        Boolean offered = truth(fields, "offered");
        At list = fields.get("versions");
        List<PlanVersion> versions = new ArrayList<>();
        int before = errors.size();
        if (list == null) {
            error(at, "has no versions; at least one is expected under 'versions'");
        } else {
            for (At each : elements(list)) {
                PlanVersion version = version(each);
                if (version != null) {
                    versions.add(version);
                }
            }
        }
        if (errors.size() == before) {
            build(
                            list == null ? at : list,
                            () -> new Plan(code, name == null ? code : name, offered == null || offered, versions))
                    .ifPresent(plan -> plans.put(code, plan));
        }
    }

    private @Nullable PlanVersion version(At at) {
        Map<String, At> fields = fields(at, "version", "effective_from", "entitlements", "rate_limits", BILLING);
        Long number = whole(at, fields, "version", true);
        Instant effective = instant(fields, "effective_from");
        Map<String, EntitlementValue> entitlements = entitlements(fields, false);
        List<PlannedRateLimit> rateLimits = new ArrayList<>();
        At list = fields.get("rate_limits");
        if (list != null) {
            for (At each : elements(list)) {
                PlannedRateLimit limit = rateLimit(each);
                if (limit != null
                        && rateLimits.stream().anyMatch(other -> other.name().equals(limit.name()))) {
                    error(each, "is the second rate limit called '" + limit.name() + "'");
                } else if (limit != null) {
                    rateLimits.add(limit);
                }
            }
        }
        if (number == null) {
            return null;
        }
        if (number < 1 || number > Integer.MAX_VALUE) {
            error(at(fields, "version", at), "a version is 1 or more, but this one is " + number);
            return null;
        }
        return new PlanVersion(
                number.intValue(), effective == null ? Instant.EPOCH : effective, entitlements, rateLimits);
    }

    private void addOn(String code, At at) {
        Map<String, At> fields = fields(at, "name", "offered", "plans", "entitlements", BILLING);
        String name = text(fields, "name");
        Boolean offered = truth(fields, "offered");
        List<String> goesWith = new ArrayList<>();
        At list = fields.get("plans");
        if (list != null) {
            for (At each : elements(list)) {
                if (!(each.node() instanceof Scalar plan) || plan.type() != Type.TEXT) {
                    error(each, "is " + each.node().kind() + ", but the code of a plan is expected");
                } else if (!namedPlans.contains(plan.text())) {
                    error(each, "is '" + plan.text() + "', but the plans are " + namedPlans);
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
        each(fields, "entitlements", (key, at) -> {
            EntitlementDefinition definition = definitions.get(key);
            if (definition == null) {
                // One that is defined, but with errors, was told of already.
                if (!namedDefinitions.contains(key)) {
                    error(at, "is not defined; the document defines " + namedDefinitions);
                }
                return;
            }
            if (ofAddOn && definition.kind().isQuantity() && at.node() instanceof Fields object) {
                if (!object.fields().keySet().equals(Set.of("limit"))) {
                    error(at, "an add-on adds to a limit; soft limit and overage are the plan's");
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
                Boolean entitled = truth(at);
                yield entitled == null ? null : new EntitlementValue.OfModule(entitled);
            }
            case SETTING -> {
                if (at.node() instanceof Scalar scalar && scalar.type() != Type.NOTHING) {
                    yield build(at, () -> new EntitlementValue.OfSetting(scalar.text()))
                            .orElse(null);
                }
                error(at, "is " + at.node().kind() + ", but a setting is a text, a number, true or false");
                yield null;
            }
            case LIMIT, ALLOWANCE -> quantity(at, definition);
        };
    }

    private EntitlementValue.@Nullable OfQuantity quantity(At at, EntitlementDefinition definition) {
        if (!(at.node() instanceof Fields)) {
            Long limit = whole(at);
            return limit == null
                    ? null
                    : build(at, () -> new EntitlementValue.OfQuantity(limit, null, definition.overage()))
                            .orElse(null);
        }
        Map<String, At> fields = fields(at, "limit", "soft_limit", "overage");
        Long limit = whole(at, fields, "limit", true);
        Long soft = whole(at, fields, "soft_limit", false);
        Boolean overage = truth(fields, "overage");
        return limit == null
                ? null
                : build(
                                at,
                                () -> new EntitlementValue.OfQuantity(
                                        limit, soft, overage == null ? definition.overage() : overage))
                        .orElse(null);
    }

    private @Nullable PlannedRateLimit rateLimit(At at) {
        Map<String, At> fields = fields(at, "name", "scope", "capacity", "per", "kind", "paths");
        String name = text(fields, "name");
        PlannedRateLimit.Scope scope = scope(at, fields);
        PlannedRateLimit.Kind kind = oneOf(at, fields, "kind", PlannedRateLimit.Kind.values(), null);
        Long capacity = whole(at, fields, "capacity", true);
        Duration per = duration(at, fields);
        List<String> paths = new ArrayList<>();
        At list = fields.get("paths");
        if (list != null) {
            for (At each : elements(list)) {
                if (each.node() instanceof Scalar path && path.type() == Type.TEXT) {
                    paths.add(path.text());
                } else {
                    error(each, "is " + each.node().kind() + ", but a path such as /api/ is expected");
                }
            }
        }
        if (name == null) {
            error(at, "has no 'name'");
        }
        if (name == null || scope == null || kind == null || capacity == null || per == null) {
            return null;
        }
        return build(at, () -> new PlannedRateLimit(name, scope, capacity, per, kind, paths))
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
            error(
                    at,
                    "is global, but a plan limits its own tenants, each by itself; a limit of all tenants together belongs"
                            + " to the installation: tenancy.rate-limits.limits, or RateLimiter.Builder.global(...)");
            return null;
        }
        return oneOf(owner, fields, "scope", PlannedRateLimit.Scope.values(), null);
    }

    private Map<String, At> fields(At at, String... known) {
        Map<String, At> found = new LinkedHashMap<>();
        if (!(at.node() instanceof Fields named)) {
            error(at, "is " + at.node().kind() + ", but a mapping with " + String.join(", ", known) + " is expected");
            return found;
        }
        List<String> names = Arrays.asList(known);
        named.fields().forEach((name, node) -> {
            At child = at.child(name, node);
            if (names.contains(name)) {
                found.put(name, child);
            } else {
                error(child, "is not known here; known are " + String.join(", ", known));
            }
        });
        return found;
    }

    private List<At> elements(At at) {
        if (!(at.node() instanceof Elements list)) {
            error(at, "is " + at.node().kind() + ", but a list is expected");
            return List.of();
        }
        List<At> elements = new ArrayList<>();
        for (int i = 0; i < list.elements().size(); i++) {
            elements.add(new At(at.path() + "[" + i + "]", list.elements().get(i)));
        }
        return elements;
    }

    private static At at(Map<String, At> fields, String name, At otherwise) {
        At field = fields.get(name);
        return field == null ? otherwise : field;
    }

    private @Nullable Long whole(At owner, Map<String, At> fields, String name, boolean needed) {
        At at = fields.get(name);
        if (at == null) {
            if (needed && owner.node() instanceof Fields) {
                error(owner, "has no '" + name + "', which is a whole number");
            }
            return null;
        }
        return whole(at);
    }

    private @Nullable Long whole(At at) {
        if (at.node() instanceof Scalar scalar && scalar.type() == Type.WHOLE) {
            try {
                return Long.valueOf(scalar.text());
            } catch (NumberFormatException tooGreat) {
                error(at, "is " + scalar.kind() + ", which does not fit into 64 bits; -1 stands for unlimited");
                return null;
            }
        }
        error(at, "is " + at.node().kind() + ", but a whole number is expected; -1 stands for unlimited");
        return null;
    }

    private @Nullable Boolean truth(Map<String, At> fields, String name) {
        At at = fields.get(name);
        return at == null ? null : truth(at);
    }

    private @Nullable Boolean truth(At at) {
        if (at.node() instanceof Scalar scalar && scalar.type() == Type.TRUTH) {
            return Boolean.valueOf(scalar.text());
        }
        error(at, "is " + at.node().kind() + ", but true or false is expected");
        return null;
    }

    private @Nullable String text(Map<String, At> fields, String name) {
        At at = fields.get(name);
        if (at == null) {
            return null;
        }
        if (at.node() instanceof Scalar scalar
                && scalar.type() == Type.TEXT
                && !scalar.text().isBlank()) {
            return scalar.text();
        }
        error(at, "is " + at.node().kind() + ", but a text is expected");
        return null;
    }

    private <E extends Enum<E>> @Nullable E oneOf(
            At owner, Map<String, At> fields, String name, E[] values, @Nullable E otherwise) {
        At at = fields.get(name);
        String known = Arrays.stream(values).map(CatalogueReader::word).collect(Collectors.joining(", "));
        if (at == null) {
            if (otherwise == null && owner.node() instanceof Fields) {
                error(owner, "has no '" + name + "', which is one of " + known);
            }
            return otherwise;
        }
        if (at.node() instanceof Scalar scalar) {
            for (E each : values) {
                if (word(each).equals(scalar.text())) {
                    return each;
                }
            }
        }
        error(at, "is " + at.node().kind() + ", but one of " + known + " is expected");
        return null;
    }

    static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private @Nullable Instant instant(Map<String, At> fields, String name) {
        return parsed(
                fields,
                name,
                "a date such as 2026-01-01, or an instant such as 2026-01-01T00:00:00Z",
                text -> text.length() <= 10
                        ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                        : Instant.parse(text));
    }

    private @Nullable Duration duration(At owner, Map<String, At> fields) {
        if (!fields.containsKey("per") && owner.node() instanceof Fields) {
            error(owner, "has no 'per', which is a duration such as PT15M");
        }
        return parsed(fields, "per", "a duration such as PT15M", Duration::parse);
    }

    private <T> @Nullable T parsed(Map<String, At> fields, String name, String expected, Function<String, T> parser) {
        At at = fields.get(name);
        if (at == null) {
            return null;
        }
        if (at.node() instanceof Scalar scalar && scalar.type() == Type.TEXT) {
            try {
                return parser.apply(scalar.text());
            } catch (DateTimeException malformed) {
                // Told below.
            }
        }
        error(at, "is " + at.node().kind() + ", but " + expected + " is expected");
        return null;
    }

    private <T> Optional<T> build(At at, Supplier<T> made) {
        try {
            return Optional.of(made.get());
        } catch (IllegalArgumentException refused) {
            error(at, String.valueOf(refused.getMessage()));
            return Optional.empty();
        }
    }

    private void error(At at, String message) {
        errors.add(new CatalogueError(at.path(), at.node().line(), message));
    }

    private record At(String path, DocumentNode node) {
        At child(String name, DocumentNode child) {
            return new At(path.isEmpty() ? name : path + "." + name, child);
        }
    }
}
