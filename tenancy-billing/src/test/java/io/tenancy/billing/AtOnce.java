package io.tenancy.billing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;

/** Many threads that do something at the same moment, and what came of each. */
public final class AtOnce {

    /** What came of them. */
    public record Outcomes<T>(List<T> results, List<Throwable> failures) {}

    private AtOnce() {}

    /** Each thread does what the function has for its number. */
    public static <T> Outcomes<T> run(int threads, IntFunction<Callable<T>> work) throws InterruptedException {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            CyclicBarrier start = new CyclicBarrier(threads);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                Callable<T> one = work.apply(i);
                futures.add(pool.submit(() -> {
                    start.await(1, TimeUnit.MINUTES);
                    return one.call();
                }));
            }
            List<T> results = new ArrayList<>();
            List<Throwable> failures = new ArrayList<>();
            for (Future<T> future : futures) {
                try {
                    results.add(future.get());
                } catch (ExecutionException failure) {
                    failures.add(failure.getCause());
                }
            }
            return new Outcomes<>(results, failures);
        } finally {
            pool.shutdownNow();
        }
    }
}
