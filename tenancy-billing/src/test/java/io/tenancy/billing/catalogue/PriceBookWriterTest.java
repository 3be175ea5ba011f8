package io.tenancy.billing.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PriceBookWriterTest {

    @Test
    void termsAreWrittenWithNothingLeftToDefaults() {
        PriceTerms terms = PriceBookReader.readNegotiated("""
                intervals: [month, year, P45D]
                annual_discount: 0.1
                charges:
                  - {code: base, title: Base fee, kind: fixed, price: {month: {USD: 99, JPY: 9000}, P45D: {USD: 140, JPY: 1}}}
                  - {code: calls, kind: usage, metric: api_calls, price: {USD: 0.10, JPY: 1e-7}}
                  - {code: mails, kind: usage, metric: mails, model: package, size: 1e2, price: {USD: 5, JPY: 500}}
                  - {code: jobs, kind: usage, metric: jobs, model: volume, tiers: {USD: [{price: 1}], JPY: [{up_to: 2, price: 3, flat: 4}, {price: 1}]}}
                  - {code: commission, kind: percentage, metric: sales, rate: 0.30}
                  - {code: setup, kind: one_off, price: {USD: 250, JPY: 25000}, tax_category: services}
                """, "USD");

        assertThat(PriceBookWriter.write(terms))
                .isEqualTo(
                        "{\"on_request\":false,\"intervals\":[\"month\",\"year\",\"P45D\"],\"currencies\":[\"USD\",\"JPY\"],"
                                + "\"charges\":[{\"code\":\"base\",\"title\":\"Base fee\",\"kind\":\"fixed\",\"tax_category\":\"standard\","
                                + "\"price\":{\"month\":{\"JPY\":9000,\"USD\":99.00},\"year\":{\"JPY\":97200,\"USD\":1069.20},"
                                + "\"P45D\":{\"JPY\":1,\"USD\":140.00}}},"
                                + "{\"code\":\"calls\",\"title\":\"calls\",\"kind\":\"usage\",\"tax_category\":\"standard\","
                                + "\"metric\":\"api_calls\",\"included\":0,\"model\":\"flat\",\"price\":{\"JPY\":0.0000001,\"USD\":0.1}},"
                                + "{\"code\":\"mails\",\"title\":\"mails\",\"kind\":\"usage\",\"tax_category\":\"standard\","
                                + "\"metric\":\"mails\",\"included\":0,\"model\":\"package\",\"size\":100,\"price\":{\"JPY\":500,\"USD\":5}},"
                                + "{\"code\":\"jobs\",\"title\":\"jobs\",\"kind\":\"usage\",\"tax_category\":\"standard\","
                                + "\"metric\":\"jobs\",\"included\":0,\"model\":\"volume\",\"tiers\":{"
                                + "\"JPY\":[{\"up_to\":2,\"price\":3,\"flat\":4},{\"price\":1,\"flat\":0}],\"USD\":[{\"price\":1,\"flat\":0}]}},"
                                + "{\"code\":\"commission\",\"title\":\"commission\",\"kind\":\"percentage\",\"tax_category\":\"standard\","
                                + "\"metric\":\"sales\",\"rate\":0.3},"
                                + "{\"code\":\"setup\",\"title\":\"setup\",\"kind\":\"one_off\",\"tax_category\":\"services\","
                                + "\"price\":{\"JPY\":25000,\"USD\":250.00}}]}");
    }

    @Test
    void whatIsWrittenInOtherWordsHasTheSameText() {
        PriceTerms one = PriceBookReader.readNegotiated("""
                intervals: [month, year]
                charges:
                  - {code: base, kind: fixed, price: {USD: 9, EUR: 8}}
                  - {code: calls, kind: usage, metric: m, price: {EUR: 0.1, USD: 0.2}}
                """, "EUR");
        PriceTerms other = PriceBookReader.readNegotiated("""
                {"charges": [
                  {"kind": "fixed", "code": "base", "title": "base",
                   "price": {"year": {"EUR": 96.00, "USD": 108}, "month": {"EUR": 8.0, "USD": 9.00}}},
                  {"code": "calls", "kind": "usage", "model": "flat", "metric": "m", "price": {"USD": 0.20, "EUR": 0.10},
                   "included": 0}],
                 "intervals": ["P1M", "P12M"]}
                """, "EUR");

        assertThat(PriceBookWriter.write(one)).isEqualTo(PriceBookWriter.write(other));
    }

    @Test
    void aPlanIsWrittenWithoutItsVersions() {
        PlanPrices plan = new PlanPrices("pro", "main", 2, 30, "email", "99.9 %", DunningPolicy.DEFAULT, Map.of());

        assertThat(PriceBookWriter.write(plan))
                .isEqualTo("{\"family\":\"main\",\"rank\":2,\"trial_days\":30,\"support\":\"email\",\"sla\":\"99.9 %\","
                        + "\"dunning\":{\"retry_after_days\":[1,3,5],\"remind_after_days\":[0,3,7,14],"
                        + "\"restrict_after_days\":7,\"suspend_after_days\":14,\"cancel_after_days\":30}}");
    }

    @Test
    void whatIsWrittenIsReadBack() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        RandomPrices prices = new RandomPrices(new Random(seed));
        for (int i = 0; i < 2_000; i++) {
            PriceTerms terms = prices.terms();
            String text = PriceBookWriter.write(terms);
            assertThat(PriceBookReader.readTerms(text)).as(text).isEqualTo(terms);
            assertThat(PriceBookWriter.write(PriceBookReader.readTerms(text))).isEqualTo(text);

            PlanPrices plan = prices.plan("pro").withVersions(Map.of());
            assertThat(PriceBookReader.readPlan("pro", PriceBookWriter.write(plan)))
                    .isEqualTo(plan);

            AddOnPrices addOn = prices.addOn("seats");
            if (addOn.terms().charges().stream().noneMatch(ChargeTerms.Minimum.class::isInstance)) {
                assertThat(PriceBookReader.readAddOn("seats", PriceBookWriter.write(addOn)))
                        .isEqualTo(addOn);
            }
        }
    }
}
