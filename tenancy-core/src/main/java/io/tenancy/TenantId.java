package io.tenancy;

import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Objects;
import java.util.UUID;

/**
 * The identity of a tenant: an immutable UUID of version 7 (RFC 9562), so that ids sort by the time of creation and
 * are never reused. Names that people see ({@link TenantSlug}, custom domains) may change; this may not.
 *
 * @param value the UUID, of version 7 and the IETF variant
 */
public record TenantId(UUID value) implements Comparable<TenantId> {

    private static final SecureRandom RANDOM = new SecureRandom();

    /**
     * Validates the version.
     *
     * @throws IllegalArgumentException when the UUID is not of version 7
     */
    public TenantId {
        Objects.requireNonNull(value, "value");
        if (value.version() != 7 || value.variant() != 2) {
            throw new IllegalArgumentException("A tenant id is a UUID of version 7, but '" + value + "' has version "
                    + value.version() + " and variant " + value.variant() + ". Create one with TenantId.next(clock).");
        }
    }

    /**
     * A new id.
     *
     * @param clock gives the millisecond that the id starts with
     * @return an id that no other call returns
     */
    public static TenantId next(InstantSource clock) {
        byte[] random = new byte[10];
        RANDOM.nextBytes(random);
        long high = (clock.millis() << 16) | 0x7000L | ((random[0] & 0x0FL) << 8) | (random[1] & 0xFFL);
        long low = 0;
        for (int i = 2; i < 10; i++) {
            low = (low << 8) | (random[i] & 0xFFL);
        }
        low = (low & 0x3FFF_FFFF_FFFF_FFFFL) | 0x8000_0000_0000_0000L;
        return new TenantId(new UUID(high, low));
    }

    /**
     * Reads the canonical text form, 36 characters, either case.
     *
     * @param text the text
     * @return the id
     * @throws IllegalArgumentException when the text is not a UUID of version 7 in canonical form
     */
    public static TenantId of(String text) {
        if (text.length() != 36) {
            throw new IllegalArgumentException("A tenant id has 36 characters, but this text has " + text.length());
        }
        return new TenantId(UUID.fromString(text));
    }

    @Override
    public int compareTo(TenantId other) {
        int high = Long.compareUnsigned(value.getMostSignificantBits(), other.value.getMostSignificantBits());
        return high != 0
                ? high
                : Long.compareUnsigned(value.getLeastSignificantBits(), other.value.getLeastSignificantBits());
    }

    /** The canonical text, lower case, 36 characters. */
    @Override
    public String toString() {
        return value.toString();
    }
}
