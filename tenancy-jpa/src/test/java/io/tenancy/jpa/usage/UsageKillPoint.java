package io.tenancy.jpa.usage;

/** A state of disk and databases in which a node is killed. */
enum UsageKillPoint {
    /** Events are in the segment's file, which was not forced. */
    APPENDED,
    /** Events were forced; whoever recorded them has not heard of it. */
    FORCED,
    /** Events, keys and roll-ups are in the control database, not committed. */
    DRAINING,
    /** The control database has committed a segment that is still on the disk. */
    DELIVERED,
    /** Roll-ups were deleted and made anew, not committed; nobody else may store meanwhile. */
    REPAIRING,
    /** The tenant's rows and their usage are committed; nobody has looked into the outbox. */
    OUTBOX_SENT,
    /** The receiver has counted what the outbox holds, not committed. */
    OUTBOX_RECEIVING,
    /** The receiver has committed; the outbox still holds the messages. */
    OUTBOX_RECEIVED,
    /** Anywhere. */
    ANYWHERE;

    /** Whether it is reached by a node that records with its tenants' rows; the others record on their disks. */
    boolean isOfRows() {
        return name().startsWith("OUTBOX");
    }
}
