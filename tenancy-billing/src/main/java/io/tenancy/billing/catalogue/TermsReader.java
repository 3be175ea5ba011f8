package io.tenancy.billing.catalogue;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.document.At;
import io.tenancy.document.DocumentReading;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** Reads what a version of a plan, or an add-on, costs. */
final class TermsReader {

    static final String ON_REQUEST = "on_request";
    static final String INTERVALS = "intervals";
    static final String CURRENCIES = "currencies";
    static final String ANNUAL_DISCOUNT = "annual_discount";
    static final String CHARGES = "charges";

    private final DocumentReading in;
    private final IntSupplier errors;
    private final String currency;

    /**
     * Creates the reader.
     *
     * @param errors how many there are by now
     * @param currency of prices that name none; empty when there is no such currency
     */
    TermsReader(DocumentReading in, IntSupplier errors, String currency) {
        this.in = in;
        this.errors = errors;
        this.currency = currency;
    }

    /**
     * Reads terms.
     *
     * @param fields the fields of the mapping
     * @param otherwise the intervals where none are named; null where they have errors of their own
     * @return empty when they have errors
     */
    Optional<PriceTerms> read(At at, Map<String, At> fields, @Nullable List<BillingInterval> otherwise) {
        int before = errors.getAsInt();
        Boolean onRequest = in.truth(fields, ON_REQUEST);
        At named = fields.get(INTERVALS);
        List<BillingInterval> intervals = named == null ? otherwise : intervals(named);
        if (Boolean.TRUE.equals(onRequest)) {
            return onRequest(at, fields, before, named == null || intervals == null ? List.of() : intervals);
        }
        if (named != null && intervals != null && intervals.isEmpty()) {
            in.error(named, "is empty, but an interval is needed, such as month");
            intervals = null;
        }
        List<At> charges = fields.containsKey(CHARGES) ? in.elements(at.orField(fields, CHARGES)) : List.of();
        List<String> currencies = currencies(fields, charges);
        BigDecimal discount = annualDiscount(fields, intervals);
        PriceReader prices =
                new PriceReader(in, errors, currency, new PriceReader.Choice(intervals, currencies, discount));
        List<ChargeTerms> read = charges(charges, new ChargeReader(in, prices));
        if (errors.getAsInt() != before || intervals == null || currencies == null) {
            return Optional.empty();
        }
        if (currencies.isEmpty() && !read.isEmpty()) {
            in.error(
                    at.orField(fields, CHARGES),
                    "name no currency; name those that can be chosen under '" + CURRENCIES
                            + "', or one for the whole document (billing.currency)");
            return Optional.empty();
        }
        List<BillingInterval> chosen = intervals;
        return in.build(at, () -> new PriceTerms(false, chosen, currencies, read));
    }

    private Optional<PriceTerms> onRequest(At at, Map<String, At> fields, int before, List<BillingInterval> intervals) {
        List<String> currencies = currencies(fields, List.of());
        At charges = fields.get(CHARGES);
        if (charges != null && !in.elements(charges).isEmpty()) {
            in.error(charges, "cannot be beside " + ON_REQUEST + ": true, where they are agreed with each tenant");
        }
        At discount = fields.get(ANNUAL_DISCOUNT);
        if (discount != null) {
            in.error(discount, "cannot be beside " + ON_REQUEST + ": true, where prices are agreed with each tenant");
        }
        return errors.getAsInt() != before || currencies == null
                ? Optional.empty()
                : in.build(at, () -> new PriceTerms(true, intervals, currencies, List.of()));
    }

    private @Nullable List<BillingInterval> intervals(At list) {
        int before = errors.getAsInt();
        List<BillingInterval> intervals = new ArrayList<>();
        for (At each : in.elements(list)) {
            BillingInterval interval = in.parsed(each, IntervalWord.EXPECTED, IntervalWord::parse);
            if (interval != null && intervals.contains(interval)) {
                in.error(each, "is there twice: " + IntervalWord.of(interval));
            } else if (interval != null) {
                intervals.add(interval);
            }
        }
        return errors.getAsInt() == before ? intervals : null;
    }

    // The order of a list is the author's; that of mappings means nothing.
    private @Nullable List<String> currencies(Map<String, At> fields, List<At> charges) {
        At list = fields.get(CURRENCIES);
        if (list != null) {
            return namedCurrencies(list);
        }
        Set<String> found = new TreeSet<>();
        charges.stream()
                .flatMap(ChargeReader::pricesOf)
                .forEach(price -> found.addAll(PriceReader.currenciesIn(price.node(), currency)));
        if (found.isEmpty() && !charges.isEmpty()) {
            found.add(currency);
        }
        List<String> currencies = new ArrayList<>(found);
        boolean ofDocument = currencies.remove(currency);
        if (ofDocument && !currency.isEmpty()) {
            currencies.add(0, currency);
        }
        return currencies;
    }

    private @Nullable List<String> namedCurrencies(At list) {
        int before = errors.getAsInt();
        List<String> currencies = new ArrayList<>();
        for (At each : in.elements(list)) {
            String code = in.text(each, "a currency such as EUR");
            if (code != null && currencies.contains(code)) {
                in.error(each, "is there twice: " + code);
            } else if (code != null && in.build(each, () -> Money.zero(code)).isPresent()) {
                currencies.add(code);
            }
        }
        return errors.getAsInt() == before ? currencies : null;
    }

    private BigDecimal annualDiscount(Map<String, At> fields, @Nullable List<BillingInterval> intervals) {
        At at = fields.get(ANNUAL_DISCOUNT);
        BigDecimal discount = at == null ? null : in.number(at);
        if (at == null || discount == null) {
            return BigDecimal.ZERO;
        }
        if (discount.signum() < 0 || discount.compareTo(BigDecimal.ONE) >= 0) {
            in.error(
                    at,
                    "is " + at.node().kind() + ", but a discount is 0 or more and less than 1, such as 0.1 for 10 %");
            return BigDecimal.ZERO;
        }
        if (intervals != null && !intervals.contains(BillingInterval.YEARLY)) {
            in.error(at, "is for a year, but the intervals that can be chosen are " + PriceReader.words(intervals));
        }
        return discount;
    }

    private List<ChargeTerms> charges(List<At> list, ChargeReader reader) {
        List<ChargeTerms> charges = new ArrayList<>();
        Set<String> codes = new HashSet<>();
        boolean minimum = false;
        for (At each : list) {
            ChargeTerms charge = reader.charge(each);
            if (charge == null) {
                continue;
            }
            if (!codes.add(charge.code())) {
                in.error(each, "is the second charge called '" + charge.code() + "'");
            }
            if (charge instanceof ChargeTerms.Minimum) {
                if (minimum) {
                    in.error(each, "is the second minimum, but only one can be the least");
                }
                minimum = true;
            }
            charges.add(charge);
        }
        return charges;
    }
}
