package io.tenancy.billing.stripe;

import java.util.List;

/** Where a node is killed. */
enum StripeKillPoint {
    /** Wherever it happens to be while it charges. */
    CHARGE_ANYWHERE(Work.COLLECT, When.ANYWHERE, ""),
    /** Billing's request is stored, and nothing of Stripe's. */
    CHARGE_REQUESTED(Work.COLLECT, When.COMMITTED, "insert into payment_attempt"),
    /** A page on which the same could be paid was closed. */
    CHARGE_PAGE_CLOSED(Work.COLLECT_BESIDE_A_PAGE, When.COMMITTED, "update stripe_checkout set state = ?, session"),
    /** What is asked of Stripe is stored, and Stripe was not asked. */
    CHARGE_STORED(Work.COLLECT, When.COMMITTED, "insert into stripe_request"),
    /** Stripe is being asked, and has not answered. */
    CHARGE_ASKED(Work.COLLECT, When.PASSED, Statements.FENCE),
    /** Stripe took the money, and nobody here knows. */
    CHARGE_ANSWERED(Work.COLLECT, When.EXECUTED, Statements.OWNER),
    /** The payment was booked, and that was not committed. */
    CHARGE_BOOKED(Work.COLLECT, When.EXECUTED, "insert into payment ("),
    /** The payment was taken in, and billing's own run knows nothing of it. */
    CHARGE_TAKEN_IN(Work.COLLECT, When.COMMITTED, "update stripe_request set object"),
    /** Billing's own run knows it too. */
    CHARGE_FINISHED(Work.COLLECT, When.COMMITTED, Statements.FINISHED, "stripe_request"),

    /** Wherever it happens to be while it pays back. */
    REFUND_ANYWHERE(Work.REFUND, When.ANYWHERE, ""),
    /** Which payments are paid back is stored, and Stripe was not asked. */
    REFUND_PLANNED(Work.REFUND, When.COMMITTED, "insert into stripe_request"),
    /** Stripe is being asked for a part, and has not answered. */
    REFUND_PART_ASKED(Work.REFUND, When.PASSED, Statements.FENCE),
    /** Stripe paid a part back, and nobody here knows. */
    REFUND_PART_ANSWERED(Work.REFUND, When.EXECUTED, Statements.PAYER),
    /** A part was taken in, and nothing asked of the next one. */
    REFUND_PART_TAKEN_IN(Work.REFUND, When.COMMITTED, "update stripe_request set object"),
    /** All of it is known. */
    REFUND_FINISHED(Work.REFUND, When.COMMITTED, Statements.FINISHED, "stripe_request"),

    /** Wherever it happens to be while it works on news. */
    NEWS_ANYWHERE(Work.NEWS, When.ANYWHERE, ""),
    /** An event was stored, and Stripe was not told so. */
    NEWS_STORED(Work.NEWS, When.COMMITTED, "insert into stripe_event"),
    /** Events are held by the node. */
    NEWS_CLAIMED(Work.NEWS, When.COMMITTED, "with first as (select id, object_kind"),
    /** What an event is about was looked up. */
    NEWS_LOOKED_UP(Work.NEWS, When.EXECUTED, Statements.OWNER),
    /** What was looked up was booked, and that was not committed. */
    NEWS_BOOKED(Work.NEWS, When.EXECUTED, "insert into payment ("),
    /** What was looked up is applied, and the event is not marked as done. */
    NEWS_APPLIED(Work.NEWS, When.COMMITTED, "insert into payment ("),
    /** An event is marked as done. */
    NEWS_DONE(Work.NEWS, When.COMMITTED, "update stripe_event set state = ?, note"),

    /** A page is stored, and Stripe was not asked for it. */
    PAGE_STORED(Work.PAGE, When.COMMITTED, "insert into stripe_checkout"),
    /** Stripe opened a page, and its address is not stored. */
    PAGE_OPENED(Work.PAGE, When.EXECUTED, "update stripe_checkout set session = ?, url"),
    /** A page is open, and nobody was sent there. */
    PAGE_KNOWN(Work.PAGE, When.COMMITTED, "update stripe_checkout set session = ?, url"),

    /** It is stored that a tenant becomes a customer, and Stripe was not asked. */
    CUSTOMER_STORED(Work.CUSTOMER, When.COMMITTED, "insert into stripe_customer"),
    /** Stripe made the customer, and its name is not stored. */
    CUSTOMER_MADE(Work.CUSTOMER, When.EXECUTED, "update stripe_customer set customer = ? where"),
    /** The customer is known. */
    CUSTOMER_KNOWN(Work.CUSTOMER, When.COMMITTED, "update stripe_customer set customer = ? where"),

    /** Both sides are compared in part. */
    COMPARED_PARTLY(Work.COMPARE, When.COMMITTED, "insert into stripe_compared"),
    /** What had never arrived was booked by the comparison, and that was not committed. */
    COMPARED_BOOKED(Work.COMPARE, When.EXECUTED, "insert into payment (");

    /** What the node does. */
    enum Work {
        COLLECT,
        COLLECT_BESIDE_A_PAGE,
        REFUND,
        NEWS,
        PAGE,
        CUSTOMER,
        COMPARE
    }

    /** What tells that it is there. */
    enum When {
        EXECUTED,
        COMMITTED,
        /** Committed, and the node goes on with what follows until it is killed. */
        PASSED,
        ANYWHERE
    }

    /** How some statements begin that are long. */
    private static final class Statements {
        static final String FENCE = "select nextval('stripe_fence')";
        static final String OWNER = "select tenant_id from stripe_customer where customer = ? union all";
        static final String PAYER = "select tenant_id from stripe_object where id = ? and tenant_id is not null";
        static final String FINISHED = "select invoice_id, kind, provider, amount, currency, asks, busy";
    }

    final Work work;
    private final When when;
    private final String statement;
    private final String without;

    StripeKillPoint(Work work, When when, String statement) {
        this(work, when, statement, "nothing like that");
    }

    StripeKillPoint(Work work, When when, String statement, String without) {
        this.work = work;
        this.when = when;
        this.statement = statement;
        this.without = without;
    }

    boolean isAnywhere() {
        return when == When.ANYWHERE;
    }

    boolean isPassed() {
        return when == When.PASSED;
    }

    boolean isExecuted(String executed) {
        return when == When.EXECUTED && executed.startsWith(statement);
    }

    boolean isCommitted(List<String> transaction) {
        return (when == When.COMMITTED || when == When.PASSED)
                && transaction.stream().anyMatch(each -> each.startsWith(statement))
                && transaction.stream().noneMatch(each -> each.contains(without));
    }
}
