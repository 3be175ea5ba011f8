package io.tenancy.plugins.pack.internal;

import io.tenancy.plugins.pack.PackageCheck;
import io.tenancy.plugins.pack.PackageRefusedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Reads a zip that a stranger made. The end record is the last 22 bytes, the central directory lies right before it, and
 * the entries lie one after the other from the first byte to the directory, in its order: there is no byte that is not
 * accounted for, so nothing overlaps, precedes, follows or hides. All sizes are judged before anything is unpacked.
 */
public final class ZipWalk {

    private static final String REPACK = "Pack it with PackageWriter or the kit, which write the one form that is read";

    private final ByteBuffer zip;
    private final List<Entry> entries = new ArrayList<>();

    private ZipWalk(byte[] bytes) {
        zip = ByteBuffer.wrap(bytes).asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    private record Entry(String name, int method, int crc, int packed, int size, int offset, int header) {}

    /** The entries by name, in their order. */
    public static Map<String, byte[]> entries(byte[] bytes) {
        if (bytes.length > PackageBounds.LARGEST_PACKAGE) {
            throw refused(
                    "it has " + bytes.length + " bytes",
                    "Keep a package within " + PackageBounds.LARGEST_PACKAGE + " bytes");
        }
        ZipWalk walk = new ZipWalk(bytes);
        walk.directory();
        walk.requireBounds();
        walk.requireNames();
        walk.requireLocals();
        Map<String, byte[]> contents = new LinkedHashMap<>();
        for (Entry entry : walk.entries) {
            contents.put(entry.name(), walk.content(entry));
        }
        return contents;
    }

    private void directory() {
        int end = zip.limit() - ZipForm.END_BYTES;
        if (end < 0 || zip.getInt(end) != ZipForm.END) {
            throw refused("it does not end with the end record of a zip without a comment", REPACK);
        }
        int count = word(end + 10);
        if (word(end + 4) != 0 || word(end + 6) != 0 || word(end + 8) != count || word(end + 20) != 0) {
            throw refused("its end record speaks of several disks or a comment", REPACK);
        }
        int most = PackageBounds.MOST_FILES + 3;
        if (count == 0 || count > most) {
            throw refused("it has " + count + " entries", "Put 1 to " + most + " entries into a package");
        }
        long size = length(end + 12);
        long start = length(end + 16);
        if (start + size != end) {
            throw refused(
                    "its directory was said to be at " + start + " with " + size + " bytes, which does not end at "
                            + end,
                    REPACK);
        }
        int at = (int) start;
        for (int i = 0; i < count; i++) {
            at = entry(i, at, end);
        }
        if (at != end) {
            throw refused("its directory has " + (end - at) + " bytes after its last entry", REPACK);
        }
    }

    private int entry(int index, int at, int end) {
        String which = "entry " + (index + 1) + " of its directory ";
        if (end - at < ZipForm.CENTRAL_BYTES || zip.getInt(at) != ZipForm.CENTRAL) {
            throw refused(which + "is not there", REPACK);
        }
        int name = word(at + 28);
        if (end - at - ZipForm.CENTRAL_BYTES < name) {
            throw refused(which + "has a name that goes beyond the directory", REPACK);
        }
        requireCommon(which, at + 6);
        require(word(at + 4) == ZipForm.VERSION, which + "was made by a program that may keep modes and links");
        require(word(at + 32) == 0 && word(at + 34) == 0, which + "has a comment or is on another disk");
        require(word(at + 36) == 0 && zip.getInt(at + 38) == 0, which + "has attributes, as links and folders have");
        long packed = length(at + 20);
        long size = length(at + 24);
        long offset = length(at + 42);
        if (packed > zip.limit() || offset > zip.limit()) {
            throw refused(which + "goes beyond the package", REPACK);
        }
        if (size > PackageBounds.LARGEST_FILE) {
            throw refused(
                    which + "is said to have " + size + " bytes",
                    "Keep each file within " + PackageBounds.LARGEST_FILE + " bytes");
        }
        entries.add(new Entry(
                name(which, at + ZipForm.CENTRAL_BYTES, name),
                word(at + 10),
                zip.getInt(at + 16),
                (int) packed,
                (int) size,
                (int) offset,
                at + 6));
        return at + ZipForm.CENTRAL_BYTES + name;
    }

    // The fields from "version needed" to "extra length", which both headers have.
    private void requireCommon(String which, int at) {
        int flags = word(at + 2);
        require((flags & 1) == 0, which + "is encrypted");
        require((flags & 8) == 0, which + "has its sizes behind its data");
        require(flags == 0, which + "has the flags " + flags);
        int method = word(at + 4);
        require(method == ZipForm.STORED || method == ZipForm.DEFLATED, which + "has the method " + method);
        require(word(at) == ZipForm.VERSION, which + "needs version " + word(at) + " of zip");
        require(word(at + 6) == ZipForm.TIME && word(at + 8) == ZipForm.DATE, which + "has a time of its own");
        require(word(at + 24) == 0, which + "has an extra field, such as that of zip64");
    }

    private String name(String which, int at, int length) {
        byte[] ascii = new byte[length];
        zip.get(at, ascii);
        String name = new String(ascii, StandardCharsets.ISO_8859_1);
        if (!Form.FILE.fits(name)) {
            throw refused(which + "is called " + Shown.of(name), "In a package, " + Form.FILE.advice());
        }
        return name;
    }

    private void requireBounds() {
        long total = 0;
        for (Entry entry : entries) {
            total += entry.size();
            boolean stored = entry.method() == ZipForm.STORED;
            require(
                    !stored || entry.packed() == entry.size(),
                    Shown.of(entry.name()) + " is stored with " + entry.packed() + " bytes, but has " + entry.size());
            long most = (long) entry.packed() * PackageBounds.HIGHEST_RATIO + PackageBounds.RATIO_FREE;
            if (!stored && entry.size() > most) {
                throw refused(
                        Shown.of(entry.name()) + " would unpack " + entry.packed() + " bytes to " + entry.size(),
                        "Store what compresses to less than a " + PackageBounds.HIGHEST_RATIO + "th");
            }
        }
        if (total > PackageBounds.LARGEST_CONTENT) {
            throw refused(
                    "it would unpack to " + total + " bytes",
                    "Keep the files together within " + PackageBounds.LARGEST_CONTENT + " bytes");
        }
    }

    private void requireNames() {
        Map<String, String> seen = new LinkedHashMap<>();
        for (Entry entry : entries) {
            String before = seen.put(entry.name().toLowerCase(Locale.ROOT), entry.name());
            if (before != null) {
                throw refused(
                        "it has " + Shown.of(before) + " and " + Shown.of(entry.name())
                                + ", which are one name where capitals do not count",
                        "Give each file a name of its own");
            }
        }
    }

    private void requireLocals() {
        int at = 0;
        int start = (int) length(zip.limit() - ZipForm.END_BYTES + 16);
        for (Entry entry : entries) {
            String which = Shown.of(entry.name()) + " ";
            int name = entry.name().length();
            require(entry.offset() == at, which + "does not begin where what is before it ends");
            require(
                    (long) start - at >= (long) ZipForm.LOCAL_BYTES + name + entry.packed()
                            && zip.getInt(at) == ZipForm.LOCAL,
                    which + "has no header of its own, or reaches into the directory");
            // All that both headers have, from the version to the length of the extra field, and the name.
            boolean same = zip.slice(at + 4, 26).equals(zip.slice(entry.header(), 26))
                    && zip.slice(at + ZipForm.LOCAL_BYTES, name)
                            .equals(zip.slice(entry.header() - 6 + ZipForm.CENTRAL_BYTES, name));
            require(same, which + "says of itself other than the directory says of it");
            at += ZipForm.LOCAL_BYTES + name + entry.packed();
        }
        require(at == start, "it has " + (start - at) + " bytes between its last entry and its directory");
    }

    private byte[] content(Entry entry) {
        byte[] packed = new byte[entry.packed()];
        zip.get(entry.offset() + ZipForm.LOCAL_BYTES + entry.name().length(), packed);
        byte[] content = entry.method() == ZipForm.STORED ? packed : inflated(entry, packed);
        CRC32 crc = new CRC32();
        crc.update(content);
        require((int) crc.getValue() == entry.crc(), Shown.of(entry.name()) + " has another checksum than was said");
        return content;
    }

    private static byte[] inflated(Entry entry, byte[] packed) {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(packed);
            // One byte more than was said tells whether there is more.
            byte[] content = new byte[entry.size() + 1];
            int size = 0;
            while (!inflater.finished() && size < content.length) {
                int more = inflater.inflate(content, size, content.length - size);
                if (more == 0 && !inflater.finished()) {
                    break;
                }
                size += more;
            }
            require(
                    inflater.finished() && size == entry.size() && inflater.getRemaining() == 0,
                    Shown.of(entry.name()) + " does not unpack to exactly the " + entry.size()
                            + " bytes that were said");
            return Arrays.copyOf(content, size);
        } catch (DataFormatException broken) {
            throw refused(Shown.of(entry.name()) + " cannot be unpacked", REPACK);
        } finally {
            inflater.end();
        }
    }

    private int word(int at) {
        return Short.toUnsignedInt(zip.getShort(at));
    }

    private long length(int at) {
        return Integer.toUnsignedLong(zip.getInt(at));
    }

    private static void require(boolean right, String found) {
        if (!right) {
            throw refused(found, REPACK);
        }
    }

    private static PackageRefusedException refused(String found, String advice) {
        return new PackageRefusedException(PackageCheck.CONTAINER, found, advice);
    }
}
