package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageEvent;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;

/** Records of a segment, in the making. Each caller encodes into one of its own, outside of any lock. */
final class EncodedEvents {

    private byte[] bytes;
    private int size;
    private int count;

    EncodedEvents(int expectedBytes) {
        this.bytes = new byte[expectedBytes];
    }

    int size() {
        return size;
    }

    int count() {
        return count;
    }

    byte[] array() {
        return bytes;
    }

    byte[] toByteArray() {
        return Arrays.copyOf(bytes, size);
    }

    /** Adds an event. */
    void add(UsageEvent event) {
        int begun = begin();
        put(codeOf(event.kind()));
        putLong(event.tenant().value().getMostSignificantBits());
        putLong(event.tenant().value().getLeastSignificantBits());
        putText(event.source());
        putText(event.key());
        putText(event.metric());
        putVarint(event.quantity().scale());
        byte[] unscaled = event.quantity().unscaledValue().toByteArray();
        putVarint(unscaled.length);
        putBytes(unscaled);
        putTime(event.occurredAt());
        putVarint(event.properties().size());
        for (Map.Entry<String, String> property : event.properties().entrySet()) {
            putText(property.getKey());
            putText(property.getValue());
        }
        event.changes().ifPresent(this::putText);
        end(begun);
        count++;
    }

    void addSeal(long events) {
        int begun = begin();
        put(SegmentFormat.SEAL);
        putVarint(events);
        end(begun);
    }

    static byte codeOf(UsageEvent.Kind kind) {
        return switch (kind) {
            case RECORD -> 1;
            case CORRECTION -> 2;
            case RETRACTION -> 3;
        };
    }

    private int begin() {
        int begun = size;
        reserve(SegmentFormat.RECORD_OVERHEAD);
        size += SegmentFormat.RECORD_OVERHEAD;
        return begun;
    }

    private void end(int begun) {
        int payload = size - begun - SegmentFormat.RECORD_OVERHEAD;
        ByteBuffer record = ByteBuffer.wrap(bytes);
        record.put(begun, SegmentFormat.MARK_FIRST).put(begun + 1, SegmentFormat.MARK_SECOND);
        record.putInt(begun + 2, payload);
        record.putInt(begun + 6, SegmentFormat.recordChecksum(bytes, begun, payload));
    }

    private void putTime(Instant time) {
        long seconds = time.getEpochSecond();
        putVarint((seconds << 1) ^ (seconds >> 63));
        putVarint(time.getNano() / 1_000);
    }

    // Its length comes first, and most texts are ASCII, so that length is guessed and the text moved if it was wrong.
    private void putText(String text) {
        int length = text.length();
        reserve(5 + 3 * length);
        int begun = size;
        int guess = varintBytes(length);
        size += guess;
        encode(text);
        int encoded = size - begun - guess;
        int needed = varintBytes(encoded);
        if (needed != guess) {
            System.arraycopy(bytes, begun + guess, bytes, begun + needed, encoded);
        }
        size = begun;
        putVarint(encoded);
        size += encoded;
    }

    private void encode(String text) {
        int at = size;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < 0x80) {
                bytes[at++] = (byte) c;
            } else if (c < 0x800) {
                bytes[at++] = (byte) (0xC0 | (c >> 6));
                bytes[at++] = (byte) (0x80 | (c & 0x3F));
            } else if (!Character.isSurrogate(c)) {
                bytes[at++] = (byte) (0xE0 | (c >> 12));
                bytes[at++] = (byte) (0x80 | ((c >> 6) & 0x3F));
                bytes[at++] = (byte) (0x80 | (c & 0x3F));
            } else {
                // An event holds pairs only.
                int point = text.codePointAt(i++);
                bytes[at++] = (byte) (0xF0 | (point >> 18));
                bytes[at++] = (byte) (0x80 | ((point >> 12) & 0x3F));
                bytes[at++] = (byte) (0x80 | ((point >> 6) & 0x3F));
                bytes[at++] = (byte) (0x80 | (point & 0x3F));
            }
        }
        size = at;
    }

    private void putVarint(long value) {
        reserve(10);
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            bytes[size++] = (byte) ((rest & 0x7F) | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
    }

    private static int varintBytes(int value) {
        return value < 1 << 7 ? 1 : value < 1 << 14 ? 2 : value < 1 << 21 ? 3 : value < 1 << 28 ? 4 : 5;
    }

    private void putLong(long value) {
        reserve(Long.BYTES);
        ByteBuffer.wrap(bytes).putLong(size, value);
        size += Long.BYTES;
    }

    private void put(byte value) {
        reserve(1);
        bytes[size++] = value;
    }

    private void putBytes(byte[] values) {
        reserve(values.length);
        System.arraycopy(values, 0, bytes, size, values.length);
        size += values.length;
    }

    private void reserve(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(Math.addExact(size, more), (int) Math.min(2L * size, 1 << 30)));
        }
    }
}
