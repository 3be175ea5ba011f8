package io.tenancy.billing.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.billing.Money;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.entitlement.CatalogueReader;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The prices of five products, each against the number in the product's description. */
class SeedCatalogueTest {

    private static String document(String product) {
        try (InputStream file =
                SeedCatalogueTest.class.getResourceAsStream("/io/tenancy/billing/catalogues/" + product + ".yaml")) {
            return new String(Objects.requireNonNull(file, product).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static PriceTerms terms(String product, String plan) {
        return PriceBookReader.read(document(product))
                .plan(plan)
                .flatMap(prices -> prices.terms(1))
                .orElseThrow();
    }

    private static ChargeTerms charge(PriceTerms terms, String code) {
        return terms.charges().stream()
                .filter(each -> each.code().equals(code))
                .findFirst()
                .orElseThrow();
    }

    private static Money used(String product, String plan, String code, String quantity) {
        ChargeTerms.Usage usage = (ChargeTerms.Usage) charge(terms(product, plan), code);
        return Objects.requireNonNull(usage.prices().get("USD")).beyond(new BigDecimal(quantity), usage.included());
    }

    @ParameterizedTest
    @ValueSource(strings = {"healthcare-cms", "developer-portal", "pharmacy", "hospital", "chat"})
    void oneDocumentIsReadByBothReaders(String product) {
        PriceBook book = PriceBookReader.read(document(product));

        assertThat(CatalogueReader.read(document(product)).plans())
                .allSatisfy(plan -> assertThat(book.plan(plan.code()))
                        .hasValueSatisfying(
                                prices -> assertThat(prices.versions()).containsOnlyKeys(1)));
        assertThat(CatalogueReader.read(document(product)).addOns())
                .extracting(addOn -> addOn.code())
                .containsAll(book.addOns().keySet());
    }

    @ParameterizedTest
    @CsvSource({
        "healthcare-cms, starter, 299.00, 3229.20", // 12 x 299 less 10 %
        "healthcare-cms, professional, 999.00, 10789.20",
        "developer-portal, starter, 29.00,",
        "developer-portal, professional, 99.00,",
        "developer-portal, enterprise, 500.00,",
        "pharmacy, starter, 99.00, 990.00",
        "pharmacy, professional, 299.00, 2990.00",
        "hospital, basic, 99.00,",
        "hospital, advanced, 299.00,",
        "hospital, premium, 599.00,",
        "chat, starter, 197.00, 2364.00",
        "chat, professional, 497.00, 5964.00",
        "chat, business, 997.00, 11964.00",
        "chat, whitelabel, 2997.00, 35964.00",
    })
    void theBasePriceIsThatOfTheDescription(String product, String plan, String month, String year) {
        PriceTerms terms = terms(product, plan);
        String currency = product.equals("chat") ? "BRL" : "USD";
        ChargeTerms.Recurring base = (ChargeTerms.Recurring) charge(terms, "base");

        assertThat(base.of(BillingInterval.MONTHLY, currency, 3)).hasToString(currency + " " + month);
        if (year == null) {
            assertThat(terms.intervals()).containsExactly(BillingInterval.MONTHLY);
        } else {
            assertThat(base.of(BillingInterval.YEARLY, currency, 3)).hasToString(currency + " " + year);
        }
    }

    @ParameterizedTest
    @CsvSource({"healthcare-cms, enterprise", "pharmacy, enterprise", "chat, enterprise"})
    void whatTheDescriptionNamesNoPriceOfIsOnRequest(String product, String plan) {
        assertThat(terms(product, plan).onRequest()).isTrue();
    }

    @Test
    void theHealthcareMarketplaceTakesThirtyPercent() {
        ChargeTerms.Percentage commission =
                (ChargeTerms.Percentage) charge(terms("healthcare-cms", "professional"), "commission");

        assertThat(Money.rounded(new BigDecimal("199.99").multiply(commission.rate()), "USD"))
                .hasToString("USD 60.00");
    }

    @Test
    void thePortalChargesForUsersBeyondFifty() {
        ChargeTerms.Recurring users =
                (ChargeTerms.Recurring) charge(terms("developer-portal", "professional"), "users");

        assertThat(users.of(BillingInterval.MONTHLY, "USD", 50)).hasToString("USD 0.00");
        assertThat(users.of(BillingInterval.MONTHLY, "USD", 53)).hasToString("USD 45.00");
    }

    @Test
    void thePortalChargesForStorageBeyondFiftyGigabytes() {
        assertThat(used("developer-portal", "professional", "storage", "50")).hasToString("USD 0.00");
        assertThat(used("developer-portal", "professional", "storage", "62.5")).hasToString("USD 25.00");
    }

    @Test
    void theHospitalIncludesTenGigabytes() {
        assertThat(used("hospital", "advanced", "storage", "10")).hasToString("USD 0.00");
        assertThat(used("hospital", "advanced", "storage", "37.5")).hasToString("USD 2.75");
        assertThat(used("hospital", "advanced", "storage", "10.05")).hasToString("USD 0.01");
    }

    @Test
    void modulesOfThePharmacyAreAddOnsForTheIntervalsOfItsPlans() {
        PriceTerms stockTake = PriceBookReader.read(document("pharmacy"))
                .addOn("stock_take")
                .orElseThrow()
                .terms();

        assertThat(stockTake.intervals()).containsExactly(BillingInterval.MONTHLY, BillingInterval.YEARLY);
        assertThat(((ChargeTerms.Recurring) charge(stockTake, "module")).of(BillingInterval.YEARLY, "USD", 1))
                .hasToString("USD 290.00");
    }

    @Test
    void thePharmacyIsTriedForFourteenDaysAndWaitsSevenForAPayment() {
        PlanPrices starter =
                PriceBookReader.read(document("pharmacy")).plan("starter").orElseThrow();

        assertThat(starter.trialDays()).isEqualTo(14);
        assertThat(starter.dunning()).isEqualTo(DunningPolicy.DEFAULT);
    }

    @Test
    void plansOfOneFamilyAreExchangedForEachOtherByRank() {
        PriceBook chat = PriceBookReader.read(document("chat"));

        assertThat(chat.changesFrom("professional")).containsExactly("starter", "business", "enterprise");
        assertThat(chat.changesFrom("whitelabel")).isEmpty();
    }
}
