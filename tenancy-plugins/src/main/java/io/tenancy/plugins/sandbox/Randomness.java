package io.tenancy.plugins.sandbox;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** Random bytes from a seed: SHA-256 of the seed and a counter, block by block. The same seed gives the same bytes. */
final class Randomness {

    private final byte[] seed;
    private long counter;

    Randomness(byte[] seed) {
        this.seed = seed.clone();
    }

    byte[] next(int count) {
        byte[] bytes = new byte[count];
        int filled = 0;
        while (filled < count) {
            byte[] block = block();
            int part = Math.min(block.length, count - filled);
            System.arraycopy(block, 0, bytes, filled, part);
            filled += part;
        }
        return bytes;
    }

    private byte[] block() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(seed);
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(counter++).array());
            return digest.digest();
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("Each Java has SHA-256", impossible);
        }
    }

    @Override
    public String toString() {
        return "Randomness[" + Arrays.hashCode(seed) + "]";
    }
}
