package io.tenancy.benchmarks.load;

import io.tenancy.benchmarks.Spread;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ToDoubleFunction;

/**
 * Lets sides take turns on the same threads in slices of a fraction of a second: baseline, A, B, then A, B, baseline,
 * and so on. What disturbs the machine for longer than a slice disturbs all sides, and each is compared with the
 * baseline of its own round only.
 */
final class Turns {

    private static final int VISITS = 12;

    private final Access access;
    private final int tenants;
    private final int threads;
    private final Plan plan;
    private final CpuMeter meter;
    private final Map<Way, Side> sides;

    Turns(Access access, int tenants, int threads, Plan plan, CpuMeter meter, Map<Way, Side> sides) {
        this.access = access;
        this.tenants = tenants;
        this.threads = threads;
        this.plan = plan;
        this.meter = meter;
        this.sides = new EnumMap<>(sides);
    }

    List<Figure> run() throws InterruptedException {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            List<Turn> turns = sides.entrySet().stream()
                    .map(side -> new Turn(side.getKey(), side.getValue(), new ArrayList<>()))
                    .toList();
            for (int round = 0; round < plan.rounds(); round++) {
                for (int i = 0; i < turns.size(); i++) {
                    Turn turn = turns.get((round + i) % turns.size());
                    turn.slices.add(measure(workers, turn.side, round));
                }
            }
            // The order of the map is that of the enum, so the baseline is the first.
            List<Slice> baseline = turns.get(0).slices;
            return turns.stream()
                    .skip(1)
                    .map(turn -> figure(turn.way, turn.slices, baseline))
                    .toList();
        } finally {
            workers.shutdownNow();
        }
    }

    /**
     * Runs each side until nothing is new to it. The driver prepares a statement on the server when a connection uses
     * its text for the fifth time, and the server settles on a plan five uses later, so as many workers as there are
     * connections go round all tenants; the compiler of the JVM has a few seconds besides.
     */
    void warm() throws InterruptedException {
        ExecutorService workers = Executors.newFixedThreadPool(threads);
        try {
            for (Side side : sides.values()) {
                long until = System.nanoTime() + plan.warmUp().toNanos();
                runOnAll(workers, worker -> {
                    Draw draw = new Draw(worker);
                    int begin = worker * tenants / threads;
                    long done = 0;
                    while (done < (long) VISITS * tenants || System.nanoTime() < until) {
                        side.transact((int) ((begin + done) % tenants), draw);
                        done++;
                    }
                    return done;
                });
            }
        } finally {
            workers.shutdownNow();
        }
    }

    private Slice measure(ExecutorService workers, Side side, int round) throws InterruptedException {
        long client = meter.clientNanos();
        long server = meter.serverNanos();
        long begin = System.nanoTime();
        long until = begin + plan.slice().toNanos();
        long done = runOnAll(workers, worker -> {
            // Every side of a round meets the same tenants and articles in the same order.
            Draw draw = new Draw(31L * round + worker);
            long count = 0;
            while (count == 0 || System.nanoTime() < until) {
                side.transact(draw.tenant(tenants), draw);
                count++;
            }
            return count;
        });
        long elapsed = System.nanoTime() - begin;
        return new Slice(
                done,
                elapsed / (double) done,
                (meter.clientNanos() - client) / (double) done,
                (meter.serverNanos() - server) / (double) done);
    }

    private long runOnAll(ExecutorService workers, Work work) throws InterruptedException {
        List<Future<Long>> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int worker = i;
            running.add(workers.submit(() -> work.run(worker)));
        }
        long sum = 0;
        for (Future<Long> one : running) {
            try {
                sum += one.get();
            } catch (ExecutionException failure) {
                throw new IllegalStateException("A transaction of " + this + " failed", failure.getCause());
            }
        }
        return sum;
    }

    private Figure figure(Way way, List<Slice> its, List<Slice> baseline) {
        return new Figure(
                way,
                access,
                tenants,
                threads,
                1e9 / median(baseline, Slice::nanos),
                median(baseline, Slice::cpu) / 1e3,
                ratio(its, baseline, Slice::cpu),
                ratio(its, baseline, Slice::client),
                ratio(its, baseline, Slice::server),
                ratio(baseline, its, Slice::nanos));
    }

    private static Spread ratio(List<Slice> dividends, List<Slice> divisors, ToDoubleFunction<Slice> value) {
        List<Double> ratios = new ArrayList<>();
        for (int i = 0; i < dividends.size(); i++) {
            ratios.add(value.applyAsDouble(dividends.get(i)) / value.applyAsDouble(divisors.get(i)));
        }
        return Spread.of(ratios);
    }

    private static double median(List<Slice> slices, ToDoubleFunction<Slice> value) {
        return Spread.of(slices.stream().map(value::applyAsDouble).toList()).median();
    }

    @Override
    public String toString() {
        return sides.keySet() + " by " + access + ", " + tenants + " tenants, " + threads + " threads";
    }

    /**
     * How long everything takes.
     *
     * @param rounds how often each side has its turn
     * @param slice how long a turn is
     * @param warmUp how long each side runs before, at least; zero for not at all
     */
    record Plan(int rounds, Duration slice, Duration warmUp) {}

    /** One side and what its turns came to. */
    private record Turn(Way way, Side side, List<Slice> slices) {}

    /** What one turn of one side came to, per transaction. */
    private record Slice(long done, double nanos, double client, double server) {
        double cpu() {
            return client + server;
        }
    }

    @FunctionalInterface
    private interface Work {
        long run(int worker) throws SQLException;
    }
}
