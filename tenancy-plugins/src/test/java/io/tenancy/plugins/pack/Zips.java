package io.tenancy.plugins.pack;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Zips of any kind, byte by byte; without changes, in the form of packages. */
final class Zips {

    final List<Entry> entries = new ArrayList<>();
    byte[] before = {};
    byte[] beforeDirectory = {};
    byte[] after = {};
    byte[] comment = {};
    int disk;
    int count = -1;
    int countOnDisk = -1;
    int directoryChange;
    int offsetChange;

    /** What is said of an entry in one of its two headers. */
    static final class Header {
        int version = 20;
        int flags;
        int method;
        int time;
        int date = 0x21;
        int crc;
        int packed;
        int size;
        byte[] name = {};
        byte[] extra = {};

        Header copy() {
            Header copy = new Header();
            copy.version = version;
            copy.flags = flags;
            copy.method = method;
            copy.time = time;
            copy.date = date;
            copy.crc = crc;
            copy.packed = packed;
            copy.size = size;
            copy.name = name;
            copy.extra = extra;
            return copy;
        }

        private void write(ByteBuffer out) {
            out.putShort((short) version).putShort((short) flags).putShort((short) method);
            out.putShort((short) time).putShort((short) date);
            out.putInt(crc).putInt(packed).putInt(size);
            out.putShort((short) name.length).putShort((short) extra.length);
        }
    }

    /** An entry. */
    static final class Entry {
        final Header local = new Header();
        Header central = local;
        byte[] data;
        byte[] trailer = {};
        int madeBy = 20;
        byte[] comment = {};
        int disk;
        int internal;
        int external;
        int offset = -1;

        Entry(String name, byte[] content) {
            data = content;
            local.name = name.getBytes(StandardCharsets.ISO_8859_1);
            local.crc = crc(content);
            local.packed = content.length;
            local.size = content.length;
        }

        String name() {
            return new String(local.name, StandardCharsets.ISO_8859_1);
        }

        /** Says something in the directory only. */
        void inDirectory(Consumer<Header> change) {
            central = local.copy();
            change.accept(central);
        }

        void deflate() {
            byte[] content = data;
            data = deflated(content);
            local.method = 8;
            local.packed = data.length;
        }
    }

    static int crc(byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        return (int) crc.getValue();
    }

    static byte[] deflated(byte[] content) {
        Deflater deflater = new Deflater(9, true);
        deflater.setInput(content);
        deflater.finish();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        while (!deflater.finished()) {
            out.write(part, 0, deflater.deflate(part));
        }
        deflater.end();
        return out.toByteArray();
    }

    /** The entries of a package. */
    static Zips of(byte[] written) {
        Map<String, byte[]> entries = new LinkedHashMap<>();
        ByteBuffer in = ByteBuffer.wrap(written).order(ByteOrder.LITTLE_ENDIAN);
        while (in.getInt(in.position()) == 0x04034b50) {
            byte[] name = new byte[in.getShort(in.position() + 26)];
            byte[] content = new byte[in.getInt(in.position() + 22)];
            in.position(in.position() + 30).get(name).get(content);
            entries.put(new String(name, StandardCharsets.US_ASCII), content);
        }
        return of(entries);
    }

    static Zips of(Map<String, byte[]> entries) {
        Zips zip = new Zips();
        entries.forEach((name, content) -> zip.entries.add(new Entry(name, content)));
        return zip;
    }

    Entry entry(String name) {
        return entries.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    byte[] bytes() {
        int room = 1_000;
        for (Entry each : entries) {
            room += each.data.length + 2 * (each.local.name.length + each.local.extra.length + 200);
        }
        ByteBuffer out = ByteBuffer.allocate(
                        room + before.length + beforeDirectory.length + after.length + comment.length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.put(before);
        int[] offsets = new int[entries.size()];
        for (int i = 0; i < offsets.length; i++) {
            Entry each = entries.get(i);
            offsets[i] = each.offset < 0 ? out.position() : each.offset;
            out.putInt(0x04034b50);
            each.local.write(out);
            out.put(each.local.name).put(each.local.extra).put(each.data).put(each.trailer);
        }
        out.put(beforeDirectory);
        int start = out.position();
        for (int i = 0; i < offsets.length; i++) {
            Entry each = entries.get(i);
            out.putInt(0x02014b50).putShort((short) each.madeBy);
            each.central.write(out);
            out.putShort((short) each.comment.length).putShort((short) each.disk);
            out.putShort((short) each.internal).putInt(each.external).putInt(offsets[i]);
            out.put(each.central.name).put(each.central.extra).put(each.comment);
        }
        int size = out.position() - start;
        int all = count < 0 ? entries.size() : count;
        out.putInt(0x06054b50).putShort((short) disk).putShort((short) disk);
        out.putShort((short) (countOnDisk < 0 ? all : countOnDisk)).putShort((short) all);
        out.putInt(size + directoryChange).putInt(start + offsetChange);
        out.putShort((short) comment.length).put(comment).put(after);
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }
}
