package io.tenancy.billing.run;

/** Where a node is killed. */
enum YearKillPoint {
    /** Wherever it happens to be. */
    ANYWHERE,
    /** A catalogue's prices are half taken over. */
    CATALOGUE_IMPORT,
    /** A plan was changed, and that was not committed. */
    PLAN_CHANGE,
    /** An invoice was made, and that was not committed. */
    INVOICE_MADE,
    /** A period was charged, and the node knows nothing of it. */
    RENEWAL_COMMITTED,
    /** A draft was made final, and that was not committed. */
    DRAFT_FINALISED,
    /** A request to the provider was stored, and the provider was not asked. */
    ATTEMPT_STORED,
    /** The provider took the money, and nobody here knows. */
    PROVIDER_ANSWERED,
    /** The payment was booked, and that was not committed. */
    PAYMENT_BOOKED,
    /** A step of dunning was begun, and that was not committed. */
    DUNNING_STEP,
    /** A notice was taken up, and not told. */
    NOTICE_CLAIMED,
    /** A notice was told, and nobody here knows. */
    NOTICE_TOLD
}
