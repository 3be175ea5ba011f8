package io.tenancy.plugins;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;

/** A plugin in its binary format, of which tests change what they like, into what no tool would write. */
public final class WasmBytes {

    public static final int I32 = 0x7F;
    public static final int I64 = 0x7E;
    public static final int END = 0x0B;

    private final TreeMap<Integer, byte[]> sections = new TreeMap<>();
    private byte[] before = {};
    private byte[] after = {};

    private WasmBytes() {}

    /** A plugin that answers with nothing: types (i32)->i32, (i32,i32)->i64, ()->(); functions tp_alloc, tp_call. */
    public static WasmBytes plugin() {
        return new WasmBytes()
                .section(1, join(bytes(3, 0x60, 1, I32, 1, I32, 0x60, 2, I32, I32, 1, I64, 0x60, 0, 0)))
                .section(3, bytes(2, 0, 1))
                .section(5, bytes(1, 0, 1))
                .section(7, join(bytes(3), export("memory", 2, 0), export("tp_alloc", 0, 0), export("tp_call", 0, 1)))
                .call(0x42, 0);
    }

    public static byte[] export(String name, int kind, int index) {
        return join(name(name), bytes(kind, index));
    }

    public static byte[] name(String name) {
        byte[] text = name.getBytes(StandardCharsets.UTF_8);
        return join(u32(text.length), text);
    }

    public static byte[] bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return bytes;
    }

    public static byte[] u32(long value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long rest = value;
        while (rest >= 0x80) {
            out.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.write((int) rest);
        return out.toByteArray();
    }

    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] each : parts) {
            out.writeBytes(each);
        }
        return out.toByteArray();
    }

    public static byte[] times(int count, byte[] part) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < count; i++) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] sized(byte[]... parts) {
        byte[] content = join(parts);
        return join(u32(content.length), content);
    }

    /** A section with this content, and the right length. */
    public WasmBytes section(int id, byte[]... content) {
        sections.put(id, join(bytes(id), sized(content)));
        return this;
    }

    /** A section just as it is. */
    public WasmBytes raw(int id, byte[] section) {
        sections.put(id, section);
        return this;
    }

    public WasmBytes without(int id) {
        sections.remove(id);
        return this;
    }

    /** What stands before all sections. */
    public WasmBytes first(byte[] bytes) {
        before = bytes;
        return this;
    }

    /** What stands behind all sections. */
    public WasmBytes last(byte[] bytes) {
        after = bytes;
        return this;
    }

    /** What tp_call does, without its end. */
    public WasmBytes call(int... code) {
        return call(bytes(code));
    }

    public WasmBytes call(byte[] code) {
        return body(join(bytes(0), code, bytes(END)));
    }

    /** The body of tp_call with its locals and its end. */
    public WasmBytes body(byte[] body) {
        return section(10, bytes(2), sized(bytes(0, 0x41, 0x10, END)), sized(body));
    }

    /** One or more further functions of type ()->(). */
    public WasmBytes functions(int count, byte[] body) {
        section(3, u32(count + 2L), bytes(0, 1), times(count, bytes(2)));
        return section(
                10,
                u32(count + 2L),
                sized(bytes(0, 0x41, 0x10, END)),
                sized(bytes(0, 0x42, 0, END)),
                times(count, sized(body)));
    }

    public byte[] toBytes() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(bytes(0, 0x61, 0x73, 0x6D, 1, 0, 0, 0));
        out.writeBytes(before);
        // The count of data segments stands before the code.
        sections.forEach((id, section) -> {
            if (id == 10 && sections.containsKey(12)) {
                out.writeBytes(sections.get(12));
            }
            if (id != 12) {
                out.writeBytes(section);
            }
        });
        out.writeBytes(after);
        return out.toByteArray();
    }
}
