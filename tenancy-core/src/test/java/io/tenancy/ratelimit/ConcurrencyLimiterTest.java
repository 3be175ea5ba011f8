package io.tenancy.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.TenantId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConcurrencyLimiterTest {

    private final TenantId acme = TenantId.next(InstantSource.system());
    private final TenantId globex = TenantId.next(InstantSource.system());

    @Test
    void asMuchRunsAtOnceAsMayAndNoMore() {
        ConcurrencyLimiter limiter = new ConcurrencyLimiter(tenant -> 2);
        ConcurrencyLimiter.Permit first = limiter.begin(acme);
        limiter.begin(acme);

        assertThatExceptionOfType(TooManyConcurrentRequestsException.class)
                .isThrownBy(() -> limiter.begin(acme))
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(429);
                    assertThat(refusal.responseHeaders()).containsEntry("Retry-After", "1");
                    assertThat(refusal.publicDetail()).doesNotContain(acme.toString());
                });
        limiter.begin(globex).close();
        first.close();
        limiter.begin(acme);
        assertThat(limiter.running(acme)).isEqualTo(2);
    }

    @Test
    void permitClosedTwiceEndsOnce() {
        ConcurrencyLimiter limiter = new ConcurrencyLimiter(tenant -> 5);
        ConcurrencyLimiter.Permit permit = limiter.begin(acme);
        limiter.begin(acme);

        permit.close();
        permit.close();

        assertThat(limiter.running(acme)).isEqualTo(1);
    }

    @Test
    void unlimitedTenantIsNotCounted() {
        ConcurrencyLimiter limiter = new ConcurrencyLimiter(tenant -> ConcurrencyLimiter.UNLIMITED);
        limiter.begin(acme);
        assertThat(limiter.running(acme)).isZero();
    }

    @Test
    void neverMoreThanTheLimitUnderManyThreadsAndNothingIsLeftBehind() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        ConcurrencyLimiter limiter = new ConcurrencyLimiter(tenant -> 3);
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Random random = new Random(seed + i);
                work.add(threads.submit(() -> {
                    for (int n = 0; n < 5_000; n++) {
                        try (ConcurrencyLimiter.Permit permit = limiter.begin(acme)) {
                            most.accumulateAndGet(running.incrementAndGet(), Math::max);
                            if (random.nextInt(10) == 0) {
                                Thread.yield();
                            }
                            running.decrementAndGet();
                        } catch (TooManyConcurrentRequestsException refused) {
                            Thread.onSpinWait();
                        }
                    }
                }));
            }
            for (Future<?> one : work) {
                one.get();
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(most.get()).isBetween(1, 3);
        assertThat(limiter.running(acme)).isZero();
    }
}
