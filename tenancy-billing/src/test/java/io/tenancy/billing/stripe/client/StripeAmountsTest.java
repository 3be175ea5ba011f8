package io.tenancy.billing.stripe.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.billing.BillingException;
import io.tenancy.billing.Money;
import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StripeAmountsTest {

    @ParameterizedTest
    @CsvSource({
        "19.99, EUR, 1999",
        "500, JPY, 500",
        "500, UGX, 50000",
        "500, ISK, 50000",
        "1.230, KWD, 1230",
        "3, MGA, 3",
        "10.00, HUF, 1000"
    })
    void amountsAreInStripesUnitsAndBackAgain(BigDecimal amount, String currency, long units) {
        Money money = Money.of(amount, currency);

        assertThat(StripeAmounts.of(money)).isEqualTo(units);
        assertThat(StripeAmounts.read(units, currency.toLowerCase(java.util.Locale.ROOT)))
                .isEqualTo(money);
    }

    @ParameterizedTest
    @CsvSource({"1.234, KWD", "1.20, MGA"})
    void whatStripeCannotTakeIsRefusedAndNotRounded(BigDecimal amount, String currency) {
        assertThatThrownBy(() -> StripeAmounts.of(Money.of(amount, currency)))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("does not take that amount");
    }

    @ParameterizedTest
    @CsvSource({"1, xyz", "150, isk"})
    void whatStripeTellsOfAnUnknownCurrencyIsRefused(long units, String currency) {
        assertThatThrownBy(() -> StripeAmounts.read(units, currency))
                .isInstanceOf(BillingException.class)
                .hasMessageContaining("Stripe tells of");
    }
}
