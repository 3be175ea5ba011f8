package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageEvent;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads a segment from its beginning to its end, past whatever does not read. */
final class SegmentScan {

    private static final int REASON_SHOWN = 200;

    private final byte[] content;
    private final List<String> damage = new ArrayList<>();
    private Optional<SegmentFormat.Header> header = Optional.empty();
    private int at;
    private int tornAt = -1;
    private long events;
    private long unreadable;
    private boolean sealed;

    SegmentScan(byte[] content) {
        this.content = content;
        switch (SegmentFormat.headerState(content)) {
            case WHOLE -> {
                header = Optional.of(SegmentFormat.readHeader(content));
                at = SegmentFormat.HEADER_BYTES;
            }
            case TORN -> {
                tornAt = 0;
                at = content.length;
            }
            case DAMAGED -> skipDamage(nextRecord(1), "the header does not read");
        }
    }

    /** Whether this version can read what the header announces. */
    boolean isReadableVersion() {
        return header.map(found -> found.version() <= SegmentFormat.VERSION).orElse(true);
    }

    Optional<SegmentFormat.Header> header() {
        return header;
    }

    Optional<Instant> begun() {
        return header.map(SegmentFormat.Header::begun);
    }

    /** What did not read so far, in words. */
    List<String> damage() {
        return damage;
    }

    /** Where the torn tail begins, or -1 when none was found. */
    int tornAt() {
        return tornAt;
    }

    /** How many events were read so far. */
    long events() {
        return events;
    }

    /** How many bytes of the file lie behind. */
    int position() {
        return at;
    }

    /** The next event that reads, or empty at the end. */
    Optional<UsageEvent> next() {
        while (at < content.length) {
            int end = recordEnd(at);
            if (end < 0) {
                passUnreadable();
            } else if (content[at + SegmentFormat.RECORD_OVERHEAD] == SegmentFormat.SEAL) {
                passSeal(end);
            } else {
                Optional<UsageEvent> event = read(end);
                if (event.isPresent()) {
                    return event;
                }
            }
        }
        return Optional.empty();
    }

    /** Reads all that is left, to know what the segment holds. */
    void toEnd() {
        Optional<UsageEvent> event = next();
        while (event.isPresent()) {
            event = next();
        }
    }

    private Optional<UsageEvent> read(int end) {
        int from = at;
        at = end;
        try {
            UsageEvent event = EventDecoder.event(content, from + SegmentFormat.RECORD_OVERHEAD, end);
            events++;
            return Optional.of(event);
        } catch (RuntimeException e) {
            unreadable++;
            damage.add("bytes " + from + " to " + end + " are a record with a right checksum that is no event: "
                    + shortened(e));
            return Optional.empty();
        }
    }

    private void passSeal(int end) {
        try {
            long counted = EventDecoder.seal(content, at + SegmentFormat.RECORD_OVERHEAD, end);
            if (counted != events + unreadable) {
                damage.add("the seal counted " + counted + " events, of which " + events + " read");
            }
        } catch (RuntimeException e) {
            damage.add("bytes " + at + " to " + end + " are a seal that does not read: " + shortened(e));
        }
        sealed = true;
        at = end;
    }

    private void passUnreadable() {
        int resumed = nextRecord(at + 1);
        if (resumed < 0 && !sealed && isTorn()) {
            tornAt = at;
            at = content.length;
        } else {
            skipDamage(resumed, "no record with a right checksum");
        }
    }

    private void skipDamage(int resumed, String found) {
        int end = resumed < 0 ? content.length : resumed;
        damage.add("bytes " + at + " to " + end + ": " + found);
        at = end;
    }

    private boolean isTorn() {
        int left = content.length - at;
        if (SegmentFormat.isZero(content, at)) {
            return true;
        }
        if (content[at] != SegmentFormat.MARK_FIRST || (left > 1 && content[at + 1] != SegmentFormat.MARK_SECOND)) {
            return false;
        }
        if (left < SegmentFormat.RECORD_OVERHEAD) {
            return true;
        }
        int payload = ByteBuffer.wrap(content).getInt(at + 2);
        return payload >= 1
                && payload <= SegmentFormat.LONGEST_PAYLOAD
                && payload > left - SegmentFormat.RECORD_OVERHEAD;
    }

    private int nextRecord(int from) {
        for (int i = from; i <= content.length - SegmentFormat.RECORD_OVERHEAD; i++) {
            if (recordEnd(i) >= 0) {
                return i;
            }
        }
        return -1;
    }

    /** Where the whole, right record that begins at the position ends, or -1 when none begins there. */
    private int recordEnd(int begin) {
        int left = content.length - begin - SegmentFormat.RECORD_OVERHEAD;
        if (left < 1 || content[begin] != SegmentFormat.MARK_FIRST || content[begin + 1] != SegmentFormat.MARK_SECOND) {
            return -1;
        }
        ByteBuffer record = ByteBuffer.wrap(content);
        int payload = record.getInt(begin + 2);
        if (payload < 1 || payload > Math.min(left, SegmentFormat.LONGEST_PAYLOAD)) {
            return -1;
        }
        return record.getInt(begin + 6) == SegmentFormat.recordChecksum(content, begin, payload)
                ? begin + SegmentFormat.RECORD_OVERHEAD + payload
                : -1;
    }

    private static String shortened(RuntimeException e) {
        String reason = String.valueOf(e.getMessage());
        return reason.length() <= REASON_SHOWN ? reason : reason.substring(0, REASON_SHOWN) + "…";
    }
}
