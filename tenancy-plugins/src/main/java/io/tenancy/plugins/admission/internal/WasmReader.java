package io.tenancy.plugins.admission.internal;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.PluginRefusedException.Reason;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads numbers and names of the binary format, and never beyond the end that it was given. */
final class WasmReader {

    private static final int MOST_BYTES_OF_32 = 5;
    private static final int MOST_BYTES_OF_64 = 10;

    private final byte[] bytes;
    private final int end;
    private int position;

    WasmReader(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.position = from;
        this.end = end;
    }

    int position() {
        return position;
    }

    boolean hasMore() {
        return position < end;
    }

    int remaining() {
        return end - position;
    }

    int u8(String what) {
        if (position >= end) {
            throw broken(what + " is cut off");
        }
        return bytes[position++] & 0xFF;
    }

    /** An unsigned number that is at most {@code most}. */
    int count(String what, int most) {
        long value = u32(what);
        if (value > most) {
            throw tooLarge(position, what + " is " + value + "; at most " + most + " is admitted");
        }
        return (int) value;
    }

    long u32(String what) {
        long value = 0;
        for (int i = 0; i < MOST_BYTES_OF_32; i++) {
            int next = u8(what);
            value |= (long) (next & 0x7F) << (7 * i);
            if ((next & 0x80) == 0) {
                if (value > 0xFFFF_FFFFL) {
                    throw broken(what + " does not fit into 32 bits");
                }
                return value;
            }
        }
        throw broken(what + " has more than " + MOST_BYTES_OF_32 + " bytes");
    }

    int s32(String what) {
        long value = signed(what, MOST_BYTES_OF_32);
        if (value != (int) value) {
            throw broken(what + " does not fit into 32 bits");
        }
        return (int) value;
    }

    void s64(String what) {
        var unused = signed(what, MOST_BYTES_OF_64);
    }

    private long signed(String what, int most) {
        long value = 0;
        for (int i = 0; i < most; i++) {
            int next = u8(what);
            value |= (long) (next & 0x7F) << (7 * i);
            if ((next & 0x80) == 0) {
                int bits = 7 * (i + 1);
                return bits < Long.SIZE ? value << (Long.SIZE - bits) >> (Long.SIZE - bits) : value;
            }
        }
        throw broken(what + " has more than " + most + " bytes");
    }

    void skip(int count, String what) {
        if (count > end - position) {
            throw broken(what + " is cut off");
        }
        position += count;
    }

    /** A reader of the next bytes, which this one has passed then. */
    WasmReader next(int count, String what) {
        int from = position;
        skip(count, what);
        return new WasmReader(bytes, from, position);
    }

    String name(String what, int most) {
        int length = count("the length of " + what, most);
        int from = position;
        skip(length, what);
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes, from, length));
            return text.toString();
        } catch (CharacterCodingException notUtf8) {
            throw broken(what + " is not UTF-8");
        }
    }

    void requireEnd(String what) {
        if (position != end) {
            throw broken(what + " ends " + (end - position) + " bytes before its stated length");
        }
    }

    /** More of something than is admitted. */
    static Broken tooLarge(int position, String what) {
        return new Broken(position, what, true);
    }

    private Broken broken(String what) {
        return new Broken(position, what);
    }

    /** The bytes are not what they should be. */
    static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        final int position;
        private final boolean large;

        Broken(int position, String message) {
            this(position, message, false);
        }

        private Broken(int position, String message, boolean large) {
            super(message, null, false, false);
            this.position = position;
            this.large = large;
        }

        PluginRefusedException refusal() {
            return large
                    ? new PluginRefusedException(
                            Reason.TOO_LARGE,
                            "The module is too large: at byte " + position + ", " + getMessage()
                                    + ". Build it for size, or split it.")
                    : new PluginRefusedException(
                            Reason.MALFORMED, "The module is broken at byte " + position + ": " + getMessage() + ".");
        }
    }
}
