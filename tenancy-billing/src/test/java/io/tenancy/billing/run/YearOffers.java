package io.tenancy.billing.run;

import io.tenancy.billing.independent.Offer;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What the five catalogues cost, written down once more from their descriptions, for the independent calculator. */
final class YearOffers {

    private static final List<String> MODULES =
            List.of("reports", "stock_take", "multi_branch", "api_access", "advanced_reports", "custom_branding");

    private YearOffers() {}

    /** All that is sold in a year, with what was agreed, and each price that the add-on named extra has had. */
    static List<Offer> of(String catalogue, int imports) {
        List<Offer> offers = new ArrayList<>(plans(catalogue));
        for (int number = 0; number <= imports; number++) {
            offers.add(offer(
                    edition(number),
                    prices("extra", 7 + number + "", 70 + 10 * number + ""),
                    new Offer.Once("set_up", new BigDecimal("15"))));
        }
        return offers;
    }

    static String edition(int number) {
        return "extra@" + number;
    }

    private static List<Offer> plans(String catalogue) {
        return switch (catalogue) {
            case "chat" ->
                List.of(
                        offer("starter", base("197", "2364")),
                        offer("professional", base("497", "5964")),
                        offer("business", base("997", "11964")),
                        offer("whitelabel", base("2997", "35964")),
                        offer("enterprise" + YearLives.AGREED, base("1499", "14990")));
            case "developer-portal" ->
                List.of(
                        offer("starter", base("29")),
                        offer(
                                "professional",
                                base("99"),
                                new Offer.Advance("users", Map.of("month", new BigDecimal("15")), true, 50),
                                storage("50", "2")),
                        offer("enterprise", base("500")));
            case "hospital" ->
                List.of(
                        offer("basic", base("99")),
                        offer("advanced", base("299"), storage("10", "0.10")),
                        offer("premium", base("599")));
            case "healthcare-cms" ->
                List.of(
                        // A tenth less by the year.
                        offer("starter", base("299", "3229.20"), commission()),
                        offer("professional", base("999", "10789.20"), commission()),
                        offer("enterprise" + YearLives.AGREED, base("1499", "14990")));
            case "pharmacy" -> {
                List<Offer> offers = new ArrayList<>(List.of(
                        offer("starter", base("99", "990")),
                        offer("professional", base("299", "2990")),
                        offer("enterprise" + YearLives.AGREED, base("1499", "14990")),
                        // On request, like the plan that it goes with.
                        new Offer("dedicated_database", Set.of("enterprise"), 0, List.of())));
                for (String module : MODULES) {
                    offers.add(new Offer(module, Set.of("starter"), 0, List.of(prices("module", "29", "290"))));
                }
                yield offers;
            }
            default -> throw new IllegalArgumentException(catalogue);
        };
    }

    private static Offer offer(String code, Offer.Fee... fees) {
        return new Offer(code, Set.of(), 0, List.of(fees));
    }

    private static Offer.Fee base(String month) {
        return new Offer.Advance("base", Map.of("month", new BigDecimal(month)), false, 0);
    }

    private static Offer.Fee base(String month, String year) {
        return prices("base", month, year);
    }

    private static Offer.Fee prices(String code, String month, String year) {
        return new Offer.Advance(code, Map.of("month", new BigDecimal(month), "year", new BigDecimal(year)), false, 0);
    }

    private static Offer.Fee storage(String included, String price) {
        return new Offer.Metered(
                "storage",
                "storage_gb",
                new BigDecimal(included),
                List.of(new Offer.Step(null, new BigDecimal(price))));
    }

    private static Offer.Fee commission() {
        return new Offer.Commission("commission", "plugin_sales", new BigDecimal("0.30"));
    }
}
