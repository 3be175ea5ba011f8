package io.tenancy.usage.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The real file system, which fills up and fails when told to, and which knows what a power cut would leave of it. */
final class FailingDisk implements SegmentDisk {

    private final SegmentDisk files = new LocalDisk();
    private final Map<Path, Long> lasting = new HashMap<>();
    private final Set<Path> named = new HashSet<>();
    private final Set<Path> unnamed = new HashSet<>();
    private long room = Long.MAX_VALUE;
    private int failingForces;
    private boolean failingTruncates;
    private int failingDirectories;
    private boolean renamed;
    private int forces;

    synchronized void leaveRoom(long bytes) {
        room = bytes;
    }

    synchronized void failForces(int times) {
        failingForces = times;
    }

    synchronized void failTruncates() {
        failingTruncates = true;
    }

    /** Renaming works; forcing the directory after it fails so many times. */
    synchronized void failDirectoriesAfterRenaming(int times) {
        failingDirectories = times;
    }

    synchronized int forces() {
        return forces;
    }

    /** Copies to another directory what would be there after the power failed now. */
    synchronized void cutPower(Path directory, Path afterwards) throws IOException {
        Files.createDirectories(afterwards);
        for (Map.Entry<Path, Long> file : lasting.entrySet()) {
            if (file.getKey().getParent().equals(directory) && named.contains(file.getKey())) {
                byte[] all = Files.readAllBytes(file.getKey());
                Files.write(afterwards.resolve(file.getKey().getFileName()), java.util.Arrays.copyOf(all, (int)
                        Math.min(all.length, file.getValue())));
            }
        }
    }

    @Override
    public synchronized Output create(Path file) throws IOException {
        Output output = files.create(file);
        lasting.put(file, 0L);
        unnamed.add(file);
        return new FailingOutput(file, output);
    }

    @Override
    public synchronized void delete(Path file) throws IOException {
        files.delete(file);
        lasting.remove(file);
        unnamed.remove(file);
        named.remove(file);
    }

    @Override
    public synchronized void rename(Path from, Path to) throws IOException {
        files.rename(from, to);
        renamed = true;
    }

    @Override
    public synchronized void forceDirectory(Path directory) throws IOException {
        if (renamed && failingDirectories > 0) {
            failingDirectories--;
            throw new IOException("Input/output error");
        }
        files.forceDirectory(directory);
        named.addAll(unnamed);
        unnamed.clear();
    }

    private final class FailingOutput implements Output {

        private final Path file;
        private final Output output;

        FailingOutput(Path file, Output output) {
            this.file = file;
            this.output = output;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            synchronized (FailingDisk.this) {
                if (room <= 0) {
                    throw new IOException("No space left on device");
                }
                ByteBuffer some = bytes.slice();
                some.limit((int) Math.min(some.remaining(), room));
                int written = output.write(some);
                bytes.position(bytes.position() + written);
                room -= room == Long.MAX_VALUE ? 0 : written;
                return written;
            }
        }

        @Override
        public void force() throws IOException {
            synchronized (FailingDisk.this) {
                forces++;
                if (failingForces > 0) {
                    failingForces--;
                    throw new IOException("Input/output error");
                }
                output.force();
                lasting.put(file, Files.size(file));
            }
        }

        @Override
        public void truncate(long size) throws IOException {
            synchronized (FailingDisk.this) {
                if (failingTruncates) {
                    throw new IOException("Input/output error");
                }
                output.truncate(size);
            }
        }

        @Override
        public void close() throws IOException {
            output.close();
        }
    }
}
