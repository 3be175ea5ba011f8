package io.tenancy.jpa.quota;

/** A state of the database in which a node is killed. */
enum KillPoint {
    /** A part was handed out; the node has not heard of it. */
    LEASE_GRANTED,
    /** A part of a lease was reported as used, the rest is on the node. */
    LEASE_PARTLY_REPORTED,
    /** What the unit stands for is durable; the unit is not committed. */
    MADE_NOT_COMMITTED,
    /** The node put its rest aside; the store has not heard of it. */
    LEASE_BEING_RETURNED,
    /** The store forgot the lease; the node has not heard of it. */
    LEASE_RETURNED,
    /** A threshold was recorded; nobody heard of it. */
    ALERT_WRITTEN,
    /** A listener was called; the alert is not marked. */
    ALERT_DELIVERED_BUT_UNMARKED,
    /** A recount began; it has not ended. */
    RECOUNT_RUNNING,
    /** Anywhere. */
    ANYWHERE;

    /** Whether it is reached only by those who come near the limit. */
    boolean isLate() {
        return this == ALERT_WRITTEN || this == ALERT_DELIVERED_BUT_UNMARKED;
    }
}
