package io.tenancy.billing.tax;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TaxTableTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** Rates of these tests, not of the countries. */
    private static TaxTable.Builder rates() {
        return TaxTable.builder()
                .rate(TaxRate.onTop("DE", "VAT", share("0.19")))
                .rate(TaxRate.onTop("DE", "VAT", share("0.07")).of("reduced"))
                .rate(TaxRate.onTop("FR", "TVA", share("0.20")))
                .rate(TaxRate.onTop("FR", "TVA", share("0.055")).of("reduced"))
                .rate(TaxRate.onTop("GR", "VAT", share("0.24")))
                .rate(TaxRate.onTop("GB", "VAT", share("0.2")))
                .rate(TaxRate.included("CH", "MWST", share("0.081")))
                .rate(TaxRate.onTop("US", "Sales tax", share("0")))
                .rate(TaxRate.onTop("US-CA", "Sales tax", share("0.0725")));
    }

    private static BigDecimal share(String rate) {
        return new BigDecimal(rate);
    }

    private static Tax taxOf(TaxTable table, String seller, Buyer buyer) {
        return taxOf(table, seller, buyer, TaxCase.STANDARD, NOW);
    }

    private static Tax taxOf(TaxTable table, String seller, Buyer buyer, String category, Instant at) {
        return table.taxOf(new TaxCase(Seller.of("ltd", "Seller", seller), buyer, category, at));
    }

    private static Buyer buyer(String country) {
        return Buyer.of("Acme", country, ZoneId.of("UTC"));
    }

    private static Buyer inRegion(String country, String region) {
        return new Buyer("Acme", List.of(), country, region, null, null, null, ZoneId.of("UTC"));
    }

    private static Buyer exempt(String country, @Nullable String vatId, String reason) {
        return new Buyer("Acme", List.of(), country, null, vatId, reason, null, ZoneId.of("UTC"));
    }

    private static Tax onTop(String name, String rate) {
        return Tax.onTop(name, share(rate));
    }

    private static void assertNothing(Tax tax, String why) {
        assertThat(tax).isEqualTo(onTop(why, "0"));
    }

    @Test
    void anExemptBuyerPaysNoTaxWhateverElseHolds() {
        TaxTable table = rates().oneStopShop().build();

        assertNothing(taxOf(table, "DE", exempt("DE", null, "certificate 7-11")), "exempt: certificate 7-11");
        assertNothing(taxOf(table, "DE", exempt("FR", "FR40303265045", "embassy")), "exempt: embassy");
        assertNothing(taxOf(table, "DE", exempt("JP", null, "treaty")), "exempt: treaty");
    }

    @Test
    void inTheSellersCountryItsRateIsLeviedOnBusinessesToo() {
        TaxTable table = rates().build();

        assertThat(taxOf(table, "DE", buyer("DE"))).isEqualTo(onTop("VAT 19 %", "0.19"));
        assertThat(taxOf(table, "DE", buyer("DE").withVatId("DE129274202"))).isEqualTo(onTop("VAT 19 %", "0.19"));
        assertThat(taxOf(table, "GB", buyer("GB"))).isEqualTo(onTop("VAT 20 %", "0.2"));
    }

    @Test
    void eachCategoryHasItsRate() {
        TaxTable table = rates().build();

        assertThat(taxOf(table, "DE", buyer("DE"), "reduced", NOW)).isEqualTo(onTop("VAT 7 %", "0.07"));
        assertThat(taxOf(table, "FR", buyer("FR"), "reduced", NOW)).isEqualTo(onTop("TVA 5.5 %", "0.055"));
    }

    @Test
    void aRateThatPricesHaveInThemSaysSo() {
        assertThat(taxOf(rates().build(), "CH", buyer("CH"))).isEqualTo(Tax.included("MWST 8.1 %", share("0.081")));
    }

    @Test
    void aRegionHasItsOwnRateOrThatOfItsCountry() {
        TaxTable table = rates().build();

        assertThat(taxOf(table, "US", inRegion("US", "US-CA"))).isEqualTo(onTop("Sales tax 7.25 %", "0.0725"));
        assertThat(taxOf(table, "US", inRegion("US", "US-OR"))).isEqualTo(onTop("Sales tax 0 %", "0"));
        assertThat(taxOf(table, "US", buyer("US"))).isEqualTo(onTop("Sales tax 0 %", "0"));
    }

    @Test
    void aBusinessInAnotherStateOfTheUnionOwesTheTaxItself() {
        assertNothing(taxOf(rates().build(), "DE", buyer("FR").withVatId("FR 40 303 265 045")), "reverse charge");
        assertNothing(taxOf(rates().build(), "DE", buyer("GR").withVatId("el 094019245")), "reverse charge");
        assertNothing(
                taxOf(rates().oneStopShop().build(), "DE", buyer("FR").withVatId("FR40303265045")), "reverse charge");
        assertNothing(
                taxOf(rates().registeredIn("FR").build(), "DE", buyer("FR").withVatId("FR40303265045")),
                "reverse charge");
    }

    @ParameterizedTest
    @ValueSource(strings = {"FR41303265045", "DE129274202", "not a number", ""})
    void aVatIdThatIsWrongOrOfAnotherCountryIsNone(String vatId) {
        TaxTable table = rates().oneStopShop().build();

        assertThat(taxOf(table, "DE", buyer("FR").withVatId(vatId))).isEqualTo(onTop("TVA 20 %", "0.20"));
    }

    @Test
    void aConsumerInAnotherStateOfTheUnionPaysTheSellersRateUnlessTheSellerUsesTheOneStopShopOrIsRegisteredThere() {
        assertThat(taxOf(rates().build(), "DE", buyer("FR"))).isEqualTo(onTop("VAT 19 %", "0.19"));
        assertThat(taxOf(rates().oneStopShop().build(), "DE", buyer("FR"))).isEqualTo(onTop("TVA 20 %", "0.20"));
        assertThat(taxOf(rates().registeredIn("FR").build(), "DE", buyer("FR"))).isEqualTo(onTop("TVA 20 %", "0.20"));
        assertThat(taxOf(rates().registeredIn("GR").build(), "DE", buyer("FR"))).isEqualTo(onTop("VAT 19 %", "0.19"));
    }

    @ParameterizedTest
    @CsvSource({"DE, US", "DE, GB", "DE, CH", "GB, DE", "US, FR", "US, GB", "CH, DE", "DE, AX", "DE, GP"})
    void outsideOfTheSellersTaxAreaNothingIsLeviedWhereItIsNotRegistered(String seller, String buyer) {
        assertNothing(taxOf(rates().build(), seller, buyer(buyer)), "outside of scope");
    }

    @Test
    void outsideOfTheSellersTaxAreaTheBuyersRateIsLeviedWhereItIsRegistered() {
        assertThat(taxOf(rates().registeredIn("GB").build(), "DE", buyer("GB"))).isEqualTo(onTop("VAT 20 %", "0.2"));
        assertThat(taxOf(rates().registeredIn("CH").build(), "DE", buyer("CH")))
                .isEqualTo(Tax.included("MWST 8.1 %", share("0.081")));
        assertThat(taxOf(rates().registeredIn("FR").build(), "US", buyer("FR"))).isEqualTo(onTop("TVA 20 %", "0.20"));
        assertThat(taxOf(rates().oneStopShop().build(), "US", buyer("FR"))).isEqualTo(onTop("TVA 20 %", "0.20"));
        assertNothing(taxOf(rates().oneStopShop().build(), "US", buyer("GB")), "outside of scope");
    }

    @Test
    void aRegistrationOfARegionIsOfNoOther() {
        TaxTable table = rates().registeredIn("US-CA").build();

        assertThat(taxOf(table, "DE", inRegion("US", "US-CA"))).isEqualTo(onTop("Sales tax 7.25 %", "0.0725"));
        assertNothing(taxOf(table, "DE", inRegion("US", "US-OR")), "outside of scope");
        assertNothing(taxOf(table, "DE", buyer("US")), "outside of scope");
    }

    @Test
    void aBusinessOfTheUnionOrOfGreatBritainOwesTheTaxItselfWhereverTheSellerIsRegistered() {
        assertNothing(
                taxOf(rates().oneStopShop().build(), "US", buyer("FR").withVatId("FR40303265045")), "reverse charge");
        assertNothing(
                taxOf(rates().registeredIn("GB").build(), "DE", buyer("GB").withVatId("GB220430231")),
                "reverse charge");
        assertThat(taxOf(rates().registeredIn("CH").build(), "DE", buyer("CH").withVatId("CHE-105.909.036 MWST")))
                .isEqualTo(Tax.included("MWST 8.1 %", share("0.081")));
    }

    @Test
    void northernIrelandIsOfGreatBritain() {
        TaxTable table = rates().registeredIn("GB").build();

        assertNothing(taxOf(table, "IE", buyer("GB").withVatId("XI432525179")), "reverse charge");
        assertNothing(taxOf(rates().build(), "IE", buyer("GB").withVatId("XI432525179")), "outside of scope");
    }

    @Test
    void monacoIsTaxedAsFranceAndTheIsleOfManAsGreatBritain() {
        assertThat(taxOf(rates().build(), "FR", buyer("MC"))).isEqualTo(onTop("TVA 20 %", "0.20"));
        assertThat(taxOf(rates().build(), "IM", buyer("GB"))).isEqualTo(onTop("VAT 20 %", "0.2"));
        assertNothing(taxOf(rates().build(), "DE", buyer("MC").withVatId("FR16000063601")), "reverse charge");
    }

    @Test
    void aRateThatChangesHoldsFromMidnightOfItsZoneOn() {
        TaxTable table = TaxTable.builder()
                .rate(TaxRate.onTop("DE", "VAT", share("0.19")))
                .rate(TaxRate.onTop("DE", "VAT", share("0.21")).from(LocalDate.of(2027, 1, 1), BERLIN))
                .build();
        Instant midnight = Instant.parse("2026-12-31T23:00:00Z");

        assertThat(taxOf(table, "DE", buyer("DE"), "standard", midnight.minusNanos(1)))
                .isEqualTo(onTop("VAT 19 %", "0.19"));
        assertThat(taxOf(table, "DE", buyer("DE"), "standard", midnight)).isEqualTo(onTop("VAT 21 %", "0.21"));
        assertThat(taxOf(table, "DE", buyer("DE"), "standard", Instant.parse("2030-01-01T00:00:00Z")))
                .isEqualTo(onTop("VAT 21 %", "0.21"));
    }

    @Test
    void anUnknownCategoryIsRefusedAndTheKnownOnesAreTold() {
        TaxTable table = rates().build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> taxOf(table, "DE", buyer("DE"), "books", NOW))
                .withMessageContaining("no category 'books', but [reduced, standard]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> taxOf(table, "DE", exempt("JP", null, "treaty"), "Standard", NOW));
    }

    @Test
    void aRateThatIsOwedAndMissingIsToldWithItsRow() {
        assertThatIllegalStateException()
                .isThrownBy(() -> taxOf(rates().build(), "IT", buyer("IT")))
                .withMessageContaining("no rate for IT in category 'standard' at 2026-06-01T12:00:00Z")
                .withMessageContaining("the seller 'ltd' has to charge Acme");
        assertThatIllegalStateException()
                .isThrownBy(() -> taxOf(rates().oneStopShop().build(), "DE", buyer("ES")))
                .withMessageContaining("no rate for ES");
        assertThatIllegalStateException()
                .isThrownBy(() -> taxOf(rates().build(), "GB", buyer("GB"), "reduced", NOW))
                .withMessageContaining("no rate for GB in category 'reduced'");
        TaxTable ofRegion = TaxTable.builder()
                .rate(TaxRate.onTop("US-CA", "Sales tax", share("0.0725")))
                .build();
        assertThatIllegalStateException()
                .isThrownBy(() -> taxOf(ofRegion, "US", inRegion("US", "US-NY")))
                .withMessageContaining("no rate for US-NY or US");
    }

    @Test
    void aRateThatHasNotBegunIsMissing() {
        TaxTable table = TaxTable.builder()
                .rate(TaxRate.onTop("DE", "VAT", share("0.21")).from(LocalDate.of(2027, 1, 1), BERLIN))
                .build();

        assertThatIllegalStateException().isThrownBy(() -> taxOf(table, "DE", buyer("DE")));
    }

    @Test
    void aBuyerWithAnExemptionWithoutReasonOrARegionOfAnotherCountryIsRefused() {
        TaxTable table = rates().build();

        assertThatIllegalArgumentException()
                .isThrownBy(() -> taxOf(table, "DE", exempt("DE", null, " ")))
                .withMessageContaining("The exemption of Acme has no reason");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> taxOf(table, "US", inRegion("US", "CA")))
                .withMessageContaining("such as US-CA of US, but was 'CA'");
        assertThatIllegalArgumentException().isThrownBy(() -> taxOf(table, "US", inRegion("US", "USA-CA")));
    }

    @Test
    void aTableThatContradictsItselfOrLacksWhatItNeedsIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaxTable.builder().build())
                .withMessageContaining("TaxPolicy.NONE");
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        rates().rate(TaxRate.onTop("DE", "VAT", share("0.2"))).build())
                .withMessageContaining("Two rates of DE in category 'standard' begin at the same time");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> rates().registeredIn("NO").build())
                .withMessageContaining("registered in NO, but the table has no rate for it");
    }

    @ParameterizedTest
    @ValueSource(strings = {"EL", "XX", "de", "", "D", "DEU", "DE-", "US-california", "EL-A"})
    void aPlaceThatIsNoneIsRefused(String place) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaxRate.onTop(place, "VAT", share("0.1")))
                .withMessageContaining("ISO 3166");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaxTable.builder().registeredIn(place))
                .withMessageContaining("but was '" + place + "'");
    }

    @Test
    void aPlaceThatIsTaxedAsAnotherHasNoRateOfItsOwn() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaxRate.onTop("MC", "TVA", share("0.2")))
                .withMessageContaining("taxed as if it were FR");
    }

    @Test
    void aRateThatIsAPercentageIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaxRate.onTop("DE", "VAT", share("7")))
                .withMessage("The rate of 'VAT' in DE was 7, but is a share of 0 to 1: 0.07 for 7 %");
        assertThatIllegalArgumentException().isThrownBy(() -> TaxRate.onTop("DE", "VAT", share("-0.01")));
        assertThatIllegalArgumentException().isThrownBy(() -> TaxRate.onTop("DE", " ", share("0.1")));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TaxRate.onTop("DE", "VAT", share("0.1")).of(""));
    }

    @Test
    void aTableStaysAsItWasWhenItsBuilderGoesOn() {
        TaxTable.Builder builder = rates();
        TaxTable table = builder.build();
        builder.oneStopShop().registeredIn("GB");

        assertThat(taxOf(table, "DE", buyer("FR"))).isEqualTo(onTop("VAT 19 %", "0.19"));
        assertNothing(taxOf(table, "DE", buyer("GB")), "outside of scope");
    }
}
