package io.tenancy.plugins.admission.internal;

import java.util.Arrays;

/** Writes numbers of the binary format. */
final class WasmWriter {

    private byte[] bytes;
    private int size;

    WasmWriter(int expected) {
        bytes = new byte[Math.max(16, expected)];
    }

    private void makeRoom(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
        }
    }

    WasmWriter u8(int value) {
        makeRoom(1);
        bytes[size++] = (byte) value;
        return this;
    }

    WasmWriter u32(long value) {
        long rest = value;
        while (rest >= 0x80) {
            u8((int) ((rest & 0x7F) | 0x80));
            rest >>>= 7;
        }
        return u8((int) rest);
    }

    WasmWriter s64(long value) {
        long rest = value;
        while (rest < -0x40 || rest >= 0x40) {
            u8((int) ((rest & 0x7F) | 0x80));
            rest >>= 7;
        }
        return u8((int) (rest & 0x7F));
    }

    WasmWriter littleEndian(long value, int count) {
        for (int i = 0; i < count; i++) {
            u8((int) (value >>> (8 * i) & 0xFF));
        }
        return this;
    }

    WasmWriter copy(byte[] from, int begin, int end) {
        makeRoom(end - begin);
        System.arraycopy(from, begin, bytes, size, end - begin);
        size += end - begin;
        return this;
    }

    /** What another one wrote, after its length. */
    WasmWriter sized(WasmWriter other) {
        return u32(other.size).copy(other.bytes, 0, other.size);
    }

    int size() {
        return size;
    }

    byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }
}
