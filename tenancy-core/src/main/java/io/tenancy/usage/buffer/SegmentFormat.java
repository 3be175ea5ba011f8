package io.tenancy.usage.buffer;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import java.util.zip.CRC32C;

/*
 * A segment file, format version 1. Numbers are big-endian. "varint" is an unsigned number, seven bits a byte, the
 * lowest first, the highest bit set on all bytes but the last; "zigzag" is a varint of (n << 1) ^ (n >> 63); "text" is
 * a varint, the number of bytes, and so many bytes of UTF-8.
 *
 *   header    8  magic, the letters TENUSAGE
 *             2  format version
 *             2  length of the header, 48
 *            16  UUID of the directory that the file was written in
 *             8  number of the segment, rising within the directory
 *             8  when it was begun, microseconds since 1970
 *             4  CRC32C of the 44 bytes before
 *
 *   record    2  mark, FF E7
 *             4  length n of the payload, 1 to 65535
 *             4  CRC32C of the length's four bytes and the payload
 *             n  payload
 *
 *   event     1  1 record, 2 correction, 3 retraction
 *  (payload) 16  UUID of the tenant
 *          text  source, key, metric
 *        varint  scale of the quantity
 *        varint  number of bytes of the unscaled quantity, then the bytes, two's complement
 *        zigzag  seconds since 1970, then a varint, microseconds of the second
 *        varint  number of properties, then for each: text name, text value
 *          text  reference, only in corrections and retractions
 *
 *   seal      1  0
 *  (payload)     varint, number of events in the segment; nothing follows
 *
 * An event is acknowledged after a force that followed its bytes, so what a crash can leave at the end of a segment
 * that has no seal is the beginning of a record, or zeros where the file system had already lengthened the file. That
 * is a torn tail: it was never acknowledged, and it is cut off. Everything else that does not read is damage, also at
 * the end. Reading goes on at the next mark where a whole record with a right checksum stands. FF occurs in no UTF-8
 * text, so nobody can plant a record inside the texts of an event and have it read as one after damage.
 */
/** Where things are in a segment file. */
final class SegmentFormat {

    static final int VERSION = 1;
    static final int HEADER_BYTES = 48;
    static final int RECORD_OVERHEAD = 10;
    static final int LONGEST_PAYLOAD = 65_535;
    static final byte MARK_FIRST = (byte) 0xFF;
    static final byte MARK_SECOND = (byte) 0xE7;
    static final byte SEAL = 0;

    private static final byte[] MAGIC = "TENUSAGE".getBytes(StandardCharsets.US_ASCII);

    private SegmentFormat() {}

    /** The beginning of a segment file. */
    record Header(int version, UUID directory, long number, Instant begun) {}

    /** What stands where the header should. */
    enum HeaderState {
        WHOLE,
        TORN,
        DAMAGED
    }

    static byte[] header(UUID directory, long number, Instant begun) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES);
        header.put(MAGIC).putShort((short) VERSION).putShort((short) HEADER_BYTES);
        header.putLong(directory.getMostSignificantBits()).putLong(directory.getLeastSignificantBits());
        header.putLong(number).putLong(ChronoUnit.MICROS.between(Instant.EPOCH, begun));
        header.putInt(checksum(header.array(), 0, header.position()));
        return header.array();
    }

    static HeaderState headerState(byte[] content) {
        if (content.length < HEADER_BYTES || isZero(content, 0)) {
            return HeaderState.TORN;
        }
        for (int i = 0; i < MAGIC.length; i++) {
            if (content[i] != MAGIC[i]) {
                return HeaderState.DAMAGED;
            }
        }
        int checked = HEADER_BYTES - Integer.BYTES;
        return ByteBuffer.wrap(content).getInt(checked) == checksum(content, 0, checked)
                ? HeaderState.WHOLE
                : HeaderState.DAMAGED;
    }

    static Header readHeader(byte[] content) {
        ByteBuffer header = ByteBuffer.wrap(content);
        return new Header(
                header.getShort(8),
                new UUID(header.getLong(12), header.getLong(20)),
                header.getLong(28),
                Instant.EPOCH.plus(header.getLong(36), ChronoUnit.MICROS));
    }

    static byte[] seal(long events) {
        EncodedEvents seal = new EncodedEvents(RECORD_OVERHEAD + 11);
        seal.addSeal(events);
        return seal.toByteArray();
    }

    static int checksum(byte[] bytes, int from, int length) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, from, length);
        return (int) checksum.getValue();
    }

    /** The checksum of a record whose mark stands at the position. */
    static int recordChecksum(byte[] bytes, int at, int payload) {
        CRC32C checksum = new CRC32C();
        checksum.update(bytes, at + 2, Integer.BYTES);
        checksum.update(bytes, at + RECORD_OVERHEAD, payload);
        return (int) checksum.getValue();
    }

    static boolean isZero(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] != 0) {
                return false;
            }
        }
        return true;
    }
}
