package io.tenancy.billing.ledger;

/** The accounts of the books. Debits are positive, credits negative. */
public enum LedgerAccount {
    /** What tenants owe. */
    RECEIVABLE,
    /** What was paid, less what was paid back and what is disputed. */
    CASH,
    /** What payers dispute, and a provider took back for now. */
    DISPUTED,
    /** What tenants have to their credit and paid for; negative, because it is owed to them. */
    CREDIT,
    /** What tenants have to their credit that nobody paid for: used first and never paid out; negative. */
    GIFT,
    /** What was sold, before discounts and without tax; negative. */
    REVENUE,
    /** What discounts took off. */
    DISCOUNT,
    /** What is owed to tax offices; negative. */
    TAX,
    /** What was given up, and what was lost by disputes. */
    WRITE_OFF,
    /** What was given away as gifts. */
    PROMOTION
}
