package io.tenancy.usage.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * POSIX drops all of a process's locks on a file when the process closes any descriptor of it, so a second attempt in
 * the same process is refused before the file is opened. Windows lets nobody read a locked region, so the lock lies far
 * behind the text that names the owner. The file is never deleted: somebody could lock a new file of the same name
 * beside the holder of the old one.
 */
/** The right of one process to use a directory; it ends with the process, however that dies. */
final class DirectoryLock implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BufferedUsageMeter.class);

    private static final String NAME = "lock";
    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final Path directory;
    private final FileChannel channel;

    private DirectoryLock(Path directory, FileChannel channel) {
        this.directory = directory;
        this.channel = channel;
    }

    static DirectoryLock take(Path directory) throws IOException {
        Path real = directory.toRealPath();
        if (!HELD_HERE.add(real)) {
            throw taken(directory, "this process (" + ProcessHandle.current().pid() + ") has it open already");
        }
        boolean kept = false;
        try {
            DirectoryLock lock = lock(real);
            kept = true;
            return lock;
        } finally {
            if (!kept) {
                HELD_HERE.remove(real);
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD_HERE.remove(directory);
        }
    }

    private static DirectoryLock lock(Path directory) throws IOException {
        Path file = directory.resolve(NAME);
        FileChannel channel = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE),
                LocalDisk.ownerOnly(file, "rw-------"));
        boolean kept = false;
        try {
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                throw taken(directory, "process " + owner(file) + " has it open");
            }
            writeOwner(channel, file);
            kept = true;
            return new DirectoryLock(directory, channel);
        } finally {
            if (!kept) {
                channel.close();
            }
        }
    }

    // For people only. A disk that is full of segments must not keep anybody from delivering them.
    private static void writeOwner(FileChannel channel, Path file) {
        try {
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
        } catch (IOException failure) {
            LOG.warn("Which process has the directory of usage open could not be written to {}", file, failure);
        }
    }

    private static String owner(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII).strip();
        } catch (IOException e) {
            return "(unknown: " + e + ")";
        }
    }

    private static UsageBufferException taken(Path directory, String found) {
        return new UsageBufferException(
                "Usage was to be buffered in " + directory + ", but " + found
                        + ". Give each process a directory of its own, or close the other buffer first.",
                null);
    }
}
