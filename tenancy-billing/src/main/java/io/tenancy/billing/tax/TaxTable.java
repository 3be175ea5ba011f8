package io.tenancy.billing.tax;

import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.party.Buyer;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Knows what is levied on services that are supplied electronically, by a table of rates and the rules of who owes
 * where. It has no rates of its own: they change, and those who sell answer for them. It is an aid, and no advice
 * on taxes.
 *
 * <p>The first rule that fits counts:
 *
 * <ol>
 *   <li>A buyer with an exemption: nothing, named {@code exempt: } and why.
 *   <li>Seller and buyer in the same country: its rate, or that of the buyer's region where the table has one.
 *   <li>Both in the EU, in different countries, and the buyer has a valid VAT id of its own country: nothing,
 *       named {@value #REVERSE_CHARGE}. Services to a business are taxed where it is (Directive 2006/112/EC,
 *       article 44), and the business owes the tax itself (article 196).
 *   <li>Both in the EU, and no such VAT id, so a consumer: the buyer's rate where the seller uses the one-stop
 *       shop or is registered there (articles 58 and 369a ff.); the seller's rate otherwise, which holds up to EUR
 *       10,000 a year of such sales to all other states (article 59c). The table does not count them.
 *   <li>The buyer is outside of the seller's tax area, and the seller is not registered there: nothing, named
 *       {@value #OUT_OF_SCOPE}, since the place of supply is where the buyer is (articles 44, 58 and 59; Great
 *       Britain: VAT Act 1994, section 7A and schedule 4A).
 *   <li>The same, but the seller is registered there: nothing, named {@value #REVERSE_CHARGE}, where the buyer is
 *       in the EU or in Great Britain and has a valid VAT id of its country (article 196; VAT Act 1994, section
 *       8); the buyer's rate otherwise.
 * </ol>
 *
 * <p>A seller is always registered in its own country. A VAT id is valid when it {@linkplain VatId fits}; nobody
 * is asked whether it was given to the buyer. Northern Ireland belongs to Great Britain where services are
 * concerned, so that a VAT id with {@code XI} is one of {@code GB}. Monaco is taxed as France, the Isle of Man as
 * Great Britain. Parts of a country that are outside of its tax area and have no code of their own, such as the
 * Canary Islands, need rows for their regions.
 *
 * <p>Where nothing is levied, a price is paid as it is, even one that has a tax in it elsewhere.
 *
 * <p>Immutable; safe for many threads.
 */
public final class TaxTable implements TaxPolicy {

    /** Name of the tax where the buyer owes it. */
    public static final String REVERSE_CHARGE = "reverse charge";

    /** Name of the tax where the seller owes none, because the buyer is elsewhere. */
    public static final String OUT_OF_SCOPE = "outside of scope";

    private static final String GREAT_BRITAIN = "GB";

    private final Map<Row, NavigableMap<Instant, TaxRate>> rates = new HashMap<>();
    private final Set<String> categories = new TreeSet<>();
    private final Set<String> registrations;
    private final boolean oneStopShop;

    private TaxTable(Builder builder) {
        builder.rates.forEach(this::add);
        registrations = Set.copyOf(builder.registrations);
        oneStopShop = builder.oneStopShop;
        for (String place : registrations) {
            if (rates.keySet().stream().noneMatch(row -> row.isOf(place))) {
                throw new IllegalArgumentException("The seller is registered in " + place
                        + ", but the table has no rate for it. Add one, or take back the registration.");
            }
        }
    }

    private void add(TaxRate rate) {
        Row row = new Row(rate.place(), rate.category());
        Instant from = rate.validFrom() == null ? Instant.MIN : rate.validFrom();
        TaxRate other = rates.computeIfAbsent(row, ignored -> new TreeMap<>()).putIfAbsent(from, rate);
        if (other != null) {
            throw new IllegalArgumentException(
                    "Two rates of " + row + " begin at the same time: " + other + " and " + rate);
        }
        categories.add(rate.category());
    }

    /**
     * Begins a table.
     *
     * @return without rates and registrations
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * What is levied on something that is sold, by the first rule that fits.
     *
     * @throws IllegalArgumentException when no rate has its category, or the buyer is malformed: an exemption
     *     without a reason, or a region that is not of its country
     * @throws IllegalStateException naming the row that is missing, when the seller owes tax for which there is no
     *     rate
     */
    @Override
    public Tax taxOf(TaxCase asked) {
        Buyer buyer = asked.buyer();
        validate(asked.category(), buyer);
        if (buyer.exemption() != null) {
            return nothing("exempt: " + buyer.exemption());
        }
        String seller = TaxPlace.taxedAs(asked.seller().country());
        String country = TaxPlace.taxedAs(buyer.country());
        if (seller.equals(country)) {
            return rate(country, buyer.region(), asked);
        }
        boolean registered = isRegistered(country, buyer.region());
        if (TaxPlace.EU.contains(seller) && TaxPlace.EU.contains(country)) {
            if (hasVatIdOf(country, buyer)) {
                return nothing(REVERSE_CHARGE);
            }
            return registered ? rate(country, buyer.region(), asked) : rate(seller, null, asked);
        }
        if (!registered) {
            return nothing(OUT_OF_SCOPE);
        }
        return reversesCharges(country) && hasVatIdOf(country, buyer)
                ? nothing(REVERSE_CHARGE)
                : rate(country, buyer.region(), asked);
    }

    private void validate(String category, Buyer buyer) {
        if (!categories.contains(category)) {
            throw new IllegalArgumentException("The table of taxes has no category '" + category + "', but "
                    + categories + ". Add a rate for it, or mend the category in the catalogue.");
        }
        if (buyer.exemption() != null && buyer.exemption().isBlank()) {
            throw new IllegalArgumentException("The exemption of " + buyer.name()
                    + " has no reason. Say why no tax is levied, or give null where it is.");
        }
        if (buyer.region() != null && !buyer.region().startsWith(buyer.country() + "-")) {
            throw new IllegalArgumentException("The region of " + buyer.name() + " is an ISO 3166-2 code of "
                    + buyer.country() + ", such as US-CA of US, but was '" + buyer.region() + "'");
        }
    }

    private boolean isRegistered(String country, @Nullable String region) {
        return registrations.contains(country)
                || (region != null && registrations.contains(region))
                || (oneStopShop && TaxPlace.EU.contains(country));
    }

    private static boolean reversesCharges(String country) {
        return TaxPlace.EU.contains(country) || country.equals(GREAT_BRITAIN);
    }

    private static boolean hasVatIdOf(String country, Buyer buyer) {
        return buyer.vatId() != null
                && VatId.isValid(buyer.vatId())
                && VatId.parse(buyer.vatId()).country().equals(country);
    }

    private Tax rate(String country, @Nullable String region, TaxCase asked) {
        TaxRate ofRegion = region == null ? null : valid(new Row(region, asked.category()), asked.at());
        TaxRate found = ofRegion == null ? valid(new Row(country, asked.category()), asked.at()) : ofRegion;
        if (found == null) {
            String places = region == null ? country : region + " or " + country;
            throw new IllegalStateException("The table of taxes has no rate for " + places + " in category '"
                    + asked.category() + "' at " + asked.at() + ", which the seller '"
                    + asked.seller().code() + "' has to charge " + asked.buyer().name()
                    + ". Add the row before anything is charged.");
        }
        return found.tax();
    }

    private @Nullable TaxRate valid(Row row, Instant at) {
        NavigableMap<Instant, TaxRate> history = rates.get(row);
        Map.Entry<Instant, TaxRate> last = history == null ? null : history.floorEntry(at);
        return last == null ? null : last.getValue();
    }

    private static Tax nothing(String why) {
        return Tax.onTop(why, BigDecimal.ZERO);
    }

    private record Row(String place, String category) {

        boolean isOf(String registered) {
            return place.equals(registered)
                    || place.equals(TaxPlace.countryOf(registered))
                    || place.startsWith(registered + "-");
        }

        @Override
        public String toString() {
            return place + " in category '" + category + "'";
        }
    }

    /** Puts a table together. For one thread. */
    public static final class Builder {

        private final List<TaxRate> rates = new ArrayList<>();
        private final Set<String> registrations = new HashSet<>();
        private boolean oneStopShop;

        private Builder() {}

        /**
         * Adds a rate.
         *
         * @param rate what a place levies
         * @return this
         */
        public Builder rate(TaxRate rate) {
            rates.add(rate);
            return this;
        }

        /**
         * Adds rates.
         *
         * @param more what places levy
         * @return this
         */
        public Builder rates(Collection<TaxRate> more) {
            more.forEach(this::rate);
            return this;
        }

        /**
         * Says that the seller is registered for tax in another country, or in a region of one. In its own it
         * always is.
         *
         * @param place country or region by its ISO 3166 code
         * @return this
         * @throws IllegalArgumentException when there is no such place
         */
        public Builder registeredIn(String place) {
            TaxPlace.require("The place of a registration", place);
            registrations.add(place);
            return this;
        }

        /**
         * Says that the seller uses the EU's one-stop shop, and so charges consumers in every member state that
         * state's rate (Directive 2006/112/EC, articles 358a ff. for sellers outside of the EU, 369a ff. for those
         * within).
         *
         * @return this
         */
        public Builder oneStopShop() {
            oneStopShop = true;
            return this;
        }

        /**
         * The table.
         *
         * @return immutable
         * @throws IllegalArgumentException when there are no rates, two of the same place and category begin at
         *     the same time, or the seller is registered where no rate is known
         */
        public TaxTable build() {
            if (rates.isEmpty()) {
                throw new IllegalArgumentException(
                        "A table of taxes has at least one rate; where nothing is taxed, use TaxPolicy.NONE.");
            }
            return new TaxTable(this);
        }
    }
}
