package io.tenancy.billing.ledger;

import io.tenancy.billing.Money;

/**
 * What a tenant has to its credit in a currency. What was given is used first and is never paid out.
 *
 * @param paid what it paid in advance or too much, or was given back of what it paid
 * @param given what nobody paid for
 */
public record Wallet(Money paid, Money given) {

    /**
     * Nothing.
     *
     * @param currency ISO 4217 code
     * @return a wallet of zeros
     */
    public static Wallet empty(String currency) {
        return new Wallet(Money.zero(currency), Money.zero(currency));
    }

    /**
     * All of it.
     *
     * @return paid and given together
     */
    public Money total() {
        return paid.plus(given);
    }

    /**
     * What of it pays an amount.
     *
     * @param owed 0 or more
     * @return at most the amount, what was given first
     */
    public Wallet paying(Money owed) {
        Money fromGiven = least(given, owed);
        return new Wallet(least(paid, owed.minus(fromGiven)), fromGiven);
    }

    /**
     * What is left of it.
     *
     * @param used what was used of it
     * @return the rest
     */
    public Wallet minus(Wallet used) {
        return new Wallet(paid.minus(used.paid), given.minus(used.given));
    }

    /**
     * With what comes in.
     *
     * @param more what comes in
     * @return both together
     */
    public Wallet plus(Wallet more) {
        return new Wallet(paid.plus(more.paid), given.plus(more.given));
    }

    private static Money least(Money one, Money other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
