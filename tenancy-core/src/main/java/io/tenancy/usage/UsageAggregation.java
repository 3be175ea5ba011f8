package io.tenancy.usage;

/** How the events of a metric become one number for an hour, a day or a billing period. */
public enum UsageAggregation {
    /** The sum of the quantities. */
    SUM,
    /** The number of events, whatever their quantities are. */
    COUNT,
    /** The greatest quantity. */
    MAX,
    /** The quantity of the event that occurred last; of two at the same instant, the one with the greater source and key. */
    LAST,
    /** The number of different values of one property. */
    UNIQUE
}
