package io.tenancy.billing;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.joda.money.CurrencyUnit;
import org.joda.money.IllegalCurrencyException;
import org.jspecify.annotations.Nullable;

/**
 * An amount of one currency in whole units of its smallest denomination, such as cents. Amounts may be negative: a credit.
 * Sums are exact or fail; only {@link #times(BigDecimal)}, {@link #rounded} and what is built on them round, half up, that is away
 * from zero at the half. Immutable.
 */
public final class Money implements Comparable<Money> {

    private static final int MOST_DIGITS = 1_000;

    private final long minorUnits;
    private final CurrencyUnit currency;

    private Money(long minorUnits, CurrencyUnit currency) {
        this.minorUnits = minorUnits;
        this.currency = currency;
    }

    /**
     * An amount in the smallest units of its currency.
     *
     * @param minorUnits such as cents: 1999 for 19.99
     * @param currency ISO 4217 code, such as {@code EUR}
     * @return the amount
     * @throws IllegalArgumentException when there is no such currency, or it has no smallest unit
     */
    public static Money ofMinor(long minorUnits, String currency) {
        return new Money(minorUnits, unit(currency));
    }

    /**
     * An amount in the currency's main unit, such as euros.
     *
     * @param amount as people write it: 19.99; with as many decimals as the currency has, or fewer
     * @param currency ISO 4217 code, such as {@code EUR}
     * @return the same amount
     * @throws IllegalArgumentException when there is no such currency, it has no smallest unit, the amount has more decimals
     *     than the currency, or its smallest units do not fit into a {@code long}
     */
    public static Money of(BigDecimal amount, String currency) {
        CurrencyUnit unit = unit(currency);
        requireWritable(amount);
        try {
            return new Money(amount.movePointRight(unit.getDecimalPlaces()).longValueExact(), unit);
        } catch (ArithmeticException notWhole) {
            throw new IllegalArgumentException(
                    "An amount of " + currency + " was " + amount.toPlainString() + ", but has at most "
                            + unit.getDecimalPlaces()
                            + " decimals, and fits into a long in smallest units. Round it first, or give a price per more units.",
                    notWhole);
        }
    }

    /**
     * An amount that a calculation came to, rounded half up to the smallest unit.
     *
     * @param amount in the currency's main unit, with any number of decimals
     * @param currency ISO 4217 code
     * @return the nearest amount; of two, the one further from zero
     * @throws IllegalArgumentException when there is no such currency, it has no smallest unit, or the amount has more than
     *     1,000 digits before or after its point
     * @throws ArithmeticException when its smallest units do not fit into a {@code long}
     */
    public static Money rounded(BigDecimal amount, String currency) {
        return rounded(amount.scaleByPowerOfTen(unit(currency).getDecimalPlaces()), unit(currency));
    }

    // So that neither a calculation nor a message is as long as an exponent says.
    private static void requireWritable(BigDecimal amount) {
        if (Math.abs((long) amount.precision() - amount.scale()) > MOST_DIGITS || amount.scale() > MOST_DIGITS) {
            throw new IllegalArgumentException("An amount was " + amount + ", but has at most " + MOST_DIGITS
                    + " digits before and after its point");
        }
    }

    private static Money rounded(BigDecimal minorUnits, CurrencyUnit currency) {
        requireWritable(minorUnits);
        return new Money(minorUnits.setScale(0, RoundingMode.HALF_UP).longValueExact(), currency);
    }

    /**
     * Nothing.
     *
     * @param currency ISO 4217 code
     * @return zero of it
     * @throws IllegalArgumentException when there is no such currency, or it has no smallest unit
     */
    public static Money zero(String currency) {
        return ofMinor(0, currency);
    }

    private static CurrencyUnit unit(String currency) {
        CurrencyUnit unit;
        try {
            unit = CurrencyUnit.of(currency);
        } catch (IllegalCurrencyException unknown) {
            throw new IllegalArgumentException(
                    "There is no currency '" + currency + "'; a code of ISO 4217 is needed, such as EUR, USD or BRL.",
                    unknown);
        }
        if (unit.isPseudoCurrency()) {
            throw new IllegalArgumentException(
                    "Nobody can be billed in '" + currency + "', which is no currency that is paid with.");
        }
        return unit;
    }

    /**
     * The amount in smallest units.
     *
     * @return such as cents; negative for a credit
     */
    public long minorUnits() {
        return minorUnits;
    }

    /**
     * The amount in the main unit.
     *
     * @return with the currency's number of decimals
     */
    public BigDecimal amount() {
        return BigDecimal.valueOf(minorUnits, currency.getDecimalPlaces());
    }

    /**
     * The currency.
     *
     * @return its ISO 4217 code
     */
    public String currency() {
        return currency.getCode();
    }

    /**
     * How many decimals the currency has.
     *
     * @return 0 for JPY, 2 for EUR, 3 for KWD
     */
    public int decimals() {
        return currency.getDecimalPlaces();
    }

    /**
     * The sum.
     *
     * @param other of the same currency
     * @return both together
     * @throws IllegalArgumentException when the currencies differ
     * @throws ArithmeticException when its smallest units do not fit into a {@code long}
     */
    public Money plus(Money other) {
        return new Money(Math.addExact(minorUnits, requireSame(other).minorUnits), currency);
    }

