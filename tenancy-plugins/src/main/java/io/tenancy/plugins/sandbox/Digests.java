package io.tenancy.plugins.sandbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of parts, each with its length before it, so that no two lists of parts have the same bytes. */
final class Digests {

    private final MessageDigest digest;

    Digests() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Each Java has SHA-256", impossible);
        }
    }

    Digests add(byte[] part) {
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(part.length).array());
        digest.update(part);
        return this;
    }

    Digests add(String part) {
        return add(part.getBytes(StandardCharsets.UTF_8));
    }

    Digests add(long part) {
        return add(ByteBuffer.allocate(Long.BYTES).putLong(part).array());
    }

    /** All parts so far; nothing can be added afterwards. */
    String hex() {
        return HexFormat.of().formatHex(digest.digest());
    }

    static String of(byte[] bytes) {
        return new Digests().add(bytes).hex();
    }
}
