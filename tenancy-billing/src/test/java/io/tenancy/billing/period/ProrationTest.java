package io.tenancy.billing.period;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

class ProrationTest {

    private static Instant midnight(String date) {
        return LocalDate.parse(date).atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    private static BillingPeriod period(String start, String end) {
        return new BillingPeriod(midnight(start), midnight(end), ZoneOffset.UTC);
    }

    private static Money usd(String amount) {
        return Money.of(new BigDecimal(amount), "USD");
    }

    @Test
    void whatIsLeftOfAMonthIsCreditedToTheSecondAndToTheDay() {
        BillingPeriod march = period("2026-03-02", "2026-04-02");

        assertThat(Proration.PER_SECOND.remaining(usd("249.95"), march, midnight("2026-03-04")))
                .isEqualTo(usd("233.82"));
        assertThat(Proration.PER_DAY.remaining(usd("249.95"), march, midnight("2026-03-04")))
                .isEqualTo(usd("233.82"));
    }

    @Test
    void twentySevenOfThirtyDaysAreRoundedUpAtTheHalf() {
        assertThat(Proration.PER_DAY.remaining(
                        usd("249.95"), period("2026-04-01", "2026-05-01"), midnight("2026-04-04")))
                .isEqualTo(usd("224.96"));
    }

    @Test
    void aQuarterOfNinetyOneDaysIsSharedByDays() {
        assertThat(Proration.PER_DAY.remaining(
                        Money.ofMinor(91_000, "JPY"), period("2026-04-01", "2026-07-01"), midnight("2026-05-30")))
                .isEqualTo(Money.ofMinor(32_000, "JPY"));
    }

    @Test
    void secondsOfTheDayCountToTheSecondOnly() {
        BillingPeriod april = period("2026-04-01", "2026-05-01");
        Instant noon = midnight("2026-04-16").plusSeconds(12 * 3600);

        assertThat(Proration.PER_SECOND.remaining(usd("30.00"), april, noon)).isEqualTo(usd("14.50"));
        assertThat(Proration.PER_DAY.remaining(usd("30.00"), april, noon)).isEqualTo(usd("15.00"));
    }

    @Test
    void theDaysAreThoseOfTheTenantsZone() {
        ZoneId auckland = ZoneId.of("Pacific/Auckland");
        BillingPeriod april = new BillingPeriod(
                LocalDate.of(2026, 4, 1).atStartOfDay(auckland).toInstant(),
                LocalDate.of(2026, 5, 1).atStartOfDay(auckland).toInstant(),
                auckland);

        assertThat(Proration.PER_DAY.remaining(usd("30.00"), april, Instant.parse("2026-04-15T12:30:00Z")))
                .as("16 April in Auckland")
                .isEqualTo(usd("15.00"));
    }

    @Test
    void aPeriodWithinOneDayCostsTheWholePriceFromItsStart() {
        BillingPeriod hours = new BillingPeriod(
                midnight("2026-04-01").plusSeconds(8 * 3600),
                midnight("2026-04-01").plusSeconds(20 * 3600),
                ZoneOffset.UTC);

        assertThat(Proration.PER_DAY.remaining(usd("9.00"), hours, hours.start()))
                .isEqualTo(usd("9.00"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new BillingPeriod(hours.start(), hours.start().plusMillis(999), ZoneOffset.UTC));
    }

    @Test
    void theWholePeriodCostsTheWholePriceAndWhatIsOutsideIsRefused() {
        BillingPeriod april = period("2026-04-01", "2026-05-01");
        for (Proration rule : Proration.values()) {
            assertThat(rule.remaining(usd("99.99"), april, april.start())).isEqualTo(usd("99.99"));
            assertThatIllegalArgumentException().isThrownBy(() -> rule.remaining(usd("1.00"), april, april.end()));
            assertThatIllegalArgumentException()
                    .isThrownBy(() ->
                            rule.remaining(usd("1.00"), april, april.start().minusSeconds(1)));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> period("2026-04-01", "2026-04-01"));
    }
}
