package io.tenancy.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {

    private static Money money(String amount) {
        return Money.of(new BigDecimal(amount), "EUR");
    }

    @ParameterizedTest
    @CsvSource({"JPY, 0, 1234, JPY 1234", "EUR, 2, 1234, EUR 12.34", "KWD, 3, 1234, KWD 1.234", "BRL, 2, -5, BRL -0.05"
    })
    void currenciesHaveTheirOwnDecimals(String currency, int decimals, long minorUnits, String text) {
        Money money = Money.ofMinor(minorUnits, currency);

        assertThat(money.decimals()).isEqualTo(decimals);
        assertThat(money).hasToString(text);
        assertThat(Money.of(money.amount(), currency)).isEqualTo(money);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 1", "1.5, 2", "2.5, 3", "-0.5, -1", "-2.5, -3", "0.4999, 0", "-0.4999, 0"})
    void whatIsComputedIsRoundedHalfUpAwayFromZero(BigDecimal cents, long rounded) {
        assertThat(Money.rounded(cents.movePointLeft(2), "EUR")).isEqualTo(Money.ofMinor(rounded, "EUR"));
        assertThat(Money.ofMinor(1, "EUR").times(cents)).isEqualTo(Money.ofMinor(rounded, "EUR"));
    }

    @Test
    void amountsThatAreTooFineOrTooLargeAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> money("0.005"))
                .withMessageContaining("at most 2 decimals");
        assertThatIllegalArgumentException().isThrownBy(() -> Money.of(new BigDecimal("1E20"), "JPY"));
        for (String endless : new String[] {"1E+999999999", "1E-999999999"}) {
            assertThatIllegalArgumentException().isThrownBy(() -> money(endless));
            assertThatIllegalArgumentException().isThrownBy(() -> Money.rounded(new BigDecimal(endless), "EUR"));
        }
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Money.ofMinor(Long.MAX_VALUE, "EUR").plus(money("0.01")));
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Money.ofMinor(Long.MIN_VALUE, "EUR").negated());
        assertThatExceptionOfType(ArithmeticException.class)
                .isThrownBy(() -> Money.ofMinor(Long.MAX_VALUE, "EUR").times(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "EURO", "eur", "XAU", "XTS", "ZZZ"})
    void whatNobodyCanPayInIsRefused(String currency) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Money.zero(currency))
                .withMessageContaining("'" + currency + "'");
    }

    @Test
    void currenciesAreNeverMixed() {
        Money dollars = Money.ofMinor(100, "USD");

        assertThatIllegalArgumentException()
                .isThrownBy(() -> money("1.00").plus(dollars))
                .withMessageContaining("EUR 1.00 and USD 1.00");
        assertThatIllegalArgumentException().isThrownBy(() -> money("1.00").minus(dollars));
        assertThatIllegalArgumentException().isThrownBy(() -> money("1.00").compareTo(dollars));
        assertThat(money("1.00")).isNotEqualTo(dollars);
    }

    @Test
    void whatCannotBeDividedGoesToThoseWhoWereCutOffMost() {
        assertThat(money("1.00").allocate(List.of(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.ONE)))
                .containsExactly(money("0.34"), money("0.33"), money("0.33"));
        assertThat(money("-1.00").allocate(List.of(BigDecimal.ONE, BigDecimal.ONE, BigDecimal.ONE)))
                .containsExactly(money("-0.34"), money("-0.33"), money("-0.33"));
        assertThat(money("0.10").allocate(List.of(new BigDecimal("1"), new BigDecimal("2.5"), new BigDecimal("0"))))
                .containsExactly(money("0.03"), money("0.07"), money("0.00"));
    }

    @Test
    void sharesAlwaysSumUpAndAreOffByLessThanASmallestUnit() {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("MoneyTest: -Dtenancy.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            Money whole = Money.ofMinor(random.nextLong(-1_000_000_000L, 1_000_000_000L), "EUR");
            List<BigDecimal> weights = new ArrayList<>();
            BigDecimal all = BigDecimal.ZERO;
            for (int i = 0; i <= random.nextInt(12); i++) {
                weights.add(BigDecimal.valueOf(random.nextInt(1_000), random.nextInt(4)));
                all = all.add(weights.get(i));
            }
            if (all.signum() == 0) {
                continue;
            }
            List<Money> shares = whole.allocate(weights);

            assertThat(shares.stream().reduce(Money.zero("EUR"), Money::plus)).isEqualTo(whole);
            for (int i = 0; i < shares.size(); i++) {
                BigDecimal exactly = BigDecimal.valueOf(whole.minorUnits()).multiply(weights.get(i));
                BigDecimal off = BigDecimal.valueOf(shares.get(i).minorUnits())
                        .multiply(all)
                        .subtract(exactly)
                        .abs();
                assertThat(off).isLessThan(all);
            }
        }
    }

    @Test
    void nothingCanBeSharedAmongNobody() {
        assertThatIllegalArgumentException().isThrownBy(() -> money("1.00").allocate(List.of()));
        assertThatIllegalArgumentException().isThrownBy(() -> money("1.00").allocate(List.of(BigDecimal.ZERO)));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> money("1.00").allocate(List.of(BigDecimal.ONE, BigDecimal.ONE.negate())))
                .withMessageContaining("negative weight");
    }
}
