package io.tenancy.jpa.usage;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/*
 * The format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format". The server parses nothing there, which
 * costs it about half as much as text.
 */
/** Writes rows in the binary format of COPY. Values come in the order of the columns. Not safe for more than one thread. */
final class CopyRows {

    private static final int PIECE = 1 << 16;
    private static final byte[] SIGNATURE = {'P', 'G', 'C', 'O', 'P', 'Y', '\n', (byte) 0xFF, '\r', '\n', 0};
    private static final long EPOCH = EventContent.micros(Instant.parse("2000-01-01T00:00:00Z"));
    private static final int NULL = -1;
    private static final int END = -1;

    private final CopyIn copy;
    private ByteBuffer buffer = ByteBuffer.allocate(PIECE + 4_096);

    private CopyRows(CopyIn copy) {
        this.copy = copy;
    }

    /** Begins a COPY; {@link Source#write} adds the rows. A failure cancels it. */
    static void into(Connection connection, String tableAndColumns, Source rows) throws SQLException {
        into(connection, tableAndColumns, rows, () -> {});
    }

    /** Does something else after the last row was sent, while the server is still at it. */
    static void into(Connection connection, String tableAndColumns, Source rows, Runnable meanwhile)
            throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + tableAndColumns + " from stdin with (format binary)");
        try {
            CopyRows writer = new CopyRows(copy);
            writer.buffer.put(SIGNATURE).putInt(0).putInt(0);
            rows.write(writer);
            writer.room(Short.BYTES).putShort((short) END);
            writer.flush();
            meanwhile.run();
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    /** Begins a row. */
    CopyRows row(int columns) throws SQLException {
        if (buffer.position() >= PIECE) {
            flush();
        }
        room(Short.BYTES).putShort((short) columns);
        return this;
    }

    CopyRows uuid(UUID value) {
        room(20).putInt(16).putLong(value.getMostSignificantBits()).putLong(value.getLeastSignificantBits());
        return this;
    }

    CopyRows text(@Nullable String value) {
        if (value == null) {
            room(Integer.BYTES).putInt(NULL);
        } else {
            byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
            room(Integer.BYTES + bytes.length).putInt(bytes.length).put(bytes);
        }
        return this;
    }

    /** A value of type "char". */
    CopyRows character(char value) {
        room(5).putInt(1).put((byte) value);
        return this;
    }

    /** An instant, to the microsecond. */
    CopyRows time(Instant instant) {
        room(12).putInt(8).putLong(EventContent.micros(requireYear(instant)) - EPOCH);
        return this;
    }

    // The driver's way back, java.time, and JSON agree on these years only.
    private static Instant requireYear(Instant instant) {
        int year = instant.atOffset(ZoneOffset.UTC).getYear();
        if (year < 1 || year > 9_999) {
            throw new IllegalArgumentException("Usage is kept for the years 1 to 9999, but this is " + instant);
        }
        return instant;
    }

    /** A number: four decimal digits to a digit of base 10,000, beginning at the point in both directions. */
    CopyRows number(BigDecimal value) {
        String plain = value.abs().toPlainString();
        int point = plain.indexOf('.');
        int whole = point < 0 ? plain.length() : point;
        int scale = point < 0 ? 0 : plain.length() - point - 1;
        int groupsBefore = (whole + 3) / 4;
        int groups = groupsBefore + (scale + 3) / 4;
        room(12 + 2 * groups)
                .putInt(8 + 2 * groups)
                .putShort((short) groups)
                .putShort((short) (groupsBefore - 1))
                .putShort((short) (value.signum() < 0 ? 0x4000 : 0))
                .putShort((short) scale);
        for (int group = 0; group < groups; group++) {
            int from =
                    group < groupsBefore ? whole - 4 * (groupsBefore - group) : whole + 1 + 4 * (group - groupsBefore);
            int end = group < groupsBefore ? whole : plain.length();
            int digit = 0;
            for (int i = from; i < from + 4; i++) {
                digit = digit * 10 + (i < 0 || i >= end ? 0 : plain.charAt(i) - '0');
            }
            buffer.putShort((short) digit);
        }
        return this;
    }

    private ByteBuffer room(int bytes) {
        if (buffer.remaining() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate((buffer.capacity() + bytes) * 2);
            buffer = larger.put(buffer.flip());
        }
        return buffer;
    }

    private void flush() throws SQLException {
        copy.writeToCopy(buffer.array(), 0, buffer.position());
        buffer.clear();
    }

    /** Where the rows come from. */
    @FunctionalInterface
    interface Source {
        void write(CopyRows rows) throws SQLException;
    }
}
