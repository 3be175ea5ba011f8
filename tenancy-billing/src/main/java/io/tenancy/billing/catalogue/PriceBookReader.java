package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.document.At;
import io.tenancy.document.DocumentNode.Elements;
import io.tenancy.document.DocumentNode.Fields;
import io.tenancy.document.DocumentNode.Scalar;
import io.tenancy.document.DocumentReading;
import io.tenancy.entitlement.CatalogueError;
import io.tenancy.entitlement.CatalogueReader;
import io.tenancy.entitlement.InvalidCatalogueException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Reads what the {@code billing} sections of a catalogue document say, JSON or YAML; its other parts are read by
 * {@link CatalogueReader}. Everything that is wrong is told at once, with its path and its line; names that are
 * not known are wrong.
 *
 * <pre>{@code
 * format: 1
 * billing: {currency: USD, trial_days: 14, dunning: {restrict_after_days: 7}}
 * plans:
 *   pro:
 *     billing: {family: main, rank: 2, trial_days: 30, support: email, sla: "99.9 %"}
 *     versions:
 *       - version: 1
 *         billing:
 *           intervals: [month, quarter, year]
 *           annual_discount: 0.1
 *           charges:
 *             - {code: base, title: Base fee, kind: fixed, price: 99}
 *             - {code: seats, kind: per_seat, included: 5, price: {month: 15, year: 150}}
 *             - {code: calls, kind: usage, metric: api_calls, included: 1000, model: flat, price: 0.0001}
 *             - code: jobs
 *               kind: usage
 *               metric: jobs
 *               model: graduated
 *               tiers: [{up_to: 10, price: 1.5}, {up_to: 110, price: 1, flat: 3}, {price: 0.5}]
 *             - {code: mails, kind: usage, metric: mails, model: package, size: 100, price: 5}
 *             - {code: commission, kind: percentage, metric: sales, rate: 0.3}
 *             - {code: least, kind: minimum, price: 500}
 *             - {code: setup, kind: one_off, price: 250, tax_category: services}
 *   enterprise:
 *     versions: [{version: 1, billing: {on_request: true}}]
 * add_ons:
 *   stock_take:
 *     plans: [pro]
 *     billing: {expires_after_days: 30, charges: [{code: stock_take, kind: fixed, price: 9}]}
 * }</pre>
 *
 * <ul>
 *   <li>A plan without any {@code billing} section is not sold; a version without one has no terms. A plan's
 *       {@code rank} is its position from 1 on, its {@code trial_days} and {@code dunning} are the document's, and
 *       those 14 and {@link DunningPolicy#DEFAULT}, unless given. What a {@code dunning} leaves out is as in the
 *       one above it.
 *   <li>An interval is {@code month}, {@code quarter}, {@code year}, or a period of months or days such as {@code
 *       P6M} or {@code P45D}; {@code [month]} unless given. Add-ons without intervals have those of the plans that
 *       they go with. What is sold as an add-on has not the code of a plan that is sold.
 *   <li>A price is a number in the document's currency, or a mapping of currencies to numbers. Prices of {@code
 *       fixed}, {@code per_seat} and {@code minimum} are a mapping of intervals to such prices; one that names no
 *       interval is that of a month. Intervals of months that are not named cost so many monthly prices; twelve
 *       months less the {@code annual_discount}, rounded half up. Intervals of days are always named.
 *   <li>The currencies that can be chosen are {@code currencies}, or those of the prices, the document's first;
 *       every price is given in each. Prices fit the decimals of the currency, except those of units.
 *   <li>A charge has a {@code code}, and {@code title} (the code unless given) and {@code tax_category}
 *       ({@value io.tenancy.billing.tax.TaxCase#STANDARD}). The {@code model} of usage is {@code flat} unless
 *       given.
 *   <li>On request there are no charges; they are agreed with each tenant ({@link #readNegotiated}).
 * </ul>
 */
public final class PriceBookReader {

    private static final String BILLING = "billing";
    private static final String CURRENCY = "currency";
    private static final String TRIAL_DAYS = "trial_days";
    private static final String DUNNING = "dunning";
    private static final String EXPIRES = "expires_after_days";
    private static final String[] TERMS = {
        TermsReader.ON_REQUEST,
        TermsReader.INTERVALS,
        TermsReader.CURRENCIES,
        TermsReader.ANNUAL_DISCOUNT,
        TermsReader.CHARGES
    };

    private static final int TRIAL = 14;

    private final List<CatalogueError> errors = new ArrayList<>();
    private final DocumentReading in =
            new DocumentReading((path, line, message) -> errors.add(new CatalogueError(path, line, message)));
    private final Map<String, PlanPrices> plans = new LinkedHashMap<>();
    private final Map<String, AddOnPrices> addOns = new LinkedHashMap<>();
    private final Map<String, Set<BillingInterval>> intervals = new LinkedHashMap<>();

    private String currency = "";
    private int trialDays = TRIAL;
    private DunningPolicy dunning = DunningPolicy.DEFAULT;

    private PriceBookReader() {}

    /**
     * Reads a document.
     *
     * @param document JSON if it begins with a brace, at most 16,000,000 characters; YAML otherwise, at most
     *     1,000,000
     * @return its prices
     * @throws InvalidCatalogueException naming everything that is wrong
     */
    public static PriceBook read(String document) {
        PriceBookReader reader = new PriceBookReader();
        reader.in.root(document).ifPresent(reader::document);
        reader.refuse();
        return new PriceBook(reader.currency, reader.plans, reader.addOns);
    }

    /**
     * Reads terms as {@link PriceBookWriter#write(PriceTerms)} writes them: the {@code billing} section of a
     * version.
     *
     * @param json JSON or YAML; prices name their currencies
     * @return the terms
     * @throws InvalidCatalogueException naming everything that is wrong
     */
    public static PriceTerms readTerms(String json) {
        return new PriceBookReader().terms(json, false);
    }

    /**
     * Reads what was agreed with one tenant, written like the {@code billing} section of a version.
     *
     * @param yamlOrJson the section; {@code on_request} has no place in it
     * @param currency ISO 4217 code of the currency of prices that name none
     * @return the terms
     * @throws InvalidCatalogueException naming everything that is wrong
     * @throws IllegalArgumentException when there is no such currency
     */
    public static PriceTerms readNegotiated(String yamlOrJson, String currency) {
        PriceBookReader reader = new PriceBookReader();
        reader.currency = Money.zero(currency).currency();
        return reader.terms(yamlOrJson, true);
    }

    /**
     * Reads what {@link PriceBookWriter#write(PlanPrices)} writes: the {@code billing} section of a plan.
     *
     * @param plan code of the plan
     * @param json JSON or YAML
     * @return the plan without versions
     * @throws InvalidCatalogueException naming everything that is wrong
     */
    public static PlanPrices readPlan(String plan, String json) {
        PriceBookReader reader = new PriceBookReader();
        PlanPrices read =
                reader.in.root(json).map(root -> reader.header(plan, root, 1)).orElse(null);
        reader.refuse();
        return Objects.requireNonNull(read);
    }

    /**
     * Reads what {@link PriceBookWriter#write(AddOnPrices)} writes: the {@code billing} section of an add-on.
     *
     * @param addOn code of the add-on
     * @param json JSON or YAML; prices name their currencies
     * @return the add-on
     * @throws InvalidCatalogueException naming everything that is wrong
     */
    public static AddOnPrices readAddOn(String addOn, String json) {
        PriceBookReader reader = new PriceBookReader();
        reader.in.root(json).ifPresent(root -> reader.addOnTerms(addOn, root, List.of(BillingInterval.MONTHLY)));
        reader.refuse();
        return Objects.requireNonNull(reader.addOns.get(addOn));
    }

    private PriceTerms terms(String text, boolean agreed) {
        Optional<PriceTerms> terms = in.root(text).flatMap(root -> {
            Map<String, At> fields = in.fields(root, TERMS);
            if (agreed && fields.containsKey(TermsReader.ON_REQUEST)) {
                in.error(root.orField(fields, TermsReader.ON_REQUEST), "has no place in what was agreed with a tenant");
            }
            return termsReader().read(root, fields, List.of(BillingInterval.MONTHLY));
        });
        refuse();
        return terms.orElseThrow();
    }

    private TermsReader termsReader() {
        return new TermsReader(in, errors::size, currency);
    }

    private void refuse() {
        if (!errors.isEmpty()) {
            throw new InvalidCatalogueException(errors.stream()
                    .sorted(Comparator.comparingInt(CatalogueError::line))
                    .toList());
        }
    }

    private void document(At document) {
        if (!(document.node() instanceof Fields)) {
            in.error(document, "is " + document.node().kind() + ", but a mapping is expected");
            return;
        }
        Optional<At> format = field(document, "format");
        Long version = format.map(at -> in.whole(at, "")).orElse(null);
        if (version != null && version != CatalogueReader.FORMAT) {
            in.error(format.get(), "this version reads format " + CatalogueReader.FORMAT + ", but found " + version);
        }
        field(document, BILLING).ifPresent(this::defaults);
        in.eachNamed(
                field(document, "definitions").orElse(null),
                (name, at) -> field(at, BILLING)
                        .ifPresent(billing -> in.error(billing, "is not known here; plans and add-ons have prices")));
        List<String> position = new ArrayList<>();
        in.eachNamed(field(document, "plans").orElse(null), (code, at) -> {
            position.add(code);
            plan(code, at, position.size());
        });
        // Intervals of plans that have errors are not known, and an add-on is not blamed for that.
        boolean known = errors.isEmpty();
        in.eachNamed(
                field(document, "add_ons").orElse(null),
                (code, at) -> field(at, BILLING).ifPresent(billing -> {
                    requireOwnCode(code, at);
                    addOnTerms(code, billing, known ? intervalsOf(plansOf(at)) : null);
                }));
    }

    // A tenant may have both, and what it was charged for, once or with a discount, is told by their codes.
    private void requireOwnCode(String addOn, At at) {
        if (plans.containsKey(addOn)) {
            in.error(
                    at,
                    "has the code of plan '" + addOn + "', which is sold as well; give the add-on a code of its own");
        }
    }

    // What else stands there is read, and judged, by the reader of entitlements.
    private static Optional<At> field(At at, String name) {
        return at.node() instanceof Fields named && named.fields().containsKey(name)
                ? Optional.of(
                        at.child(name, Objects.requireNonNull(named.fields().get(name))))
                : Optional.empty();
    }

    private void defaults(At at) {
        Map<String, At> fields = in.fields(at, CURRENCY, TRIAL_DAYS, DUNNING);
        String code = in.text(fields, CURRENCY);
        if (code != null
                && in.build(at.orField(fields, CURRENCY), () -> Money.zero(code))
                        .isPresent()) {
            currency = code;
        }
        Integer days = in.within(fields, TRIAL_DAYS, 0, DunningPolicy.MOST_DAYS);
        trialDays = days == null ? TRIAL : days;
        dunning = dunning(fields.get(DUNNING), DunningPolicy.DEFAULT);
    }

    private void plan(String code, At at, int position) {
        Optional<At> header = field(at, BILLING);
        Map<Integer, PriceTerms> versions = new LinkedHashMap<>();
        boolean[] sold = {header.isPresent()};
        field(at, "versions").filter(list -> list.node() instanceof Elements).ifPresent(list -> {
            for (At each : in.elements(list)) {
                field(each, BILLING).ifPresent(billing -> {
                    sold[0] = true;
                    version(each, billing, versions);
                });
            }
        });
        if (sold[0]) {
            PlanPrices prices = header.map(billing -> header(code, billing, position))
                    .orElseGet(() -> new PlanPrices(code, null, position, trialDays, null, null, dunning, Map.of()));
            plans.put(code, prices.withVersions(versions));
            versions.values()
                    .forEach(terms -> intervals
                            .computeIfAbsent(code, any -> new LinkedHashSet<>())
                            .addAll(terms.intervals()));
        }
    }

    private PlanPrices header(String code, At at, int position) {
        Map<String, At> fields = in.fields(at, "family", "rank", TRIAL_DAYS, "support", "sla", DUNNING);
        String family = in.text(fields, "family");
        if (family != null && !DocumentReading.isName(family)) {
            in.error(at.orField(fields, "family"), "is no name; names match " + DocumentReading.NAME_FORM);
            family = null;
        }
        Integer rank = in.within(fields, "rank", 0, Integer.MAX_VALUE);
        Integer days = in.within(fields, TRIAL_DAYS, 0, DunningPolicy.MOST_DAYS);
        return new PlanPrices(
                code,
                family,
                rank == null ? position : rank,
                days == null ? trialDays : days,
                in.text(fields, "support"),
                in.text(fields, "sla"),
                dunning(fields.get(DUNNING), dunning),
                Map.of());
    }

    private void version(At at, At billing, Map<Integer, PriceTerms> versions) {
        Optional<At> number = field(at, "version");
        if (number.isEmpty()) {
            in.error(at, "has no 'version', which is a whole number");
        }
        Integer version =
                number.map(each -> in.within(each, 1, Integer.MAX_VALUE)).orElse(null);
        Map<String, At> fields = in.fields(billing, TERMS);
        PriceTerms terms = termsReader()
                .read(billing, fields, List.of(BillingInterval.MONTHLY))
                .orElse(null);
        if (version != null && terms != null && versions.put(version, terms) != null) {
            in.error(number.get(), "is the second version " + version);
        }
    }

    private DunningPolicy dunning(@Nullable At at, DunningPolicy otherwise) {
        if (at == null) {
            return otherwise;
        }
        Map<String, At> fields = in.fields(
                at,
                "retry_after_days",
                "remind_after_days",
                "restrict_after_days",
                "suspend_after_days",
                "cancel_after_days");
        int before = errors.size();
        List<Integer> retry = days(fields, "retry_after_days", otherwise.retryAfterDays());
        List<Integer> remind = days(fields, "remind_after_days", otherwise.remindAfterDays());
        int restrict = day(fields, "restrict_after_days", otherwise.restrictAfterDays());
        int suspend = day(fields, "suspend_after_days", otherwise.suspendAfterDays());
        int cancel = day(fields, "cancel_after_days", otherwise.cancelAfterDays());
        return errors.size() != before
                ? otherwise
                : in.build(at, () -> new DunningPolicy(retry, remind, restrict, suspend, cancel))
                        .orElse(otherwise);
    }

    private int day(Map<String, At> fields, String name, int otherwise) {
        Integer day = in.within(fields, name, 0, DunningPolicy.MOST_DAYS);
        return day == null ? otherwise : day;
    }

    private List<Integer> days(Map<String, At> fields, String name, List<Integer> otherwise) {
        At list = fields.get(name);
        return list == null
                ? otherwise
                : in.elements(list).stream()
                        .flatMap(each -> Stream.ofNullable(in.within(each, 0, DunningPolicy.MOST_DAYS)))
                        .toList();
    }

    private void addOnTerms(String code, At at, @Nullable List<BillingInterval> otherwise) {
        Map<String, At> fields = in.fields(
                at, Stream.concat(Stream.of(EXPIRES), Stream.of(TERMS)).toArray(String[]::new));
        Integer expires = in.within(fields, EXPIRES, 1, DunningPolicy.MOST_DAYS);
        termsReader().read(at, fields, otherwise).ifPresent(terms -> {
            terms.charges().stream()
                    .filter(ChargeTerms.Minimum.class::isInstance)
                    .forEach(charge -> in.error(
                            at.orField(fields, TermsReader.CHARGES),
                            "have the minimum '" + charge.code()
                                    + "', but a minimum is that of a plan, with all that is used beside it"));
            addOns.put(code, new AddOnPrices(code, expires, terms));
        });
    }

    private static Set<String> plansOf(At addOn) {
        Set<String> codes = new LinkedHashSet<>();
        field(addOn, "plans").ifPresent(list -> {
            if (list.node() instanceof Elements plans) {
                plans.elements().forEach(each -> {
                    if (each instanceof Scalar code) {
                        codes.add(code.text());
                    }
                });
            }
        });
        return codes;
    }

    private List<BillingInterval> intervalsOf(Set<String> codes) {
        Set<BillingInterval> found = new LinkedHashSet<>();
        intervals.forEach((code, each) -> {
            if (codes.isEmpty() || codes.contains(code)) {
                found.addAll(each);
            }
        });
        return found.isEmpty() ? List.of(BillingInterval.MONTHLY) : List.copyOf(found);
    }
}
