package io.tenancy.jpa.usage;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What is known of one key while a list is stored: what the list says and what the table holds. */
final class KeyRow {

    static final char RECORD = 'R';
    static final char CORRECTION = 'C';
    static final char RETRACTION = 'X';
    static final char AWAITED = 'A';

    final EventKey id;

    /** The first event of the list that may be stored under this key. */
    @Nullable Told candidate;

    /** A change in the list names it, which needs a row to stand in line with the record. */
    @Nullable Instant awaitedSince;

    /** Put into the table by this transaction, or taken over from a row that awaited it. */
    boolean isNew;

    /** Taken over from a row that awaited it. */
    boolean isClaimed;

    /** 0 when there is no row. */
    char kind;

    @Nullable UUID content;

    @Nullable Instant occurredAt;

    KeyRow(EventKey id) {
        this.id = id;
    }

    boolean isInserted() {
        return candidate != null || awaitedSince != null;
    }

    boolean stores(Told told) {
        return isNew && candidate != null && candidate.position() == told.position();
    }

    void became(Told told) {
        isNew = true;
        kind = told.kind();
        content = told.content();
        occurredAt = told.event().occurredAt();
    }
}
