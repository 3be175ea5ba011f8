package io.tenancy.benchmarks.plans;

import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.buffer.BufferedUsageMeter;
import io.tenancy.usage.spi.UsageSink;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.LongAdder;

/**
 * Events that four threads have acknowledged a second. Making the events is counted, and so is reading them back for a
 * sink that takes everything at once.
 */
final class BufferCases {

    private static final double TARGET = 100_000;
    private static final int THREADS = 4;
    private static final int IN_FLIGHT = 8_192;
    private static final Set<String> IN_MEMORY = Set.of("tmpfs", "ramfs");
    private static final TenantId TENANT = TenantId.next(InstantSource.system());

    private BufferCases() {}

    static List<CaseFigure> measure(Extent extent) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Files.createDirectories(extent.directory()), "usage-buffer-");
        try {
            return measure(extent, directory);
        } finally {
            Directories.delete(directory);
        }
    }

    private static List<CaseFigure> measure(Extent extent, Path directory) throws IOException, InterruptedException {
        Map<String, Writer> writers = new LinkedHashMap<>();
        writers.put("record(event)", BufferCases::oneByOne);
        writers.put("record(list of 100)", lists(100));
        writers.put("record(list of 1,000)", lists(1_000));
        writers.put("recordAsync(event), " + CaseFigure.whole(IN_FLIGHT) + " in flight", BufferCases::async);
        Map<String, List<Double>> rates = new LinkedHashMap<>();
        List<Double> forced = new ArrayList<>();
        if (!extent.quick()) {
            for (Writer writer : writers.values()) {
                rate(extent, directory, writer);
            }
        }
        List<String> names = List.copyOf(writers.keySet());
        for (int round = 0; round < extent.rounds(); round++) {
            forced.add(forceMicros(directory, extent.quick() ? 3 : 200));
            for (int i = 0; i < names.size(); i++) {
                String name = names.get((round + i) % names.size());
                Writer writer = writers.get(name);
                if (writer != null) {
                    rates.computeIfAbsent(name, key -> new ArrayList<>()).add(rate(extent, directory, writer));
                }
            }
        }
        String fileSystem = Files.getFileStore(directory).type();
        List<CaseFigure> figures = new ArrayList<>();
        for (String name : names) {
            figures.add(figure(name, Spread.of(rates.getOrDefault(name, List.of())), Spread.of(forced), fileSystem));
        }
        return figures;
    }

    private static CaseFigure figure(String name, Spread rate, Spread forced, String fileSystem) {
        return new CaseFigure(
                PlanBenchmarks.BUFFER,
                "buffered usage, " + THREADS + " threads, `" + name + "`",
                "≥ " + CaseFigure.whole(TARGET) + " acknowledged events/s",
                CaseFigure.whole(rate) + " events/s on " + fileSystem,
                "an event forced to the same disk by itself: " + forced.text(0) + " µs",
                IN_MEMORY.contains(fileSystem) ? Verdict.FOR_COMPARISON : Verdict.of(rate.median() >= TARGET),
                IN_MEMORY.contains(fileSystem)
                        ? "a file system in memory keeps nothing: name a directory on a disk by"
                                + " `-Dtenancy.bench.directory`"
                        : name.equals("record(event)")
                                ? "each thread waits for the disk with one event, so that a group has at most "
                                        + THREADS + " of them"
                                : "many events share one write and one wait for the disk");
    }

    private static double rate(Extent extent, Path directory, Writer writer) throws InterruptedException {
        LongAdder acknowledged = new LongAdder();
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try (BufferedUsageMeter meter = BufferedUsageMeter.builder()
                .directory(directory)
                .source("bench")
                .sink(events -> new UsageSink.Outcome(events.size(), 0, List.of()))
                .clock(InstantSource.system())
                .open()) {
            long begin = System.nanoTime();
            long until = begin + extent.buffering().toNanos();
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < THREADS; i++) {
                int number = i;
                running.add(threads.submit(() -> writer.write(meter, number, until, acknowledged)));
            }
            for (Future<?> each : running) {
                await(each);
            }
            double perSecond = acknowledged.sum() * 1e9 / (System.nanoTime() - begin);
            if (!meter.awaitDrained(Duration.ofMinutes(2))) {
                throw new IllegalStateException("The buffer in " + directory + " was not drained within 2 minutes");
            }
            return perSecond;
        } finally {
            threads.shutdownNow();
        }
    }

    private static void await(Future<?> running) throws InterruptedException {
        try {
            running.get();
        } catch (ExecutionException failure) {
            throw new IllegalStateException("A writer of buffered usage failed", failure.getCause());
        }
    }

    /** What the disk alone takes for one small event. */
    private static double forceMicros(Path directory, int times) throws IOException {
        Path file = directory.resolve("probe");
        ByteBuffer event = ByteBuffer.allocate(200);
        List<Double> micros = new ArrayList<>();
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            for (int i = 0; i < times; i++) {
                long begin = System.nanoTime();
                channel.write(event.clear());
                channel.force(false);
                micros.add((System.nanoTime() - begin) / 1e3);
            }
        }
        Files.delete(file);
        return Spread.of(micros).median();
    }

    private static void oneByOne(BufferedUsageMeter meter, int thread, long until, LongAdder acknowledged) {
        for (long i = 0; i == 0 || System.nanoTime() < until; i++) {
            meter.record(event(thread, i));
            acknowledged.increment();
        }
    }

    private static Writer lists(int length) {
        return (meter, thread, until, acknowledged) -> {
            for (long i = 0; i == 0 || System.nanoTime() < until; i += length) {
                List<UsageEvent> events = new ArrayList<>(length);
                for (int n = 0; n < length; n++) {
                    events.add(event(thread, i + n));
                }
                meter.record(events);
                acknowledged.add(length);
            }
        };
    }

    private static void async(BufferedUsageMeter meter, int thread, long until, LongAdder acknowledged) {
        ArrayDeque<CompletableFuture<Void>> inFlight = new ArrayDeque<>();
        for (long i = 0; i == 0 || System.nanoTime() < until; i++) {
            inFlight.add(meter.recordAsync(event(thread, i)));
            if (inFlight.size() > IN_FLIGHT) {
                inFlight.remove().join();
                acknowledged.increment();
            }
        }
        while (!inFlight.isEmpty()) {
            inFlight.remove().join();
            acknowledged.increment();
        }
    }

    private static UsageEvent event(int thread, long number) {
        return UsageEvent.record(
                TENANT,
                "bench",
                thread + "-" + number,
                "api.calls",
                BigDecimal.ONE,
                Instant.ofEpochSecond(1_790_000_000L, number * 1_000 % 1_000_000_000),
                Map.of("user", "u" + (number & 1023)));
    }

    /** What one thread does until the time is over. */
    @FunctionalInterface
    private interface Writer {
        void write(BufferedUsageMeter meter, int thread, long until, LongAdder acknowledged);
    }
}
