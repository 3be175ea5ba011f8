package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageEvent;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Records with several threads until it is killed, and tells each acknowledged key on its output. At the moment that it
 * was told to reach, it says so and stands still there.
 */
final class CrashingProcess {

    /** Where a process can be killed. */
    enum Moment {
        /** A new segment has its name and nothing else. */
        CREATING,
        /** Half of a write is in the file. */
        APPENDING,
        /** The force has returned and nobody knows yet. */
        FORCED,
        /** A segment was sealed and no other is begun. */
        ROLLING,
        /** The sink has taken part of a segment, which nothing remembers. */
        DRAINING,
        /** The sink has taken all of a segment that is still there. */
        DELIVERED,
        /** The segment is deleted and the directory not forced. */
        DELETING
    }

    private static final int THREADS = 4;

    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
    private final Moment moment;
    private final AtomicInteger left;

    private CrashingProcess(Moment moment, int times) {
        this.moment = moment;
        this.left = new AtomicInteger(times);
    }

    /** Directory, sink's file, prefix of the keys, moment or "-", how often it is reached before it counts. */
    public static void main(String[] arguments) throws Exception {
        Moment moment = arguments[3].equals("-") ? null : Moment.valueOf(arguments[3]);
        new CrashingProcess(moment, Integer.parseInt(arguments[4]))
                .run(Path.of(arguments[0]), Path.of(arguments[1]), arguments[2]);
    }

    private void run(Path directory, Path sink, String prefix) throws Exception {
        BufferedUsageMeter meter = BufferedUsageMeter.builder()
                .directory(directory)
                .source("crashing")
                .sink(new FileSink(sink, () -> reached(Moment.DRAINING)))
                .clock(InstantSource.system())
                .segmentBytes(8_192)
                .segmentAge(Duration.ofMillis(40))
                .offeredEvents(20)
                .disk(new CrashingDisk())
                .open();
        say("ready");
        for (int t = 0; t < THREADS; t++) {
            String own = prefix + "-" + t + "-";
            boolean lists = t % 2 == 1;
            new Thread(() -> recordForever(meter, own, lists)).start();
        }
    }

    private void recordForever(BufferedUsageMeter meter, String prefix, boolean lists) {
        for (int i = 0; true; i++) {
            List<UsageEvent> events = new ArrayList<>();
            for (int n = 0; n < (lists ? 15 : 1); n++) {
                String key = prefix + i + "." + n;
                events.add(Usage.event(key, key.hashCode() & 0xFFFFF));
            }
            if (lists) {
                meter.record(events);
            } else {
                meter.record(events.get(0));
            }
            StringBuilder keys = new StringBuilder();
            events.forEach(
                    event -> keys.append(keys.isEmpty() ? "" : "\n").append("+").append(event.key()));
            say(keys.toString());
        }
    }

    // Shorter than what a pipe takes at once, so that no line mixes with another.
    private synchronized void say(String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void reached(Moment here) {
        if (here == moment && left.decrementAndGet() == 0) {
            say("at " + here);
            while (true) {
                LockSupport.park();
            }
        }
    }

    private final class CrashingDisk implements SegmentDisk {

        private final SegmentDisk files = new LocalDisk();

        @Override
        public Output create(Path file) throws IOException {
            Output output = files.create(file);
            reached(Moment.CREATING);
            return new CrashingOutput(output);
        }

        @Override
        public void delete(Path file) throws IOException {
            reached(Moment.DELIVERED);
            files.delete(file);
            reached(Moment.DELETING);
        }

        @Override
        public void rename(Path from, Path to) throws IOException {
            files.rename(from, to);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            files.forceDirectory(directory);
        }
    }

    private final class CrashingOutput implements SegmentDisk.Output {

        private final SegmentDisk.Output output;

        CrashingOutput(SegmentDisk.Output output) {
            this.output = output;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (bytes.remaining() <= SegmentFormat.HEADER_BYTES) {
                return output.write(bytes);
            }
            ByteBuffer half = bytes.slice();
            half.limit(half.remaining() / 2);
            int written = output.write(half);
            bytes.position(bytes.position() + written);
            reached(Moment.APPENDING);
            return written;
        }

        @Override
        public void force() throws IOException {
            output.force();
            reached(Moment.FORCED);
        }

        @Override
        public void truncate(long size) throws IOException {
            output.truncate(size);
        }

        @Override
        public void close() throws IOException {
            reached(Moment.ROLLING);
            output.close();
        }
    }
}
