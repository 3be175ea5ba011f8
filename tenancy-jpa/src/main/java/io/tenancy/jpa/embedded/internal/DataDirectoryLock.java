package io.tenancy.jpa.embedded.internal;

import io.tenancy.jpa.embedded.EmbeddedPostgresException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/*
 * Three traps shape this class. POSIX drops a process's lock on a file when the process closes any descriptor of that
 * file, so a second attempt in the same JVM must be refused before the file is opened. Windows forbids others to read a
 * locked region, so the lock lies far behind the text that names the owner. And the file is never deleted, because a
 * third process could otherwise lock a new file of the same name beside somebody who still holds the old one.
 */
/** The right of one process to use a data directory; it ends with the process, however that dies. */
public final class DataDirectoryLock implements AutoCloseable {

    private static final Set<Path> HELD_HERE = ConcurrentHashMap.newKeySet();
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final Path dataDirectory;
    private final FileChannel channel;

    private DataDirectoryLock(Path dataDirectory, FileChannel channel) {
        this.dataDirectory = dataDirectory;
        this.channel = channel;
    }

    /**
     * Takes the lock.
     *
     * @param dataDirectory absolute path of the data directory; the lock file lies beside it
     * @return the lock
     * @throws IOException when the lock file cannot be written
     * @throws EmbeddedPostgresException when this or another process holds the lock
     */
    public static DataDirectoryLock take(Path dataDirectory) throws IOException {
        if (!HELD_HERE.add(dataDirectory)) {
            throw taken(dataDirectory, "this process has it open already");
        }
        Optional<DataDirectoryLock> lock = Optional.empty();
        try {
            lock = tryLock(dataDirectory);
        } finally {
            if (lock.isEmpty()) {
                HELD_HERE.remove(dataDirectory);
            }
        }
        return lock.orElseThrow(() -> taken(dataDirectory, owner(dataDirectory) + " has it open"));
    }

    /**
     * Takes the lock if nobody has it.
     *
     * @param dataDirectory absolute path of the data directory; the lock file lies beside it
     * @return the lock, or empty when this or another process holds it
     * @throws IOException when the lock file cannot be written
     */
    public static Optional<DataDirectoryLock> takeIfFree(Path dataDirectory) throws IOException {
        if (!HELD_HERE.add(dataDirectory)) {
            return Optional.empty();
        }
        Optional<DataDirectoryLock> lock = Optional.empty();
        try {
            lock = tryLock(dataDirectory);
            return lock;
        } finally {
            if (lock.isEmpty()) {
                HELD_HERE.remove(dataDirectory);
            }
        }
    }

    /** Gives the lock back. */
    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            HELD_HERE.remove(dataDirectory);
        }
    }

    static Path file(Path dataDirectory) {
        return dataDirectory.resolveSibling(dataDirectory.getFileName() + ".lock");
    }

    private static Optional<DataDirectoryLock> tryLock(Path dataDirectory) throws IOException {
        FileChannel channel = FileChannel.open(
                file(dataDirectory), StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        boolean locked = false;
        try {
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            locked = lock != null;
            if (!locked) {
                return Optional.empty();
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            return Optional.of(new DataDirectoryLock(dataDirectory, channel));
        } finally {
            if (!locked) {
                channel.close();
            }
        }
    }

    private static String owner(Path dataDirectory) {
        try {
            return "process "
                    + Files.readString(file(dataDirectory), StandardCharsets.US_ASCII)
                            .strip();
        } catch (IOException e) {
            return "another process";
        }
    }

    private static EmbeddedPostgresException taken(Path dataDirectory, String found) {
        return new EmbeddedPostgresException(
                "The embedded PostgreSQL was to use the data directory " + dataDirectory,
                found,
                "Close it there first, or use another data directory.",
                null);
    }
}
