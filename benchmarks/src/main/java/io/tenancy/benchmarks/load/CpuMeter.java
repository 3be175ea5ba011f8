package io.tenancy.benchmarks.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/*
 * Linux counts the time that each thread ran on a processor in /proc/<pid>/task/<tid>/schedstat, in nanoseconds. The sum
 * over the threads of this process and over the server and its backends, each of one thread, is what a transaction
 * costs, whatever else the machine does meanwhile. What ends between two readings (a compiler thread without work, a
 * backend whose connection was evicted) keeps the time of its last reading, so that sums never fall.
 */
/** How much processor time this process and the database server used. */
final class CpuMeter {

    private static final Path PROC = Path.of("/proc");
    private static final long TICK_NANOS = 10_000_000;

    private final Path postmaster;
    private final Clock client = new Clock();
    private final Clock server = new Clock();

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

    /** Nanoseconds of this process, its collector and compiler included, since the first reading. */
    long clientNanos() {
        List<Path> tasks = new ArrayList<>();
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(PROC.resolve("self/task"))) {
            threads.forEach(tasks::add);
        } catch (IOException failure) {
            throw new UncheckedIOException("The threads of this process could not be listed", failure);
        }
        return client.read(tasks);
    }

    /** Nanoseconds of the server and all its processes since the first reading. */
    long serverNanos() {
        List<Path> processes = new ArrayList<>(List.of(postmaster));
        String children = read(postmaster.resolve("task/" + postmaster.getFileName() + "/children"));
        for (String child : children.split(" ", -1)) {
            if (!child.isBlank()) {
                processes.add(PROC.resolve(child.trim()));
            }
        }
        return server.read(processes);
    }

    /** Nanoseconds that all processors of the machine were busy, whoever kept them so, in steps of 10 ms. */
    static long machineNanos() {
        String line = read(PROC.resolve("stat")).lines().findFirst().orElse("");
        long ticks = 0;
        // cpu user nice system idle iowait irq softirq steal: all but idle and iowait.
        List<String> fields = List.of(line.split(" +", -1));
        for (int i : new int[] {1, 2, 3, 6, 7, 8}) {
            ticks += Long.parseLong(fields.get(i));
        }
        return ticks * TICK_NANOS;
    }

    /** Time on a processor of whatever was seen so far. */
    private static final class Clock {
        private final Map<Path, Long> last = new HashMap<>();
        private long sum;

        long read(List<Path> running) {
            for (Path one : running) {
                long now = onProcessor(one);
                if (now < 0) {
                    continue;
                }
                Long before = last.put(one, now);
                // A lower reading is a new one under a number that was used before.
                sum += before == null || now < before ? now : now - before;
            }
            return sum;
        }

        private static long onProcessor(Path one) {
            String line = CpuMeter.read(one.resolve("schedstat"));
            int space = line.indexOf(' ');
            return space < 0 ? -1 : Long.parseLong(line.substring(0, space));
        }
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
