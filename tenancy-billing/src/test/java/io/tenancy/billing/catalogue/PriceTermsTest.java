package io.tenancy.billing.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.price.PriceTier;
import io.tenancy.billing.price.UnitPrice;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Terms that are made by code are held to what documents are held to. */
class PriceTermsTest {

    private static final Money TEN = Money.ofMinor(1_000, "EUR");
    private static final List<BillingInterval> MONTH = List.of(BillingInterval.MONTHLY);
    private static final List<String> EUR = List.of("EUR");

    private static ChargeTerms.Recurring fixed(String code) {
        return new ChargeTerms.Recurring(
                code, "Fee", "standard", false, 0, Map.of(BillingInterval.MONTHLY, Map.of("EUR", TEN)));
    }

    private static ChargeTerms.Minimum minimum(String code) {
        return new ChargeTerms.Minimum(code, "Least", "standard", Map.of(BillingInterval.MONTHLY, Map.of("EUR", TEN)));
    }

    private static ChargeTerms.Usage usage(Map<String, UnitPrice> prices) {
        return new ChargeTerms.Usage("calls", "Calls", "standard", "calls", BigDecimal.ZERO, prices);
    }

    private static void assertRefused(Runnable made, String said) {
        assertThatIllegalArgumentException().isThrownBy(made::run).withMessageContaining(said);
    }

    @Test
    void everyChargeHasExactlyThePricesThatCanBeChosen() {
        List<ChargeTerms> charges = List.of(fixed("base"));

        assertThat(new PriceTerms(false, MONTH, EUR, charges).charges()).isEqualTo(charges);
        assertRefused(
                () -> new PriceTerms(false, List.of(BillingInterval.MONTHLY, BillingInterval.YEARLY), EUR, charges),
                "has prices for the intervals");
        assertRefused(() -> new PriceTerms(false, MONTH, List.of("EUR", "USD"), charges), "for the currencies [EUR]");
        assertRefused(() -> new PriceTerms(false, MONTH, List.of("USD"), charges), "for the currencies [EUR]");
        assertRefused(
                () -> new PriceTerms(false, MONTH, List.of("USD"), List.of(minimum("least"))),
                "for the currencies [EUR]");
        assertRefused(
                () -> new PriceTerms(
                        false,
                        MONTH,
                        List.of("USD"),
                        List.of(new ChargeTerms.OneOff("setup", "Setup", "standard", Map.of("EUR", TEN)))),
                "for the currencies [EUR]");
        assertRefused(
                () -> new PriceTerms(
                        false,
                        MONTH,
                        List.of("USD"),
                        List.of(usage(Map.of("EUR", new UnitPrice.Flat("EUR", BigDecimal.ONE))))),
                "for the currencies [EUR]");
    }

    @Test
    void somethingCanBeChosenAndNothingTwice() {
        assertRefused(() -> new PriceTerms(false, List.of(), EUR, List.of()), "No interval can be chosen");
        assertRefused(() -> new PriceTerms(false, MONTH, List.of(), List.of(fixed("a"))), "no currency can be chosen");
        assertRefused(
                () -> new PriceTerms(
                        false, List.of(BillingInterval.YEARLY, BillingInterval.months(12)), EUR, List.of()),
                "each there once");
        assertRefused(() -> new PriceTerms(false, MONTH, List.of("EUR", "EUR"), List.of()), "each there once");
        assertRefused(() -> new PriceTerms(false, MONTH, List.of("BTC"), List.of()), "There is no currency 'BTC'");
    }

    @Test
    void chargesHaveCodesOfTheirOwnAndOneMinimumAtMost() {
        assertRefused(() -> new PriceTerms(false, MONTH, EUR, List.of(fixed("a"), fixed("a"))), "codes of charges");
        assertRefused(() -> new PriceTerms(false, MONTH, EUR, List.of(minimum("a"), minimum("b"))), "two minimums");
    }

    @Test
    void whatIsOnRequestHasNoCharges() {
        assertRefused(() -> new PriceTerms(true, MONTH, EUR, List.of(fixed("a"))), "on request has no charges");
    }

    @Test
    void usageIsOfOneModelAndOneSizeOfPackageInEveryCurrency() {
        assertRefused(
                () -> usage(Map.of(
                        "EUR", new UnitPrice.Flat("EUR", BigDecimal.ONE),
                        "USD", new UnitPrice.Volume("USD", List.of(PriceTier.beyond(BigDecimal.ONE))))),
                "prices of different models");
        assertRefused(
                () -> usage(Map.of(
                        "EUR", new UnitPrice.PerPackage("EUR", BigDecimal.ONE, BigDecimal.ONE),
                        "USD", new UnitPrice.PerPackage("USD", BigDecimal.TEN, BigDecimal.ONE))),
                "one size in every currency");
        assertThat(usage(Map.of(
                                "EUR", new UnitPrice.PerPackage("EUR", new BigDecimal("10.0"), BigDecimal.ONE),
                                "USD", new UnitPrice.PerPackage("USD", BigDecimal.TEN, BigDecimal.ONE)))
                        .prices())
                .hasSize(2);
    }

    @Test
    void aPriceIsInTheCurrencyThatItIsFiledUnderAndNotNegative() {
        assertRefused(
                () -> new ChargeTerms.OneOff("setup", "Setup", "standard", Map.of("USD", TEN)),
                "has a price in EUR where the one in USD belongs");
        assertRefused(
                () -> new ChargeTerms.OneOff("setup", "Setup", "standard", Map.of("EUR", TEN.negated())),
                "a price is 0 or more");
    }

    @Test
    void namesTextsAndSeatsOfChargesAreHeldToTheGrammar() {
        assertRefused(() -> fixed("Base fee"), "The code of a charge is 'Base fee'");
        assertRefused(
                () -> new ChargeTerms.OneOff("setup", " ", "standard", Map.of("EUR", TEN)),
                "a title and a tax category");
        assertRefused(
                () -> new ChargeTerms.Recurring("a", "a", "standard", false, 3, Map.of()), "any other includes none");
        assertRefused(() -> new ChargeTerms.Percentage("a", "a", "standard", "A metric", BigDecimal.ONE), "must match");
        assertRefused(
                () -> new ChargeTerms.Percentage("a", "a", "standard", "sales", new BigDecimal("1e-41")),
                "at most 40 digits");
    }

    @Test
    void daysAndRanksAreWithinBounds() {
        assertRefused(
                () -> new PlanPrices("a", null, 1, -1, null, null, DunningPolicy.DEFAULT, Map.of()),
                "-1 days of trial");
        assertRefused(
                () -> new PlanPrices("a", null, -1, 1, null, null, DunningPolicy.DEFAULT, Map.of()), "to have rank -1");
        assertRefused(
                () -> new AddOnPrices("a", 0, new PriceTerms(false, MONTH, List.of(), List.of())), "to last 0 days");
        assertRefused(() -> new DunningPolicy(List.of(), List.of(), 1, 2, 3_651), "one was 3651");
        assertRefused(() -> new DunningPolicy(List.of(4_000), List.of(), 1, 2, 3), "one was 4000");
    }
}
