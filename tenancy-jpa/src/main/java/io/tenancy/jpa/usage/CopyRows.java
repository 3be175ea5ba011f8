package io.tenancy.jpa.usage;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Writes rows in the text format of COPY. Not safe for more than one thread. */
final class CopyRows {

    private static final int PIECE = 1 << 16;

    private final CopyIn copy;
    private final StringBuilder text = new StringBuilder(PIECE + 4_096);
    private boolean atStart = true;

    private CopyRows(CopyIn copy) {
        this.copy = copy;
    }

    /** Begins a COPY; {@link Source#write} adds the rows. A failure cancels it. */
    static void into(Connection connection, String tableAndColumns, Source rows) throws SQLException {
        CopyIn copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyIn("copy " + tableAndColumns + " from stdin with (format text)");
        try {
            CopyRows writer = new CopyRows(copy);
            rows.write(writer);
            writer.flush();
            copy.endCopy();
        } finally {
            if (copy.isActive()) {
                copy.cancelCopy();
            }
        }
    }

    CopyRows value(UUID value) {
        separate();
        text.append(value);
        return this;
    }

    CopyRows value(@Nullable String value) {
        separate();
        if (value == null) {
            text.append("\\N");
        } else {
            escape(value);
        }
        return this;
    }

    /** A value that holds no character which COPY reads otherwise. */
    CopyRows plain(String value) {
        separate();
        text.append(value);
        return this;
    }

    void endRow() throws SQLException {
        text.append('\n');
        atStart = true;
        if (text.length() >= PIECE) {
            flush();
        }
    }

    /** An instant as COPY reads it, to the microsecond. */
    static String timestamp(Instant instant) {
        LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), 0, ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(32);
        if (time.getYear() < 1 || time.getYear() > 9_999) {
            throw new IllegalArgumentException("Usage is kept for the years 1 to 9999, but this is " + instant);
        }
        String year = Integer.toString(time.getYear());
        text.append("0000", 0, 4 - year.length()).append(year).append('-');
        two(text, time.getMonthValue()).append('-');
        two(text, time.getDayOfMonth()).append(' ');
        two(text, time.getHour()).append(':');
        two(text, time.getMinute()).append(':');
        two(text, time.getSecond());
        int micros = instant.getNano() / 1_000;
        if (micros != 0) {
            String digits = Integer.toString(micros);
            text.append('.').append("000000", 0, 6 - digits.length()).append(digits);
        }
        return text.append("+00").toString();
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    private void separate() {
        if (atStart) {
            atStart = false;
        } else {
            text.append('\t');
        }
    }

    private void escape(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '\\' -> text.append("\\\\");
                case '\t' -> text.append("\\t");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                default -> text.append(c);
            }
        }
    }

    private void flush() throws SQLException {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        copy.writeToCopy(bytes, 0, bytes.length);
        text.setLength(0);
    }

    /** Where the rows come from. */
    @FunctionalInterface
    interface Source {
        void write(CopyRows rows) throws SQLException;
    }
}