    /**
     * The difference.
     *
     * @param other of the same currency
     * @return this without it
     * @throws IllegalArgumentException when the currencies differ
     * @throws ArithmeticException when its smallest units do not fit into a {@code long}
     */
    public Money minus(Money other) {
        return new Money(Math.subtractExact(minorUnits, requireSame(other).minorUnits), currency);
    }

    /**
     * The opposite.
     *
     * @return a credit of a charge, and the other way round
     */
    public Money negated() {
        return new Money(Math.negateExact(minorUnits), currency);
    }

    /**
     * A multiple.
     *
     * @param factor how often
     * @return so many times this
     * @throws ArithmeticException when its smallest units do not fit into a {@code long}
     */
    public Money times(long factor) {
        return new Money(Math.multiplyExact(minorUnits, factor), currency);
    }

    /**
     * A share or a multiple, rounded half up.
     *
     * @param factor such as 0.25 for a tax of 25 %
     * @return the nearest amount; of two, the one further from zero
     * @throws ArithmeticException when its smallest units do not fit into a {@code long}
     */
    public Money times(BigDecimal factor) {
        return rounded(BigDecimal.valueOf(minorUnits).multiply(factor), currency);
    }

    /**
     * A share of this that is a fraction, rounded half up and once.
     *
     * @param part the numerator, such as the seconds that are left
     * @param whole the denominator, such as the seconds of the period; positive
     * @return the nearest amount; of two, the one further from zero
     * @throws IllegalArgumentException when the whole is not positive
     */
    public Money share(long part, long whole) {
        if (whole <= 0) {
            throw new IllegalArgumentException(
                    "A share of " + this + " is so many parts of a whole of 1 or more, but the whole was " + whole);
        }
        BigDecimal product = BigDecimal.valueOf(minorUnits).multiply(BigDecimal.valueOf(part));
        return new Money(
                product.divide(BigDecimal.valueOf(whole), 0, RoundingMode.HALF_UP)
                        .longValueExact(),
                currency);
    }

    /**
     * Shares this out so that nothing is lost or made: each gets its part rounded towards zero, and what is left goes, one
     * smallest unit each, to those whose parts were cut off most; of equals, to the first (largest remainder method).
     *
     * @param weights one for each share, 0 or more, not all 0
     * @return as many amounts, which sum up to this
     * @throws IllegalArgumentException when there are no weights, one is negative, or all are 0
     */
    public List<Money> allocate(List<BigDecimal> weights) {
        BigDecimal all = sum(weights);
        BigDecimal total = BigDecimal.valueOf(minorUnits).abs();
        long[] parts = new long[weights.size()];
        BigDecimal[] remainders = new BigDecimal[weights.size()];
        long left = total.longValueExact();
        for (int i = 0; i < parts.length; i++) {
            BigDecimal[] division = total.multiply(weights.get(i)).divideAndRemainder(all);
            parts[i] = division[0].longValueExact();
            remainders[i] = division[1];
            left -= parts[i];
        }
        List<Integer> mostCut = IntStream.range(0, parts.length)
                .boxed()
                .sorted(Comparator.comparing((Integer i) -> remainders[i]).reversed())
                .toList();
        for (int i = 0; i < left; i++) {
            parts[mostCut.get(i)]++;
        }
        List<Money> shares = new ArrayList<>();
        for (long part : parts) {
            shares.add(new Money(minorUnits < 0 ? -part : part, currency));
        }
        return shares;
    }

    private BigDecimal sum(List<BigDecimal> weights) {
        BigDecimal all = BigDecimal.ZERO;
        for (BigDecimal weight : weights) {
            if (weight.signum() < 0) {
                throw new IllegalArgumentException(
                        this + " cannot be shared out with a negative weight, but one was " + weight.toPlainString());
            }
            all = all.add(weight);
        }
        if (all.signum() == 0) {
            throw new IllegalArgumentException(
                    this + " cannot be shared out among nobody: " + weights.size() + " weights sum up to 0.");
        }
        return all;
    }

    /**
     * Whether there is nothing to pay or to credit.
     *
     * @return true for zero
     */
    public boolean isZero() {
        return minorUnits == 0;
    }

    /**
     * Whether this is a credit.
     *
     * @return true below zero
     */
    public boolean isNegative() {
        return minorUnits < 0;
    }

    private Money requireSame(Money other) {
        if (!currency.equals(other.currency)) {
            throw new IllegalArgumentException(this + " and " + other
                    + " are of different currencies and cannot be added or compared. Bill each currency by itself.");
        }
        return other;
    }

    /**
     * Compares amounts of one currency.
     *
     * @throws IllegalArgumentException when the currencies differ
     */
    @Override
    public int compareTo(Money other) {
        return Long.compare(minorUnits, requireSame(other).minorUnits);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Money money && minorUnits == money.minorUnits && currency.equals(money.currency);
    }

    @Override
    public int hashCode() {
        return Objects.hash(minorUnits, currency);
    }

    /** Code and amount, such as {@code EUR 19.99}. */
    @Override
    public String toString() {
        return currency.getCode() + " " + amount().toPlainString();
    }
}
