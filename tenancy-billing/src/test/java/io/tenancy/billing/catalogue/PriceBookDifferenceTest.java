package io.tenancy.billing.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceBookDifferenceTest {

    private static final String DOCUMENT = """
            format: 1
            billing: {currency: EUR, trial_days: 14}
            plans:
              pro:
                billing: {family: main, rank: 2, support: email, sla: "99.9 %"}
                versions:
                  - version: 1
                    billing:
                      intervals: [month, year]
                      charges:
                        - {code: base, title: Base, kind: fixed, price: {month: 49, year: 490}}
                        - {code: seats, kind: per_seat, included: 5, price: 10}
                        - {code: calls, kind: usage, metric: api_calls, included: 10, price: 0.10}
                        - {code: jobs, kind: usage, metric: jobs, model: graduated, tiers: [{up_to: 10, price: 1.5, flat: 3}, {price: 1}]}
                        - {code: mails, kind: usage, metric: mails, model: package, size: 100, price: 5}
                        - {code: share, kind: percentage, metric: sales, rate: 0.3}
                        - {code: least, kind: minimum, price: 500}
                        - {code: setup, kind: one_off, price: 250}
            add_ons:
              seats: {billing: {expires_after_days: 30, charges: [{code: seats, kind: fixed, price: 9}]}}
            """;

    private static final PriceBook BEFORE = PriceBookReader.read(DOCUMENT);

    private static PriceBook after(String was, String is) {
        assertThat(DOCUMENT).contains(was);
        return PriceBookReader.read(DOCUMENT.replace(was, is));
    }

    @Test
    void equalBooksDoNotDiffer() {
        assertThat(PriceBookDifference.between(BEFORE, PriceBookReader.read(DOCUMENT)))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "month: 49, year | month: 59, year | .charges.base: EUR month 49.00 -> 59.00",
                "year: 490 | year: 400.50 | .charges.base: EUR year 490.00 -> 400.50",
                "title: Base | title: Fee | .charges.base.title: 'Base' -> 'Fee'",
                "included: 5 | included: 6 | .charges.seats.included: 5 -> 6",
                "price: 0.10 | price: 0.2 | .charges.calls: EUR flat 0.1 -> flat 0.2",
                "included: 10, | included: 20, | .charges.calls.included: 10 -> 20",
                "metric: api_calls | metric: calls | .charges.calls.metric: api_calls -> calls",
                "flat: 3 | flat: 0 | .charges.jobs: EUR graduated (up to 10 1.5 and 3, beyond 1)"
                        + " -> graduated (up to 10 1.5, beyond 1)",
                "graduated | volume | .charges.jobs: EUR graduated (up to 10 1.5 and 3, beyond 1)"
                        + " -> volume (up to 10 1.5 and 3, beyond 1)",
                "size: 100 | size: 10 | .charges.mails: EUR package 5 for 100 -> package 5 for 10",
                "rate: 0.3 | rate: 0.25 | .charges.share.rate: 0.3 -> 0.25",
                "one_off, price: 250 | one_off, price: 200 | .charges.setup: EUR 250.00 -> 200.00",
                "code: setup, kind | code: setup, tax_category: services, kind"
                        + " | .charges.setup.tax_category: 'standard' -> 'services'",
            })
    void aChangeOfTermsIsToldAndIsAConflict(String was, String is, String told) {
        PriceBook after = after(was, is);

        assertThat(PriceBookDifference.between(BEFORE, after)).containsExactly("plans.pro.version 1" + told);
        assertThat(PriceBookDifference.conflicts(BEFORE, after)).containsExactly("plans.pro.version 1" + told);
    }

    @Test
    void aChangeOfADerivedPriceIsToldForEachInterval() {
        assertThat(PriceBookDifference.conflicts(BEFORE, after("minimum, price: 500", "minimum, price: 400")))
                .containsExactly(
                        "plans.pro.version 1.charges.least: EUR month 500.00 -> 400.00",
                        "plans.pro.version 1.charges.least: EUR year 6000.00 -> 4800.00");
    }

    @Test
    void aChargeThatIsLeftOutIsAConflict() {
        assertThat(PriceBookDifference.conflicts(
                        BEFORE, after("            - {code: setup, kind: one_off, price: 250}\n", "")))
                .contains("plans.pro.version 1.charges.setup: EUR 250.00 -> none");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "family: main | family: other | plans.pro.family: 'main' -> 'other'",
                "rank: 2 | rank: 3 | plans.pro.rank: 2 -> 3",
                "trial_days: 14 | trial_days: 0 | plans.pro.trial_days: 14 -> 0",
                "support: email, | \"\" | plans.pro.support: 'email' -> none",
                "99.9 % | 99.5 % | plans.pro.sla: '99.9 %' -> '99.5 %'",
                "rank: 2 | rank: 2, dunning: {restrict_after_days: 3} | plans.pro.dunning.restrict_after_days: 7 -> 3",
                "expires_after_days: 30 | expires_after_days: 60 | add_ons.seats.expires_after_days: 30 -> 60",
            })
    void aChangeBesideTheTermsIsToldAndIsAllowed(String was, String is, String told) {
        PriceBook after = after(was, is);

        assertThat(PriceBookDifference.between(BEFORE, after)).containsExactly(told);
        assertThat(PriceBookDifference.conflicts(BEFORE, after)).isEmpty();
    }

    @Test
    void otherTermsOfAnAddOnAreAllowed() {
        PriceBook after = after("kind: fixed, price: 9}", "kind: fixed, price: 8}");

        assertThat(PriceBookDifference.between(BEFORE, after))
                .containsExactly(
                        "add_ons.seats.charges.seats: EUR month 9.00 -> 8.00",
                        "add_ons.seats.charges.seats: EUR year 108.00 -> 96.00");
        assertThat(PriceBookDifference.conflicts(BEFORE, after)).isEmpty();
    }

    @Test
    void whatIsNewIsAllowed() {
        PriceBook after = after(
                "add_ons:\n",
                "      - {version: 2, billing: {on_request: true}}\n"
                        + "  max: {versions: [{version: 1, billing: {}}]}\n"
                        + "add_ons:\n  more: {billing: {}}\n");

        assertThat(PriceBookDifference.between(BEFORE, after))
                .containsExactly(
                        "plans.pro.version 2: new", "plans.max: new", "plans.max.version 1: new", "add_ons.more: new");
        assertThat(PriceBookDifference.conflicts(BEFORE, after)).isEmpty();
    }

    @Test
    void whatIsLeftOutIsToldAndAllowed() {
        PriceBook after = PriceBookReader.read("billing: {currency: EUR}\nplans: {pro: {versions: [{version: 1}]}}");

        assertThat(PriceBookDifference.between(BEFORE, after))
                .containsExactly("plans.pro: left out", "plans.pro.version 1: left out", "add_ons.seats: left out");
        assertThat(PriceBookDifference.conflicts(BEFORE, after)).isEmpty();
    }

    @Test
    void anotherCurrencyOfPricesThatNameNoneIsTold() {
        assertThat(PriceBookDifference.between(
                        PriceBookReader.read("billing: {currency: EUR}"),
                        PriceBookReader.read("billing: {currency: USD}")))
                .containsExactly("currency: EUR -> USD");
    }

    @Test
    void differencesAreToldExactlyWhenBooksAreNotEqual() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        for (int i = 0; i < 2_000; i++) {
            long one = seed + i;
            PriceBook before = new RandomPrices(new Random(one)).book();
            PriceBook same = new RandomPrices(new Random(one)).book();
            PriceBook other = new RandomPrices(new Random(one + 1)).book();
            assertThat(PriceBookDifference.between(before, same)).isEmpty();
            assertThat(PriceBookDifference.between(before, other).isEmpty()).isEqualTo(before.equals(other));
            assertThat(PriceBookDifference.conflicts(before, other).isEmpty())
                    .isEqualTo(before.plans().values().stream()
                            .allMatch(plan -> plan.versions().entrySet().stream()
                                    .allMatch(version -> other.plan(plan.plan())
                                            .flatMap(changed -> changed.terms(version.getKey()))
                                            .filter(terms -> !terms.equals(version.getValue()))
                                            .isEmpty())));
        }
    }
}
