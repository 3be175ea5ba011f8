package io.tenancy.usage.buffer;

import io.tenancy.usage.UsageEvent;
import io.tenancy.usage.spi.UsageSink;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;

/**
 * Acknowledged events a second, run by hand: {@code BufferThroughput <directory> [seconds] [threads]}. Events are built
 * within the measured time; the sink takes everything at once.
 */
final class BufferThroughput {

    private static final int WINDOW = 8_192;

    private BufferThroughput() {}

    private interface Writer {
        void run(BufferedUsageMeter meter, int thread, long until, LongAdder acknowledged);
    }

    public static void main(String[] arguments) throws Exception {
        Path directory = Path.of(arguments[0]);
        int seconds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 10;
        int threads = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 4;
        for (int round = 0; round < 2; round++) {
            measure("record(event)", directory, seconds, threads, BufferThroughput::oneByOne);
            measure("record(list of 100)", directory, seconds, threads, lists(100));
            measure("record(list of 1000)", directory, seconds, threads, lists(1_000));
            measure(
                    "recordAsync(event), " + WINDOW + " in flight",
                    directory,
                    seconds,
                    threads,
                    BufferThroughput::async);
        }
    }

    private static void measure(String name, Path directory, int seconds, int threads, Writer writer) throws Exception {
        LongAdder acknowledged = new LongAdder();
        LongAdder delivered = new LongAdder();
        try (BufferedUsageMeter meter = BufferedUsageMeter.builder()
                .directory(directory)
                .source("throughput")
                .sink(events -> {
                    delivered.add(events.size());
                    return new UsageSink.Outcome(events.size(), 0, List.of());
                })
                .clock(InstantSource.system())
                .open()) {
            long begun = System.nanoTime();
            long until = begun + seconds * 1_000_000_000L;
            List<Thread> writers = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                int number = t;
                Thread thread = new Thread(() -> writer.run(meter, number, until, acknowledged));
                writers.add(thread);
                thread.start();
            }
            for (Thread thread : writers) {
                thread.join();
            }
            double took = (System.nanoTime() - begun) / 1e9;
            UsageBacklog left = meter.backlog();
            meter.awaitDrained(Duration.ofMinutes(1));
            System.out.printf(
                    "%-36s %,12.0f events/s acknowledged (%d threads, %.1f s); %,d bytes waited at the end; delivered %,d%n",
                    name, acknowledged.sum() / took, threads, took, left.bytes(), delivered.sum());
        }
    }

    private static void oneByOne(BufferedUsageMeter meter, int thread, long until, LongAdder acknowledged) {
        for (long i = 0; System.nanoTime() < until; i++) {
            meter.record(event(thread, i));
            acknowledged.increment();
        }
    }

    private static Writer lists(int length) {
        return (meter, thread, until, acknowledged) -> {
            for (long i = 0; System.nanoTime() < until; i += length) {
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
        for (long i = 0; System.nanoTime() < until; i++) {
            inFlight.add(meter.recordAsync(event(thread, i)));
            if (inFlight.size() > WINDOW) {
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
                Usage.TENANT,
                "throughput",
                thread + "-" + number,
                "api_calls",
                java.math.BigDecimal.ONE,
                Instant.ofEpochSecond(1_790_000_000L, number * 1_000 % 1_000_000_000),
                Map.of("user", "u" + (number & 1023)));
    }
}
