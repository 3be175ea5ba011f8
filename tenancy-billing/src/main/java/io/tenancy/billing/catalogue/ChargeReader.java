package io.tenancy.billing.catalogue;

import io.tenancy.billing.price.PriceTier;
import io.tenancy.billing.price.UnitPrice;
import io.tenancy.billing.tax.TaxCase;
import io.tenancy.document.At;
import io.tenancy.document.DocumentNode.Elements;
import io.tenancy.document.DocumentNode.Fields;
import io.tenancy.document.DocumentNode.Scalar;
import io.tenancy.document.DocumentReading;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads charges. */
final class ChargeReader {

    private static final String CODE = "code";
    private static final String TITLE = "title";
    private static final String KIND = "kind";
    private static final String TAX_CATEGORY = "tax_category";
    private static final String PRICE = "price";
    private static final String INCLUDED = "included";
    private static final String METRIC = "metric";
    private static final String MODEL = "model";
    private static final String TIERS = "tiers";
    private static final String SIZE = "size";
    private static final String RATE = "rate";

    /** What is charged for. */
    enum Kind {
        FIXED,
        PER_SEAT,
        USAGE,
        PERCENTAGE,
        MINIMUM,
        ONE_OFF
    }

    /** How a quantity is priced. */
    enum Model {
        FLAT,
        GRADUATED,
        VOLUME,
        PACKAGE
    }

    private record Texts(String code, String title, String taxCategory) {}

    private final DocumentReading in;
    private final PriceReader prices;

    ChargeReader(DocumentReading in, PriceReader prices) {
        this.in = in;
        this.prices = prices;
    }

    /** The parts of a charge that prices are in. */
    static Stream<At> pricesOf(At charge) {
        return charge.node() instanceof Fields named
                ? Stream.of(PRICE, TIERS)
                        .filter(named.fields()::containsKey)
                        .map(name -> charge.child(
                                name, Objects.requireNonNull(named.fields().get(name))))
                : Stream.empty();
    }

    @Nullable ChargeTerms charge(At at) {
        Map<String, At> fields = in.fields(at, known(at));
        Kind kind = in.oneOf(at, fields, KIND, Kind.values(), null);
        Texts texts = texts(at, fields);
        if (kind == null) {
            return null;
        }
        return switch (kind) {
            case FIXED, PER_SEAT -> recurring(at, fields, texts, kind == Kind.PER_SEAT);
            case USAGE -> usage(at, fields, texts);
            case PERCENTAGE -> percentage(at, fields, texts);
            case MINIMUM -> minimum(at, fields, texts);
            case ONE_OFF -> oneOff(at, fields, texts);
        };
    }

    // What a charge may have depends on what it is, which is looked up quietly and told of where it is read.
    private static String[] known(At at) {
        List<String> known = new ArrayList<>(List.of(CODE, TITLE, KIND, TAX_CATEGORY));
        for (Kind kind : ofWord(Kind.values(), word(at, KIND, ""))) {
            switch (kind) {
                case FIXED, MINIMUM, ONE_OFF -> known.add(PRICE);
                case PER_SEAT -> known.addAll(List.of(INCLUDED, PRICE));
                case PERCENTAGE -> known.addAll(List.of(METRIC, RATE));
                case USAGE -> {
                    known.addAll(List.of(METRIC, INCLUDED, MODEL));
                    ofWord(Model.values(), word(at, MODEL, "flat")).forEach(model -> known.addAll(known(model)));
                }
            }
        }
        return known.stream().distinct().toArray(String[]::new);
    }

    private static List<String> known(Model model) {
        return switch (model) {
            case FLAT -> List.of(PRICE);
            case GRADUATED, VOLUME -> List.of(TIERS);
            case PACKAGE -> List.of(SIZE, PRICE);
        };
    }

    private static String word(At at, String name, String otherwise) {
        if (!(at.node() instanceof Fields named) || !named.fields().containsKey(name)) {
            return otherwise;
        }
        return named.fields().get(name) instanceof Scalar scalar ? scalar.text() : "";
    }

    private static <E extends Enum<E>> List<E> ofWord(E[] values, String word) {
        List<E> found = Arrays.stream(values)
                .filter(each -> DocumentReading.word(each).equals(word))
                .toList();
        return found.isEmpty() ? List.of(values) : found;
    }

    private @Nullable Texts texts(At at, Map<String, At> fields) {
        String code = name(at, fields, CODE, "such as base");
        String title = in.text(fields, TITLE);
        String taxCategory = in.text(fields, TAX_CATEGORY);
        return code == null
                ? null
                : new Texts(code, title == null ? code : title, taxCategory == null ? TaxCase.STANDARD : taxCategory);
    }

    private @Nullable String name(At owner, Map<String, At> fields, String name, String example) {
        At at = in.needed(owner, fields, name, "a name " + example);
        String text = at == null ? null : in.text(at, "a name " + example);
        if (at != null && text != null && !DocumentReading.isName(text)) {
            in.error(at, "is " + at.node().kind() + ", which is no name; names match " + DocumentReading.NAME_FORM);
            return null;
        }
        return text;
    }

    private @Nullable At price(At owner, Map<String, At> fields) {
        return in.needed(owner, fields, PRICE, "a number, or one for each interval or currency");
    }

    private @Nullable ChargeTerms recurring(At at, Map<String, At> fields, @Nullable Texts texts, boolean perSeat) {
        At price = price(at, fields);
        At included = fields.get(INCLUDED);
        Long seats = included == null ? null : in.whole(included, "");
        var read = price == null ? null : prices.byInterval(price);
        return texts == null || read == null
                ? null
                : in.<ChargeTerms>build(
                                at.orField(fields, INCLUDED),
                                () -> new ChargeTerms.Recurring(
                                        texts.code,
                                        texts.title,
                                        texts.taxCategory,
                                        perSeat,
                                        seats == null ? 0 : seats,
                                        read))
                        .orElse(null);
    }

