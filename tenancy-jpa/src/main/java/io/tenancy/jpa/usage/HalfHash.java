package io.tenancy.jpa.usage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * The first 16 bytes of a SHA-256. Numbers are big-endian; a text is its number of UTF-8 bytes (4 bytes) and these bytes.
 * Not safe for more than one thread.
 */
final class HalfHash {

    private final MessageDigest digest;
    private ByteBuffer buffer = ByteBuffer.allocate(512);

    HalfHash() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException missing) {
            throw new IllegalStateException("Every Java has SHA-256", missing);
        }
    }

    /** Begins anew with the version of what follows. */
    HalfHash begin(byte version) {
        buffer.clear();
        buffer.put(version);
        return this;
    }

    HalfHash number(long value) {
        room(Long.BYTES).putLong(value);
        return this;
    }

    HalfHash number(int value) {
        room(Integer.BYTES).putInt(value);
        return this;
    }

    HalfHash text(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        room(Integer.BYTES + bytes.length).putInt(bytes.length).put(bytes);
        return this;
    }

    UUID end() {
        digest.update(buffer.flip());
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        return new UUID(hash.getLong(), hash.getLong());
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate((buffer.capacity() + bytes) * 2);
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }
}
