package io.tenancy.usage.buffer;

import io.tenancy.TenantId;
import io.tenancy.usage.UsageEvent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the payload of one record. */
final class EventDecoder {

    private final byte[] bytes;
    private final int end;
    private int at;

    private EventDecoder(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    /**
     * Reads an event.
     *
     * @throws RuntimeException of any kind when the payload is not an event of this version
     */
    static UsageEvent event(byte[] bytes, int from, int end) {
        EventDecoder decoder = new EventDecoder(bytes, from, end);
        UsageEvent event = decoder.event();
        decoder.requireEnd();
        return event;
    }

    /**
     * Reads how many events a seal counted.
     *
     * @throws RuntimeException of any kind when the payload is not a seal
     */
    static long seal(byte[] bytes, int from, int end) {
        EventDecoder decoder = new EventDecoder(bytes, from + 1, end);
        long events = decoder.varint();
        decoder.requireEnd();
        return events;
    }

    private UsageEvent event() {
        UsageEvent.Kind kind = kind(bytes[at++]);
        TenantId tenant = new TenantId(new java.util.UUID(int64(), int64()));
        String source = text();
        String key = text();
        String metric = text();
        int scale = (int) varint();
        BigDecimal quantity = new BigDecimal(new BigInteger(take((int) varint())), scale);
        long zigzag = varint();
        Instant occurredAt = Instant.ofEpochSecond((zigzag >>> 1) ^ -(zigzag & 1), varint() * 1_000);
        Map<String, String> properties = new HashMap<>();
        for (long left = varint(); left > 0; left--) {
            properties.put(text(), text());
        }
        @Nullable String reference = kind == UsageEvent.Kind.RECORD ? null : text();
        return new UsageEvent(tenant, source, key, metric, quantity, occurredAt, properties, kind, reference);
    }

    private static UsageEvent.Kind kind(byte code) {
        for (UsageEvent.Kind kind : UsageEvent.Kind.values()) {
            if (EncodedEvents.codeOf(kind) == code) {
                return kind;
            }
        }
        throw new IllegalArgumentException("its kind is " + code + ", which this version does not know");
    }

    private String text() {
        int length = (int) varint();
        requireRoom(length);
        try {
            ByteBuffer encoded = ByteBuffer.wrap(bytes, at, length);
            at += length;
            return StandardCharsets.UTF_8.newDecoder().decode(encoded).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException("a text is not UTF-8", e);
        }
    }

    private byte[] take(int length) {
        requireRoom(length);
        byte[] taken = new byte[length];
        System.arraycopy(bytes, at, taken, 0, length);
        at += length;
        return taken;
    }

    private long int64() {
        requireRoom(Long.BYTES);
        long value = ByteBuffer.wrap(bytes).getLong(at);
        at += Long.BYTES;
        return value;
    }

    private long varint() {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            requireRoom(1);
            byte next = bytes[at++];
            value |= (next & 0x7FL) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new IllegalArgumentException("a number is longer than 64 bits");
    }

    private void requireRoom(int length) {
        if (length < 0 || length > end - at) {
            throw new IllegalArgumentException("it ends too early");
        }
    }

    private void requireEnd() {
        if (at != end) {
            throw new IllegalArgumentException("it has " + (end - at) + " bytes too many");
        }
    }
}
