package io.tenancy.plugins.pack.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * Writes entries in the order that is given. They are stored: what a compressor makes of the same bytes depends on the
 * library that a machine has, and packages are the same everywhere.
 */
public final class ZipWriter {

    private ZipWriter() {}

    public static byte[] write(Map<String, byte[]> entries) {
        int directory = 0;
        int length = ZipForm.END_BYTES;
        for (Map.Entry<String, byte[]> entry : entries.entrySet()) {
            int name = entry.getKey().length();
            directory = Math.addExact(directory, ZipForm.CENTRAL_BYTES + name);
            length = Math.addExact(length, ZipForm.LOCAL_BYTES + name + entry.getValue().length);
        }
        ByteBuffer zip = ByteBuffer.allocate(Math.addExact(length, directory)).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer central = ByteBuffer.allocate(directory).order(ByteOrder.LITTLE_ENDIAN);
        entries.forEach((name, content) -> {
            int offset = zip.position();
            byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
            zip.putInt(ZipForm.LOCAL);
            common(zip, ascii, content);
            zip.put(ascii).put(content);
            central.putInt(ZipForm.CENTRAL).putShort((short) ZipForm.VERSION);
            common(central, ascii, content);
            // No comment, first disk, no attributes.
            central.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0);
            central.putInt(offset).put(ascii);
        });
        int start = zip.position();
        zip.put(central.flip());
        short count = (short) entries.size();
        zip.putInt(ZipForm.END)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort(count)
                .putShort(count);
        return zip.putInt(directory).putInt(start).putShort((short) 0).array();
    }

    private static void common(ByteBuffer to, byte[] name, byte[] content) {
        CRC32 crc = new CRC32();
        crc.update(content);
        to.putShort((short) ZipForm.VERSION).putShort((short) 0).putShort((short) ZipForm.STORED);
        to.putShort((short) ZipForm.TIME).putShort((short) ZipForm.DATE);
        to.putInt((int) crc.getValue()).putInt(content.length).putInt(content.length);
        to.putShort((short) name.length).putShort((short) 0);
    }
}
