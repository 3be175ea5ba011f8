package io.tenancy.billing.invoice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.billing.Money;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalculationTest {

    private static final Tax VAT = Tax.onTop("VAT 19 %", new BigDecimal("0.19"));
    private static final Money NOTHING = eur("0");

    private static Money eur(String amount) {
        return Money.of(new BigDecimal(amount), "EUR");
    }

    private static Charge charge(String amount) {
        return Charge.of("Plan", eur(amount), VAT);
    }

    @Test
    void taxIsRoundedLineByLineAndTheHeaderIsTheSumOfTheLines() {
        // 0.05 × 0.19 = 0.0095 three times: 0.01 each, although 0.15 × 0.19 = 0.0285 would be 0.03 as well.
        Calculation three = Calculation.of(List.of(charge("0.05"), charge("0.05"), charge("0.05")), List.of(), NOTHING);
        assertThat(three.tax()).isEqualTo(eur("0.03"));
        // 0.02 × 0.19 = 0.0038: nothing on each, although 0.06 × 0.19 = 0.0114 would be 0.01.
        Calculation small = Calculation.of(List.of(charge("0.02"), charge("0.02"), charge("0.02")), List.of(), NOTHING);
        assertThat(small.tax()).isEqualTo(NOTHING);
        assertThat(small.total()).isEqualTo(eur("0.06"));
    }

    @Test
    void discountsComeBeforeTaxAndOneAfterTheOtherOnWhatIsLeft() {
        Calculation outcome = Calculation.of(
                List.of(charge("100.00"), charge("50.00")),
                List.of(
                        new Discount.Share("Ten percent", new BigDecimal("0.1")),
                        new Discount.Amount("Welcome", eur("35.00"))),
                NOTHING);

        assertThat(outcome.subtotal()).isEqualTo(eur("150.00"));
        assertThat(outcome.discount()).isEqualTo(eur("50.00"));
        assertThat(outcome.lines()).extracting(Calculation.Line::discount).containsExactly(eur("33.33"), eur("16.67"));
        assertThat(outcome.tax()).isEqualTo(eur("19.00"));
        assertThat(outcome.total()).isEqualTo(eur("119.00"));
        assertThat(outcome.due()).isEqualTo(eur("119.00"));
    }

    @Test
    void aDiscountTakesOffNoMoreThanThereIsAndNothingOfCredits() {
        Calculation outcome = Calculation.of(
                List.of(charge("10.00"), Charge.credit("Unused part of Starter", eur("4.00"), VAT)),
                List.of(new Discount.Amount("Welcome", eur("25.00"))),
                NOTHING);

        assertThat(outcome.discount()).isEqualTo(eur("10.00"));
        assertThat(outcome.total()).isEqualTo(eur("-4.76"));
        assertThat(outcome.due()).isEqualTo(NOTHING);
        assertThat(outcome.creditLeft()).isEqualTo(eur("4.76"));
    }

    @Test
    void whatTheTenantHasToItsCreditIsUsedUpLast() {
        Calculation some = Calculation.of(List.of(charge("10.00")), List.of(), eur("5.00"));
        assertThat(some.credited()).isEqualTo(eur("5.00"));
        assertThat(some.due()).isEqualTo(eur("6.90"));
        assertThat(some.creditLeft()).isEqualTo(NOTHING);

        Calculation more = Calculation.of(List.of(charge("10.00")), List.of(), eur("20.00"));
        assertThat(more.due()).isEqualTo(NOTHING);
        assertThat(more.creditLeft()).isEqualTo(eur("8.10"));
    }

    @Test
    void aTaxThatPricesHaveInThemIsTakenOutAndNotAddedOn() {
        Tax included = Tax.included("VAT 19 %", new BigDecimal("0.19"));
        Calculation outcome = Calculation.of(List.of(Charge.of("Plan", eur("119.00"), included)), List.of(), NOTHING);

        assertThat(outcome.tax()).isEqualTo(eur("19.00"));
        assertThat(outcome.total()).isEqualTo(eur("119.00"));
    }

    @Test
    void aThirtiethLessAndAQuarterOfTaxComeToTheWorkedNumbers() {
        Money price = Money.ofMinor(20_000, "JPY").share(29, 30);
        Calculation outcome = Calculation.of(
                List.of(Charge.of("Plan", price, Tax.onTop("25 %", new BigDecimal("0.25")))),
                List.of(),
                Money.zero("JPY"));

        assertThat(outcome.subtotal()).isEqualTo(Money.ofMinor(19_333, "JPY"));
        assertThat(outcome.tax()).isEqualTo(Money.ofMinor(4_833, "JPY"));
        assertThat(outcome.total()).isEqualTo(Money.ofMinor(24_166, "JPY"));
    }

    @Test
    void anyMixOfChargesComesToWhatASecondWayInPlainNumbersComesTo() {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("CalculationTest: -Dtenancy.seed=" + seed);
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            List<Charge> charges = new ArrayList<>();
            List<Integer> percents = new ArrayList<>();
            for (int i = 0; i <= random.nextInt(8); i++) {
                int percent = random.nextInt(30);
                Tax tax = Tax.onTop(percent + " %", BigDecimal.valueOf(percent, 2));
                Money amount = Money.ofMinor(random.nextInt(100_000), "EUR");
                charges.add(
                        random.nextInt(4) == 0 ? Charge.credit("back", amount, tax) : Charge.of("due", amount, tax));
                percents.add(percent);
            }
            int share = 1 + random.nextInt(100);
            Money credit = Money.ofMinor(random.nextInt(50_000), "EUR");
            Calculation outcome =
                    Calculation.of(charges, List.of(new Discount.Share("some", BigDecimal.valueOf(share, 2))), credit);

            assertThat(cents(outcome, charges, percents, share, credit.minorUnits()))
                    .as("seed %d, round %d", seed, round)
                    .containsExactly(
                            outcome.discount().minorUnits(),
                            outcome.total().minorUnits(),
                            outcome.due().minorUnits(),
                            outcome.creditLeft().minorUnits());
        }
    }

    /** Discount, total, due and credit left, in cents and by whole numbers only. */
    private static List<Long> cents(
            Calculation outcome, List<Charge> charges, List<Integer> percents, int share, long credit) {
        long discountable = charges.stream()
                .mapToLong(charge -> Math.max(0, charge.amount().minorUnits()))
                .sum();
        long discount = (2 * discountable * share + 100) / 200;
        long total = 0;
        long sharedOut = 0;
        for (int i = 0; i < charges.size(); i++) {
            long amount = charges.get(i).amount().minorUnits();
            long own = outcome.lines().get(i).discount().minorUnits();
            // Each line bears its part of the discount, to less than a cent.
            BigInteger off = BigInteger.valueOf(own)
                    .multiply(BigInteger.valueOf(discountable))
                    .subtract(BigInteger.valueOf(discount).multiply(BigInteger.valueOf(Math.max(0, amount))));
            assertThat(off.abs()).isLessThanOrEqualTo(BigInteger.valueOf(discountable));
            long base = amount - own;
            long tax = Long.signum(base) * ((2 * Math.abs(base) * percents.get(i) + 100) / 200);
            total += base + tax;
            sharedOut += own;
        }
        assertThat(sharedOut).isEqualTo(discount);
        long owed = Math.max(0, total);
        long used = Math.min(credit, owed);
        return List.of(discount, total, owed - used, credit - used + Math.max(0, -total));
    }

    @Test
    void whatCannotBeIsRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Calculation.of(List.of(), List.of(), NOTHING));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calculation.of(List.of(charge("1")), List.of(), eur("-1")))
                .withMessageContaining("credit");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Calculation.of(List.of(charge("1")), List.of(), Money.zero("USD")))
                .withMessageContaining("different currencies");
        assertThatIllegalArgumentException().isThrownBy(() -> charge("-1"));
        assertThatIllegalArgumentException().isThrownBy(() -> Charge.of(" ", eur("1"), VAT));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Tax.onTop("VAT", new BigDecimal("19")))
                .withMessageContaining("0.19 for 19 %");
        assertThatIllegalArgumentException().isThrownBy(() -> new Discount.Share("x", new BigDecimal("1.01")));
        assertThatIllegalArgumentException().isThrownBy(() -> new Discount.Amount("x", NOTHING));
    }
}
