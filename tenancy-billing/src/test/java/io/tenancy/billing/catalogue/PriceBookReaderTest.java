package io.tenancy.billing.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.PriceTier;
import io.tenancy.billing.price.UnitPrice;
import io.tenancy.entitlement.CatalogueError;
import io.tenancy.entitlement.InvalidCatalogueException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PriceBookReaderTest {

    private static final String GOOD = """
            format: 1
            billing: {currency: USD, trial_days: 10, dunning: {suspend_after_days: 20}}
            plans:
              free:
                versions: [{version: 1, billing: {}}]
              pro:
                name: Pro
                billing: {family: main, rank: 7, trial_days: 30, support: email, sla: "99.9 %", dunning: {restrict_after_days: 3}}
                versions:
                  - version: 1
                  - version: 2
                    billing:
                      intervals: [month, quarter, year]
                      annual_discount: 0.1
                      charges:
                        - {code: base, title: Base fee, kind: fixed, price: {USD: 99, EUR: 95}}
                        - {code: seats, kind: per_seat, included: 5, price: {month: {USD: 15, EUR: 14}, year: {USD: 150, EUR: 140}}}
                        - {code: calls, kind: usage, metric: api_calls, included: 1000, model: flat, price: {USD: 0.10, EUR: 0.0001}}
                        - {code: setup, kind: one_off, price: {USD: 250, EUR: 240.50}, tax_category: services}
              enterprise:
                versions: [{version: 1, billing: {on_request: true}}]
              unsold:
                versions: [{version: 1}]
            add_ons:
              stock_take: {plans: [pro], billing: {expires_after_days: 30, charges: [{code: stock_take, kind: fixed, price: 9}]}}
              unsold: {plans: [pro]}
            """;

    private static List<CatalogueError> errorsOf(String document) {
        InvalidCatalogueException refusal =
                catchThrowableOfType(InvalidCatalogueException.class, () -> PriceBookReader.read(document));
        assertThat(refusal).as(document).isNotNull();
        return refusal.errors();
    }

    private static List<CatalogueError> errorsOfTerms(String terms) {
        InvalidCatalogueException refusal = catchThrowableOfType(
                InvalidCatalogueException.class, () -> PriceBookReader.readNegotiated(terms, "USD"));
        assertThat(refusal).as(terms).isNotNull();
        return refusal.errors();
    }

    private static PriceTerms terms(String terms) {
        return PriceBookReader.readNegotiated(terms, "USD");
    }

    private static <C extends ChargeTerms> C only(Class<C> type, String charge) {
        return type.cast(terms("charges: [" + charge + "]").charges().get(0));
    }

    private static Money usd(String amount) {
        return Money.of(new BigDecimal(amount), "USD");
    }

    private static BigDecimal number(String number) {
        return new BigDecimal(number);
    }

    private static PlanPrices pro() {
        return PriceBookReader.read(GOOD).plan("pro").orElseThrow();
    }

    private static ChargeTerms.Recurring recurring(int index) {
        return (ChargeTerms.Recurring) pro().terms(2).orElseThrow().charges().get(index);
    }

    @Test
    void whatIsSoldIsInTheBookAndNothingElse() {
        PriceBook book = PriceBookReader.read(GOOD);

        assertThat(book.currency()).isEqualTo("USD");
        assertThat(book.plans()).containsOnlyKeys("free", "pro", "enterprise");
        assertThat(book.plan("pro").orElseThrow().versions()).containsOnlyKeys(2);
        assertThat(book.addOns()).containsOnlyKeys("stock_take");
    }

    @Test
    void whatIsSaidOfAPlanIsRead() {
        assertThat(pro().withVersions(Map.of()))
                .isEqualTo(new PlanPrices(
                        "pro",
                        "main",
                        7,
                        30,
                        "email",
                        "99.9 %",
                        new DunningPolicy(List.of(1, 3, 5), List.of(0, 3, 7, 14), 3, 20, 30),
                        Map.of()));
    }

    @Test
    void aPlanThatSaysNothingHasThePositionAsRankAndTheDefaultsOfTheDocument() {
        PlanPrices enterprise = PriceBookReader.read(GOOD).plan("enterprise").orElseThrow();

        assertThat(enterprise.family()).isNull();
        assertThat(enterprise.rank()).isEqualTo(3);
        assertThat(enterprise.trialDays()).isEqualTo(10);
        assertThat(enterprise.dunning().suspendAfterDays()).isEqualTo(20);
    }

    @Test
    void aDocumentThatSaysNothingHasFourteenDaysOfTrialAndTheDefaultDunning() {
        PlanPrices plan = PriceBookReader.read("plans: {free: {versions: [{version: 1, billing: {}}]}}")
                .plan("free")
                .orElseThrow();

        assertThat(plan.trialDays()).isEqualTo(14);
        assertThat(plan.dunning()).isEqualTo(DunningPolicy.DEFAULT);
    }

    @Test
    void aDocumentWithoutPricesHasNoCurrency() {
        PriceBook book = PriceBookReader.read("format: 1\nplans: {a: {versions: [{version: 1}]}}");

        assertThat(book).isEqualTo(new PriceBook("", Map.of(), Map.of()));
    }

    @Test
    void currenciesAreThoseOfThePricesAndTheDocumentsIsFirst() {
        assertThat(pro().terms(2).orElseThrow().currencies()).containsExactly("USD", "EUR");
        assertThat(terms("charges: [{code: a, kind: fixed, price: {GBP: 1, USD: 1, EUR: 1}}]")
                        .currencies())
                .containsExactly("USD", "EUR", "GBP");
    }

    @Test
    void currenciesThatAreListedKeepTheirOrder() {
        assertThat(terms("currencies: [GBP, EUR]\ncharges: [{code: a, kind: fixed, price: {EUR: 1, GBP: 1}}]")
                        .currencies())
                .containsExactly("GBP", "EUR");
    }

    @Test
    void aPriceThatNamesNoIntervalIsThatOfAMonthAndLongerOnesAreDerived() {
        assertThat(recurring(0).of(BillingInterval.MONTHLY, "USD", 1)).isEqualTo(usd("99"));
        assertThat(recurring(0).of(BillingInterval.QUARTERLY, "USD", 1)).isEqualTo(usd("297"));
        assertThat(recurring(0).of(BillingInterval.YEARLY, "USD", 1)).isEqualTo(usd("1069.20"));
        assertThat(recurring(0).of(BillingInterval.YEARLY, "EUR", 1)).hasToString("EUR 1026.00");
    }

    @Test
    void anIntervalThatIsNamedIsNotDerived() {
        assertThat(recurring(1).of(BillingInterval.QUARTERLY, "USD", 6)).isEqualTo(usd("45"));
        assertThat(recurring(1).of(BillingInterval.YEARLY, "USD", 6)).isEqualTo(usd("150"));
        assertThat(recurring(1).of(BillingInterval.YEARLY, "USD", 5)).isEqualTo(usd("0"));
    }

    @Test
    void aDerivedPriceIsRoundedHalfUpInItsCurrency() {
        PriceTerms terms = terms("""
                intervals: [year]
                annual_discount: 0.125
                charges: [{code: a, kind: fixed, price: {month: {USD: 0.03, JPY: 1}}}]
                """);

        // 12 x 0.03 x 0.875 = 0.315, and 12 x 1 x 0.875 = 10.5
        assertThat(((ChargeTerms.Recurring) terms.charges().get(0)).prices())
                .containsExactly(
                        Map.entry(BillingInterval.YEARLY, Map.of("USD", usd("0.32"), "JPY", Money.ofMinor(11, "JPY"))));
    }

    @Test
    void intervalsAreMonthsOrDays() {
        PriceTerms terms = terms("""
                intervals: [P45D, month, P6M, P12M]
                charges: [{code: a, kind: fixed, price: {month: 10, P45D: 14}}]
                """);

        assertThat(terms.intervals())
                .containsExactly(
                        BillingInterval.days(45),
                        BillingInterval.MONTHLY,
                        BillingInterval.months(6),
                        BillingInterval.YEARLY);
        assertThat(((ChargeTerms.Recurring) terms.charges().get(0)).of(BillingInterval.months(6), "USD", 1))
                .isEqualTo(usd("60"));
    }

    @Test
    void usageIsPricedByItsModel() {
        assertThat(only(ChargeTerms.Usage.class, "{code: a, kind: usage, metric: m, price: 0.10}"))
                .isEqualTo(new ChargeTerms.Usage(
                        "a",
                        "a",
                        "standard",
                        "m",
                        number("0"),
                        Map.of("USD", new UnitPrice.Flat("USD", number("0.1")))));
        String tiers = "tiers: [{up_to: 10, price: 1.5}, {up_to: 110, price: 1, flat: 3}, {price: 0.5}]";
        List<PriceTier> read = List.of(
                PriceTier.upTo(number("10"), number("1.5")),
                new PriceTier(number("110"), number("1"), number("3")),
                PriceTier.beyond(number("0.5")));
        assertThat(only(ChargeTerms.Usage.class, "{code: a, kind: usage, metric: m, model: graduated, " + tiers + "}")
                        .prices())
                .isEqualTo(Map.of("USD", new UnitPrice.Graduated("USD", read)));
        assertThat(only(ChargeTerms.Usage.class, "{code: a, kind: usage, metric: m, model: volume, " + tiers + "}")
                        .prices())
                .isEqualTo(Map.of("USD", new UnitPrice.Volume("USD", read)));
        assertThat(only(
                                ChargeTerms.Usage.class,
                                "{code: a, kind: usage, metric: m, model: package, size: 100, price: 5}")
                        .prices())
                .isEqualTo(Map.of("USD", new UnitPrice.PerPackage("USD", number("100"), number("5"))));
    }

    @Test
    void tiersAreGivenForEachCurrency() {
        assertThat(only(
                                ChargeTerms.Usage.class,
                                "{code: a, kind: usage, metric: m, model: volume, tiers: {USD: [{price: 2}], EUR: [{price: 1}]}}")
                        .prices())
                .isEqualTo(Map.of(
                        "USD", new UnitPrice.Volume("USD", List.of(PriceTier.beyond(number("2")))),
                        "EUR", new UnitPrice.Volume("EUR", List.of(PriceTier.beyond(number("1"))))));
    }

    @Test
    void percentagesMinimumsAndOneOffsAreRead() {
        assertThat(terms("""
                        charges:
                          - {code: commission, kind: percentage, metric: sales, rate: 0.30}
                          - {code: least, title: The least, kind: minimum, price: {month: 500}}
                          - {code: setup, kind: one_off, price: 250, tax_category: services}
                        """).charges())
                .containsExactly(
                        new ChargeTerms.Percentage("commission", "commission", "standard", "sales", number("0.3")),
                        new ChargeTerms.Minimum(
                                "least",
                                "The least",
                                "standard",
                                Map.of(BillingInterval.MONTHLY, Map.of("USD", usd("500")))),
                        new ChargeTerms.OneOff("setup", "setup", "services", Map.of("USD", usd("250"))));
    }

    @Test
    void percentagesAloneAreInTheCurrencyOfTheDocument() {
        assertThat(terms("charges: [{code: a, kind: percentage, metric: sales, rate: 1}]")
                        .currencies())
                .containsExactly("USD");
    }

    @Test
    void whatIsOnRequestHasNoChargesAndAnyIntervals() {
        assertThat(PriceBookReader.read(GOOD).plan("enterprise").orElseThrow().terms(1))
                .contains(new PriceTerms(true, List.of(), List.of(), List.of()));
    }

    @Test
    void whatIsFreeHasNoChargesAndIsBilledByTheMonth() {
        assertThat(PriceBookReader.read(GOOD).plan("free").orElseThrow().terms(1))
                .contains(new PriceTerms(false, List.of(BillingInterval.MONTHLY), List.of(), List.of()));
    }

    @Test
    void anAddOnHasTheIntervalsOfThePlansThatItGoesWith() {
        AddOnPrices addOn = PriceBookReader.read(GOOD).addOn("stock_take").orElseThrow();

        assertThat(addOn.expiresAfterDays()).isEqualTo(30);
        assertThat(addOn.terms().intervals())
                .containsExactly(BillingInterval.MONTHLY, BillingInterval.QUARTERLY, BillingInterval.YEARLY);
        assertThat(((ChargeTerms.Recurring) addOn.terms().charges().get(0)).of(BillingInterval.YEARLY, "USD", 1))
                .isEqualTo(usd("108"));
    }

    @Test
    void anAddOnThatNamesNoPlansHasTheIntervalsOfAllOfThem() {
        String document = GOOD.replace("stock_take: {plans: [pro], ", "stock_take: {")
                .replace(
                        "versions: [{version: 1, billing: {}}]",
                        "versions: [{version: 1, billing: {intervals: [P2M]}}]");

        assertThat(PriceBookReader.read(document)
                        .addOn("stock_take")
                        .orElseThrow()
                        .terms()
                        .intervals())
                .containsExactly(
                        BillingInterval.months(2),
                        BillingInterval.MONTHLY,
                        BillingInterval.QUARTERLY,
                        BillingInterval.YEARLY);
    }

    @Test
    void jsonIsReadLikeYaml() {
        assertThat(PriceBookReader.read("""
                        {"format": 1, "billing": {"currency": "EUR"}, "plans": {"a": {"versions": [{"version": 1,
                          "billing": {"charges": [{"code": "base", "kind": "fixed", "price": 9.5}]}}]}}}
                        """)).isEqualTo(PriceBookReader.read("""
                        format: 1
                        billing: {currency: EUR}
                        plans: {a: {versions: [{version: 1, billing: {charges: [{code: base, kind: fixed, price: 9.50}]}}]}}
                        """));
    }

    @Test
    void equalNumbersMakeEqualTerms() {
        assertThat(terms("charges: [{code: a, kind: usage, metric: m, included: 1e1, price: 0.10}]"))
                .isEqualTo(terms("charges: [{code: a, kind: usage, metric: m, included: 10.0, price: 0.100}]"));
    }

    @Test
    void everyErrorIsToldAtOnceWithPathAndLine() {
        assertThat(errorsOf("""
                        format: 1
                        billing: {currency: DOLLAR, colour: red}
                        definitions:
                          users: {kind: limit, billing: {price: 3}}
                        plans:
                          pro:
                            billing: {rank: high, dunning: {cancel_after_days: 3}}
                            versions:
                              - version: 1
                                billing:
                                  intervals: [month, fortnight]
                                  charges:
                                    - {code: base, kind: fixed, price: {month: {EUR: -1}}}
                                    - {code: base, kind: fixed, price: {EUR: 1, USD: 1}}
                                    - {code: calls, kind: usage, metric: API, price: {EUR: 1, USD: 1}}
                                    - {code: share, kind: percentage, metric: sales, rate: 30}
                                    - {code: odd, kind: gift}
                              - billing: {price: 29, currency: USD, interval: month}
                        add_ons:
                          seats: {billing: {charges: [{kind: fixed, price: {USD: 1}}]}}
                        """))
                .extracting(CatalogueError::path, CatalogueError::line)
                .containsExactly(
                        tuple("billing.colour", 2),
                        tuple("billing.currency", 2),
                        tuple("definitions.users.billing", 4),
                        tuple("plans.pro.billing.rank", 7),
                        tuple("plans.pro.billing.dunning", 7),
                        tuple("plans.pro.versions[0].billing.intervals[1]", 11),
                        tuple("plans.pro.versions[0].billing.charges[0].price.month.EUR", 13),
                        tuple("plans.pro.versions[0].billing.charges[0].price.month", 13),
                        tuple("plans.pro.versions[0].billing.charges[1]", 14),
                        tuple("plans.pro.versions[0].billing.charges[2].metric", 15),
                        tuple("plans.pro.versions[0].billing.charges[3].rate", 16),
                        tuple("plans.pro.versions[0].billing.charges[4].kind", 17),
                        tuple("plans.pro.versions[1]", 18),
                        tuple("plans.pro.versions[1].billing.price", 18),
                        tuple("plans.pro.versions[1].billing.currency", 18),
                        tuple("plans.pro.versions[1].billing.interval", 18),
                        tuple("add_ons.seats.billing.charges[0]", 20));
    }

    @Test
    void theMessageNamesWhatIsMissing() {
        assertThat(errorsOf(GOOD.replace("{USD: 250, EUR: 240.50}", "250")))
                .singleElement()
                .hasToString(
                        "line 19, plans.pro.versions[1].billing.charges[3].price: has no price in EUR; every price is"
                                + " given in each of USD, EUR");
    }

    @Test
    void anAddOnWithTheCodeOfAPlanThatIsSoldIsRefused() {
        assertThat(errorsOf(GOOD.replace("stock_take: {plans", "pro: {plans")))
                .singleElement()
                .hasToString("line 25, add_ons.pro: has the code of plan 'pro', which is sold as well;"
                        + " give the add-on a code of its own");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "currency: USD | currency: XXX | billing.currency | Nobody can be billed",
                "currency: USD | currency: usd | billing.currency | There is no currency 'usd'",
                "currency: USD, | '' | add_ons.stock_take.billing.charges[0].price | names no currency",
                "trial_days: 10 | trial_days: -1 | billing.trial_days | one from 0 to 3650 is expected",
                "trial_days: 30 | trial_days: 3651 | plans.pro.billing.trial_days | one from 0 to 3650 is expected",
                "suspend_after_days: 20 | suspend_after_days: 2 | billing.dunning | restricted, then suspended",
                "restrict_after_days: 3 | 'retry_after_days: [3, 3]' | plans.pro.billing.dunning | rise from 1 on",
                "restrict_after_days: 3 | retry_after_days: 3 | plans.pro.billing.dunning.retry_after_days | a list is expected",
                "restrict_after_days: 3 | grace: 3 | plans.pro.billing.dunning.grace | is not known here",
                "family: main | family: Main plans | plans.pro.billing.family | is no name",
                "rank: 7 | rank: -7 | plans.pro.billing.rank | from 0 to 2147483647",
                "support: email | support: [email] | plans.pro.billing.support | a text is expected",
                "rank: 7 | weight: 7 | plans.pro.billing.weight | is not known here",
                "version: 2 | version: 0 | plans.pro.versions[1].version | one from 1 to",
                "- version: 1 | '- {version: 2, billing: {}}' | plans.pro.versions[1].version | is the second version 2",
                "annual_discount: 0.1 | annual_discount: 1 | plans.pro.versions[1].billing.annual_discount | less than 1",
                "annual_discount: 0.1 | annual_discount: -0.1 | plans.pro.versions[1].billing.annual_discount | less than 1",
                "on_request: true | on_request: yes please | plans.enterprise.versions[0].billing.on_request | true or false",
                "expires_after_days: 30 | expires_after_days: 0 | add_ons.stock_take.billing.expires_after_days | from 1 to",
                "'code: stock_take, kind: fixed' | 'code: least, kind: minimum' | add_ons.stock_take.billing.charges | is that of a plan",
                "format: 1 | format: 2 | format | reads format 1",
            })
    void aSectionThatCannotBeRightIsRefusedInWords(String good, String bad, String path, String said) {
        assertThat(GOOD).contains(good);

        assertThat(errorsOf(GOOD.replace(good, bad))).first().satisfies(error -> {
            assertThat(error.path()).isEqualTo(path);
            assertThat(error.message()).contains(said);
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "kind: fixed, price: 9.999 | charges[0].price | has at most 2 decimals",
                "kind: fixed, price: -9 | charges[0].price | a price is 0 or more",
                "kind: fixed, price: '9' | charges[0].price | is the text '9', but a number is expected",
                "kind: fixed, price: 1e99 | charges[0].price | at most 40 digits",
                "kind: fixed, price: .nan | charges[0].price | a number is expected",
                "kind: fixed, price: {} | charges[0].price | a price is expected",
                "kind: fixed, price: {usd: 9} | charges[0].price.usd | neither an interval",
                "kind: fixed, price: {monthly: 9} | charges[0].price.monthly | neither an interval",
                "kind: fixed, price: {month: 9, P1M: 9} | charges[0].price.P1M | is the second price for month",
                "kind: fixed, price: {month: 9, year: 90} | charges[0].price | but the intervals that can be chosen are month",
                "kind: fixed, price: {quarter: 9} | charges[0].price | none for a month that it could be derived from",
                "kind: fixed, price: {month: {month: 9}} | charges[0].price.month.month | There is no currency 'month'",
                "kind: fixed, price: {QQQ: 9} | charges[0].price.QQQ | There is no currency 'QQQ'",
                "kind: fixed | charges[0] | has no 'price'",
                "kind: fixed, price: 9, included: 3 | charges[0].included | is not known here",
                "kind: fixed, price: 9, title: 3 | charges[0].title | a text is expected",
                "kind: fixed, price: 9, tax_category: '' | charges[0].tax_category | a text is expected",
                "kind: per_seat, price: 9, included: -1 | charges[0].included | includes 0 or more",
                "kind: per_seat, price: 9, included: 1.5 | charges[0].included | a whole number is expected",
                "kind: one_off, price: {month: 9} | charges[0].price.month | There is no currency 'month'",
                "kind: one_off, price: 9.999 | charges[0].price | has at most 2 decimals",
                "kind: minimum, price: 9.999 | charges[0].price | has at most 2 decimals",
                "kind: usage, price: 9 | charges[0] | has no 'metric'",
                "kind: usage, metric: Calls, price: 9 | charges[0].metric | which is no name",
                "kind: usage, metric: m, price: -0.1 | charges[0].price | a price is 0 or more",
                "kind: usage, metric: m, included: -1, price: 1 | charges[0].included | what is included is 0 or more",
                "kind: usage, metric: m, model: free, price: 1 | charges[0].model | one of flat, graduated, volume, package",
                "kind: usage, metric: m, model: package, price: 1 | charges[0] | has no 'size'",
                "kind: usage, metric: m, model: package, size: 0, price: 1 | charges[0].size | more than 0 units",
                "kind: usage, metric: m, model: volume, price: 1 | charges[0].price | is not known here",
                "kind: usage, metric: m, model: volume, tiers: 1 | charges[0].tiers | a list is expected",
                "kind: usage, metric: m, model: volume, tiers: [] | charges[0].tiers | The last tier is for all that is more",
                "kind: usage, metric: m, model: volume, tiers: [{up_to: 1}] | charges[0].tiers[0] | has no 'price'",
                "kind: usage, metric: m, model: volume, tiers: [{up_to: 0, price: 1}] | charges[0].tiers[0] | ends at more than 0",
                "kind: usage, metric: m, model: volume, tiers: [{price: 1, flat: -1}] | charges[0].tiers[0].flat | 0 or more",
                "kind: usage, metric: m, model: graduated, tiers: [{up_to: 9, price: 1}, {up_to: 9, price: 1}, {price: 1}]"
                        + " | charges[0].tiers | ends above the one before",
                "kind: percentage, metric: m, rate: 0 | charges[0].rate | more than 0 and at most 1",
                "kind: percentage, metric: m, rate: 1.01 | charges[0].rate | more than 0 and at most 1",
                "kind: percentage, metric: m | charges[0] | has no 'rate'",
                "kind: percentage, rate: 1 | charges[0] | has no 'metric'",
                "price: 9 | charges[0] | has no 'kind', which is one of fixed, per_seat, usage, percentage, minimum, one_off",
                "kind: fixed, price: 9, unit: call | charges[0].unit | is not known here",
            })
    void aChargeThatCannotBeRightIsRefusedInWords(String charge, String path, String said) {
        assertThat(errorsOfTerms("charges: [{code: a, " + charge + "}]"))
                .first()
                .satisfies(error -> {
                    assertThat(error.path()).isEqualTo(path);
                    assertThat(error.message()).contains(said);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "intervals: [] | intervals | an interval is needed",
                "intervals: month | intervals | a list is expected",
                "intervals: [month, P1M] | intervals[1] | is there twice: month",
                "intervals: [P0D] | intervals[0] | a period of 1 to 1200",
                "intervals: [P1M2D] | intervals[0] | a period of 1 to 1200",
                "intervals: [P1201M] | intervals[0] | a period of 1 to 1200",
                "intervals: [month], annual_discount: 0.1 | annual_discount | is for a year",
                "currencies: [USD, USD] | currencies[1] | is there twice: USD",
                "currencies: [BTC] | currencies[0] | There is no currency 'BTC'",
                "charges: {code: a} | charges | a list is expected",
                "charges: [{code: A, kind: fixed, price: 1}] | charges[0].code | which is no name",
                "charges: [{code: a, kind: fixed, price: 1}, {code: a, kind: fixed, price: 1}] | charges[1]"
                        + " | is the second charge called 'a'",
                "charges: [{code: a, kind: minimum, price: 1}, {code: b, kind: minimum, price: 1}] | charges[1]"
                        + " | is the second minimum",
                "currencies: [EUR], charges: [{code: a, kind: one_off, price: {EUR: 1, USD: 1}}] | charges[0].price"
                        + " | has a price in USD, but the currencies that can be chosen are EUR",
                "intervals: [month, P45D], charges: [{code: a, kind: fixed, price: 1}] | charges[0].price"
                        + " | has no price for P45D; it is needed",
                "intervals: [year], charges: [{code: a, kind: fixed, price: 9000000000000000}] | charges[0].price"
                        + " | do not fit into 64 bits",
                "intervals: [year], charges: [{code: a, kind: fixed, price: {month: 1, year: 9}}] | charges[0].price"
                        + " | has a price for month, but the intervals that can be chosen are year",
                "on_request: true | on_request | has no place in what was agreed",
                "price: 29 | price | is not known here; known are on_request, intervals, currencies, annual_discount, charges",
            })
    void termsThatCannotBeRightAreRefusedInWords(String terms, String path, String said) {
        // Behind a mark of YAML, since what begins with a brace is read as JSON.
        assertThat(errorsOfTerms("---\n{" + terms + "}")).first().satisfies(error -> {
            assertThat(error.path()).isEqualTo(path);
            assertThat(error.message()).contains(said);
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"charges: [{code: a, kind: fixed, price: {EUR: 1}}]", "annual_discount: 0.1"})
    void nothingIsPricedBesideOnRequest(String beside) {
        assertThat(errorsOf("plans: {a: {versions: [{version: 1, billing: {on_request: true, " + beside + "}}]}}"))
                .singleElement()
                .satisfies(error -> assertThat(error.message()).contains("cannot be beside on_request"));
    }

    @Test
    void anAddOnIsNotBlamedForThePlansItGoesWith() {
        assertThat(errorsOf(GOOD.replace("[month, quarter, year]", "[month, quarter, yearly]")
                        .replace(
                                "{code: stock_take, kind: fixed, price: 9}",
                                "{code: s, kind: fixed, price: {month: 9, year: 90}}")))
                .extracting(CatalogueError::path)
                .containsExactly("plans.pro.versions[1].billing.intervals[2]");
    }

    @Test
    void whatWasAgreedIsInACurrencyThatExists() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PriceBookReader.readNegotiated("charges: []", "BTC"))
                .withMessageContaining("BTC");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "- a", "5", "{", "format: 1\nformat: 1", "a: &x 1\nb: *x"})
    void aDocumentThatCannotBeReadIsRefused(String document) {
        assertThat(errorsOf(document)).isNotEmpty();
        assertThat(errorsOfTerms(document)).isNotEmpty();
    }

    @Test
    void damagedDocumentsAreRefusedOrReadButNeverFailOtherwise() {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 3_000; i++) {
            StringBuilder damaged = new StringBuilder(GOOD);
            for (int j = random.nextInt(4); j >= 0; j--) {
                int place = random.nextInt(damaged.length());
                char other = "{}[]:-,&*'\"\n\t 09ez\u0000\u00e9".charAt(random.nextInt(20));
                if (random.nextBoolean()) {
                    damaged.setCharAt(place, other);
                } else {
                    damaged.delete(place, Math.min(damaged.length(), place + random.nextInt(20)));
                }
            }
            try {
                PriceBookReader.read(damaged.toString());
            } catch (InvalidCatalogueException refused) {
                assertThat(refused.errors()).isNotEmpty();
            }
        }
    }
}