    private @Nullable ChargeTerms minimum(At at, Map<String, At> fields, @Nullable Texts texts) {
        At price = price(at, fields);
        var read = price == null ? null : prices.byInterval(price);
        return texts == null || read == null
                ? null
                : in.<ChargeTerms>build(
                                at, () -> new ChargeTerms.Minimum(texts.code, texts.title, texts.taxCategory, read))
                        .orElse(null);
    }

    private @Nullable ChargeTerms oneOff(At at, Map<String, At> fields, @Nullable Texts texts) {
        At price = price(at, fields);
        var read = price == null ? null : prices.byCurrency(price, prices::money);
        return texts == null || read == null
                ? null
                : in.<ChargeTerms>build(
                                at, () -> new ChargeTerms.OneOff(texts.code, texts.title, texts.taxCategory, read))
                        .orElse(null);
    }

    private @Nullable ChargeTerms percentage(At at, Map<String, At> fields, @Nullable Texts texts) {
        String metric = name(at, fields, METRIC, "such as sales");
        At rate = in.needed(at, fields, RATE, "a number such as 0.3 for 30 %");
        BigDecimal share = rate == null ? null : in.number(rate);
        return texts == null || metric == null || rate == null || share == null
                ? null
                : in.<ChargeTerms>build(
                                rate,
                                () -> new ChargeTerms.Percentage(
                                        texts.code, texts.title, texts.taxCategory, metric, share))
                        .orElse(null);
    }

    private @Nullable ChargeTerms usage(At at, Map<String, At> fields, @Nullable Texts texts) {
        String metric = name(at, fields, METRIC, "such as api_calls");
        At included = fields.get(INCLUDED);
        BigDecimal free = included == null ? BigDecimal.ZERO : in.number(included);
        if (included != null && free != null && free.signum() < 0) {
            in.error(included, "is " + included.node().kind() + ", but what is included is 0 or more");
            free = null;
        }
        Model model = in.oneOf(at, fields, MODEL, Model.values(), Model.FLAT);
        Map<String, UnitPrice> read = model == null ? null : unitPrices(at, fields, model);
        BigDecimal allowance = free;
        return texts == null || metric == null || allowance == null || read == null
                ? null
                : in.<ChargeTerms>build(
                                at,
                                () -> new ChargeTerms.Usage(
                                        texts.code, texts.title, texts.taxCategory, metric, allowance, read))
                        .orElse(null);
    }

    private @Nullable Map<String, UnitPrice> unitPrices(At at, Map<String, At> fields, Model model) {
        return switch (model) {
            case FLAT -> ofNumbers(price(at, fields), UnitPrice.Flat::new);
            case PACKAGE -> {
                At size = in.needed(at, fields, SIZE, "the number of units in a package");
                BigDecimal units = size == null ? null : in.number(size);
                if (size != null && units != null && units.signum() <= 0) {
                    in.error(size, "is " + size.node().kind() + ", but a package has more than 0 units");
                    units = null;
                }
                // So that also the prices of a package without a size are looked at.
                BigDecimal each = units == null ? BigDecimal.ONE : units;
                var read = ofNumbers(
                        price(at, fields), (currency, price) -> new UnitPrice.PerPackage(currency, each, price));
                yield units == null ? null : read;
            }
            case GRADUATED -> ofTiers(at, fields, UnitPrice.Graduated::new);
            case VOLUME -> ofTiers(at, fields, UnitPrice.Volume::new);
        };
    }

    private @Nullable Map<String, UnitPrice> ofNumbers(
            @Nullable At price, BiFunction<String, BigDecimal, UnitPrice> made) {
        return price == null
                ? null
                : prices.byCurrency(price, (at, currency) -> {
                    BigDecimal number = prices.price(at);
                    return number == null
                            ? null
                            : in.build(at, () -> made.apply(currency, number)).orElse(null);
                });
    }

    private @Nullable Map<String, UnitPrice> ofTiers(
            At owner, Map<String, At> fields, BiFunction<String, List<PriceTier>, UnitPrice> made) {
        At list = in.needed(owner, fields, TIERS, "a list, or one for each currency");
        return list == null
                ? null
                : prices.byCurrency(list, (at, currency) -> {
                    List<PriceTier> tiers = new ArrayList<>();
                    List<At> elements = in.elements(at);
                    for (At each : elements) {
                        PriceTier tier = tier(each);
                        if (tier != null) {
                            tiers.add(tier);
                        }
                    }
                    boolean whole = tiers.size() == elements.size() && at.node() instanceof Elements;
                    return whole
                            ? in.build(at, () -> made.apply(currency, tiers)).orElse(null)
                            : null;
                });
    }

    private @Nullable PriceTier tier(At at) {
        Map<String, At> fields = in.fields(at, "up_to", PRICE, "flat");
        At bound = fields.get("up_to");
        BigDecimal upTo = bound == null ? null : in.number(bound);
        At unit = in.needed(at, fields, PRICE, "the price of a unit");
        BigDecimal price = unit == null ? null : prices.price(unit);
        At own = fields.get("flat");
        BigDecimal flat = own == null ? BigDecimal.ZERO : prices.price(own);
        return price == null || flat == null || (bound != null && upTo == null)
                ? null
                : in.build(at, () -> new PriceTier(upTo, price, flat)).orElse(null);
    }
}
