package io.tenancy.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/*
 * Linux counts the time that each thread ran on a processor in /proc/<pid>/task/<tid>/schedstat, in nanoseconds. The sum
 * over the threads of this process and over the server and its backends, each of one thread, is what a transaction
 * costs, whatever else the machine does meanwhile. Neither threads nor backends end while sides take turns: the pools
 * keep their connections. A backend that ended all the same is counted in its parent's record of ended children
 * (/proc/<pid>/stat), in ticks of 10 ms.
 */
/** How much processor time this process and the database server used. */
final class CpuMeter {

    private static final Path PROC = Path.of("/proc");
    private static final long TICK_NANOS = 10_000_000;

    private final Path postmaster;

    CpuMeter(Path dataDirectory) {
        try {
            this.postmaster = PROC.resolve(Files.readAllLines(dataDirectory.resolve("postmaster.pid"))
                    .get(0)
                    .trim());
        } catch (IOException failure) {
            throw new UncheckedIOException("The server's process id could not be read in " + dataDirectory, failure);
        }
    }

    static boolean isSupported() {
        return Files.isReadable(PROC.resolve("self/schedstat"));
    }

    /** Nanoseconds of this process, its collector and compiler included. */
    long clientNanos() {
        long sum = 0;
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve("self/task"))) {
            for (Path thread : threads) {
                sum += onProcessor(thread);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException("The threads of this process could not be listed", failure);
        }
        return sum;
    }

    /** Nanoseconds of the server and all its processes. */
    long serverNanos() {
        long sum = onProcessor(postmaster) + endedChildren();
        String name = String.valueOf(postmaster.getFileName());
        for (String child : read(postmaster.resolve("task/" + name + "/children")).split(" ", -1)) {
            if (!child.isBlank()) {
                sum += onProcessor(PROC.resolve(child.trim()));
            }
        }
        return sum;
    }

    private static long onProcessor(Path process) {
        String line = read(process.resolve("schedstat"));
        int space = line.indexOf(' ');
        return space < 0 ? 0 : Long.parseLong(line.substring(0, space));
    }

    private long endedChildren() {
        String line = read(postmaster.resolve("stat"));
        // The second field is the name in parentheses, which may contain anything; cutime and cstime are 16 and 17.
        List<String> fields = List.of(line.substring(line.lastIndexOf(')') + 2).split(" ", -1));
        return (Long.parseLong(fields.get(13)) + Long.parseLong(fields.get(14))) * TICK_NANOS;
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.US_ASCII);
        } catch (NoSuchFileException ended) {
            return "";
        } catch (IOException failure) {
            // A process that ends between opening and reading its file.
            return "";
        }
    }
}
