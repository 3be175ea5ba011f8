package io.tenancy.billing.price;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnitPriceTest {

    private static final List<PriceTier> TIERS = List.of(
            PriceTier.upTo(number("10"), number("1.5")),
            PriceTier.upTo(number("110"), number("1.0")),
            PriceTier.beyond(number("0.5")));

    private static BigDecimal number(String text) {
        return new BigDecimal(text);
    }

    private static Money usd(String amount) {
        return Money.of(number(amount), "USD");
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00", "1, 1.50", "10, 15.00", "11, 16.00", "110, 115.00", "111, 115.50", "10.5, 15.50"})
    void graduatedUnitsCostWhatTheirOwnTierSays(BigDecimal quantity, String price) {
        assertThat(new UnitPrice.Graduated("USD", TIERS).of(quantity)).isEqualTo(usd(price));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00", "1, 1.50", "10, 15.00", "11, 11.00", "110, 110.00", "111, 55.50"})
    void aVolumeCostsWhatTheTierOfAllOfItSays(BigDecimal quantity, String price) {
        assertThat(new UnitPrice.Volume("USD", TIERS).of(quantity)).isEqualTo(usd(price));
    }

    @Test
    void aTierMayHaveAPriceOfItsOwnThatIsOwedWithItsFirstUnit() {
        List<PriceTier> tiers = List.of(
                new PriceTier(number("5"), BigDecimal.ZERO, number("20")),
                new PriceTier(null, number("3"), number("7")));

        assertThat(new UnitPrice.Graduated("USD", tiers).of(number("0"))).isEqualTo(usd("0.00"));
        assertThat(new UnitPrice.Graduated("USD", tiers).of(number("5"))).isEqualTo(usd("20.00"));
        assertThat(new UnitPrice.Graduated("USD", tiers).of(number("7"))).isEqualTo(usd("33.00"));
        assertThat(new UnitPrice.Volume("USD", tiers).of(number("7"))).isEqualTo(usd("28.00"));
    }

    @Test
    void pricesBelowASmallestUnitAreRoundedOncePerLine() {
        UnitPrice perCall = new UnitPrice.Flat("USD", number("0.0001"));

        assertThat(perCall.of(number("49"))).isEqualTo(usd("0.00"));
        assertThat(perCall.of(number("50"))).isEqualTo(usd("0.01"));
        assertThat(perCall.of(number("123456"))).isEqualTo(usd("12.35"));
        assertThat(new UnitPrice.Flat("JPY", number("0.5")).of(number("3"))).isEqualTo(Money.ofMinor(2, "JPY"));
    }

    @Test
    void whatIsBeyondAnAllowanceIsPaid() {
        UnitPrice perGigabyte = new UnitPrice.Flat("USD", number("0.10"));

        assertThat(perGigabyte.beyond(number("9.5"), number("10"))).isEqualTo(usd("0.00"));
        assertThat(perGigabyte.beyond(number("10"), number("10"))).isEqualTo(usd("0.00"));
        assertThat(perGigabyte.beyond(number("37.5"), number("10"))).isEqualTo(usd("2.75"));
    }

    @ParameterizedTest
    @CsvSource({"0, 0.00", "1, 9.00", "1000, 9.00", "1000.001, 18.00", "2000, 18.00"})
    void aPackageThatIsBegunIsPaid(BigDecimal quantity, String price) {
        assertThat(new UnitPrice.PerPackage("USD", number("1000"), number("9")).of(quantity))
                .isEqualTo(usd(price));
    }

    @Test
    void tiersThatOverlapEndOrHaveSomethingBehindTheLastAreRefused() {
        PriceTier ten = PriceTier.upTo(number("10"), BigDecimal.ONE);
        PriceTier rest = PriceTier.beyond(BigDecimal.ONE);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnitPrice.Graduated("USD", List.of(ten)))
                .withMessageContaining("has no bound");
        assertThatIllegalArgumentException().isThrownBy(() -> new UnitPrice.Volume("USD", List.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnitPrice.Graduated("USD", List.of(ten, ten, rest)))
                .withMessageContaining("ends above the one before it");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnitPrice.Volume("USD", List.of(rest, ten, rest)))
                .withMessageContaining("Only the last tier");
    }

    @Test
    void negativePricesQuantitiesAndEmptyPackagesAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnitPrice.Flat("USD", number("-1")))
                .withMessageContaining("A discount is a coupon or a credit");
        assertThatIllegalArgumentException().isThrownBy(() -> PriceTier.beyond(number("-1")));
        assertThatIllegalArgumentException().isThrownBy(() -> PriceTier.upTo(BigDecimal.ZERO, BigDecimal.ONE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnitPrice.PerPackage("USD", BigDecimal.ZERO, BigDecimal.ONE));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UnitPrice.Flat("USD", BigDecimal.ONE).of(number("-1")))
                .withMessageContaining("0 or more");
        assertThatIllegalArgumentException().isThrownBy(() -> new UnitPrice.Flat("EURO", BigDecimal.ONE));
    }
}
