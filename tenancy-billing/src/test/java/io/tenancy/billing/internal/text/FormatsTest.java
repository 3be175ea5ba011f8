package io.tenancy.billing.internal.text;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormatsTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en    | EUR |   1234.50 | €1,234.50",
                "en    | JPY |      1234 | ¥1,234",
                "en    | KWD |     1.500 | KWD~1.500",
                "en    | INR |   1234.50 | INR~1,234.50",
                "en    | USD |    -12.90 | -$12.90",
                "de    | EUR |   1234.50 | 1.234,50~€",
                "de    | KWD |     1.500 | 1,500~KWD",
                "fr    | EUR |   1234.50 | 1~234,50~€",
                "es    | EUR |   1234.50 | 1.234,50~€",
                "pt-BR | BRL |   1234.50 | R$~1.234,50",
                "pt-BR | JPY |      1234 | JP¥~1.234",
                "en    | EUR | 90071992547409.93 | €90,071,992,547,409.93"
            })
    void amountsHaveTheDecimalsOfTheirCurrencyAndTheLooksOfTheLocale(
            String locale, String currency, BigDecimal amount, String written) {
        assertThat(new Formats(Locale.forLanguageTag(locale)).money(Money.of(amount, currency)))
                .isEqualTo(written.replace('~', '\u00a0'));
    }

    @Test
    void noDigitOfTheLargestAmountIsLost() {
        // 9,007,199,254,740,993 is the first whole number that a floating-point number cannot hold.
        assertThat(new Formats(Locale.ENGLISH).money(Money.ofMinor(9_007_199_254_740_993L, "JPY")))
                .isEqualTo("¥9,007,199,254,740,993");
        assertThat(new Formats(Locale.ENGLISH).money(Money.ofMinor(Long.MAX_VALUE, "USD")))
                .isEqualTo("$92,233,720,368,547,758.07");
    }

    @ParameterizedTest
    @CsvSource({"1,1", "18450,'18,450'", "1320.50,'1,320.5'", "0.000125,0.000125", "1E+3,'1,000'", "0.00,0"})
    void quantitiesHaveAllOfTheirDecimalsAndNoZerosAtTheEnd(BigDecimal quantity, String written) {
        assertThat(new Formats(Locale.ENGLISH).number(quantity)).isEqualTo(written);
    }

    @Test
    void aQuantityIsNoLongerThanAnExponentSays() {
        assertThat(new Formats(Locale.ENGLISH).number(new BigDecimal("1E+100000000")))
                .isEqualTo("1E+100000000");
    }

    @ParameterizedTest
    @CsvSource({"0.19,19%", "0.190,19%", "0.0775,7.75%", "0,0%", "1.5,150%"})
    void ratesArePercentages(BigDecimal rate, String written) {
        assertThat(new Formats(Locale.ENGLISH).percent(rate)).isEqualTo(written);
    }

    @Test
    void datesAreThoseOfTheZone() {
        Instant newYear = Instant.parse("2025-12-31T23:30:00Z");

        assertThat(new Formats(Locale.GERMANY).date(newYear, ZoneId.of("Europe/Berlin")))
                .isEqualTo("1. Januar 2026");
        assertThat(new Formats(Locale.US).date(newYear, ZoneId.of("America/Sao_Paulo")))
                .isEqualTo("December 31, 2025");
    }
}
