package io.tenancy.jpa.usage;

import io.tenancy.usage.UsageEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.UUID;

/*
 * The stored form, version 1: the first 16 bytes of the SHA-256 of: the byte 1; metric; quantity as a plain decimal
 * without trailing zeros; seconds since 1970 (8 bytes) and nanoseconds (4 bytes); name of the kind; reference, empty for a
 * record; number of properties (4 bytes); name and value of each in the order of the names. Each text is its number of
 * UTF-8 bytes (4 bytes) and these bytes. Numbers are big-endian. It never changes: keys that are stored were made by it.
 */
/** Tells whether two events of one key say the same. Not safe for more than one thread. */
final class EventContent {

    private static final byte VERSION = 1;

    private final MessageDigest digest;
    private ByteBuffer buffer = ByteBuffer.allocate(512);

    EventContent() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("Every Java has SHA-256", missing);
        }
    }

    UUID of(UsageEvent event) {
        buffer.clear();
        buffer.put(VERSION);
        text(event.metric());
        text(event.quantity().toPlainString());
        Instant occurredAt = event.occurredAt();
        room(12).putLong(occurredAt.getEpochSecond()).putInt(occurredAt.getNano());
        text(event.kind().name());
        text(event.changes().orElse(""));
        room(4).putInt(event.properties().size());
        for (Map.Entry<String, String> property : event.properties().entrySet()) {
            text(property.getKey());
            text(property.getValue());
        }
        digest.update(buffer.flip());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new UUID(hash.getLong(), hash.getLong());
    }

    static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    private void text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        room(4 + bytes.length).putInt(bytes.length).put(bytes);
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate((buffer.capacity() + bytes) * 2);
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }
}
