package io.tenancy.usage.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The segment that is being written, by the committing thread only. */
final class OpenSegment {

    private static final Logger LOG = LoggerFactory.getLogger(BufferedUsageMeter.class);

    private static final int WRITTEN_AT_ONCE = 1 << 18;

    private final Path file;
    private final SegmentDisk.Output output;
    private final Instant begun;
    private long written;
    private long stored;
    private long bytes;
    private long events;

    OpenSegment(Path file, SegmentDisk.Output output, Instant begun) {
        this.file = file;
        this.output = output;
        this.begun = begun;
    }

    Path file() {
        return file;
    }

    Instant begun() {
        return begun;
    }

    /** How long the file is, as far as it lasts. */
    long stored() {
        return stored;
    }

    void writeHeader(byte[] header) throws IOException {
        append(header, header.length);
    }

    void append(byte[] records, int length) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(records, 0, length);
        while (rest.hasRemaining()) {
            rest.limit(Math.min(length, rest.position() + WRITTEN_AT_ONCE));
            int more = output.write(rest);
            if (more <= 0) {
                throw new IOException("The disk took none of " + rest.remaining() + " bytes");
            }
            written += more;
            rest.limit(length);
        }
    }

    void force() throws IOException {
        output.force();
    }

    /** What was appended has been forced. */
    void acknowledge(long moreBytes, long moreEvents) {
        stored = written;
        bytes += moreBytes;
        events += moreEvents;
    }

    /** Takes back what was appended and not forced. */
    void undo() throws IOException {
        output.truncate(stored);
        written = stored;
    }

    void seal() throws IOException {
        byte[] seal = SegmentFormat.seal(events);
        append(seal, seal.length);
        output.force();
        stored = written;
    }

    void closeQuietly() {
        try {
            output.close();
        } catch (IOException e) {
            LOG.debug("Closing the usage segment {} failed; what was acknowledged in it was forced before.", file, e);
        }
    }

    Segment closed() {
        return new Segment(file, begun, stored, bytes, events);
    }
}
