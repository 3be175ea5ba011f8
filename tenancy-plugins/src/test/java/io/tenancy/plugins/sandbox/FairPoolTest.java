package io.tenancy.plugins.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class FairPoolTest {

    private static final long STACK = 1 << 20;

    private final TenantId busy = TenantId.next(InstantSource.system());
    private final TenantId other = TenantId.next(InstantSource.system());
    private final List<String> order = Collections.synchronizedList(new ArrayList<>());

    private FutureTask<String> call(String name) {
        return new FutureTask<>(() -> {
            order.add(name);
            return name;
        });
    }

    /** Occupies a worker until the latch opens. */
    private static FutureTask<String> occupying(CountDownLatch until) {
        return new FutureTask<>(() -> {
            until.await();
            return "";
        });
    }

    private static void waitFor(FutureTask<?> task) {
        assertThat(Siege.soon(task::isDone)).isTrue();
    }

    @Test
    void aThousandWaitingCallsDelayAnotherTenantsByOne() {
        try (FairPool pool = new FairPool(1, STACK, 1, 2_000)) {
            CountDownLatch gate = new CountDownLatch(1);
            assertThat(pool.offer(busy, occupying(gate))).isTrue();
            for (int i = 0; i < 1_000; i++) {
                assertThat(pool.offer(busy, call("busy"))).isTrue();
            }
            FutureTask<String> last = call("other");
            assertThat(pool.offer(other, last)).isTrue();
            gate.countDown();
            waitFor(last);
            assertThat(Siege.soon(() -> order.size() == 1_001)).isTrue();
            assertThat(order.indexOf("other")).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void itTellsHowBusyItIs() {
        try (FairPool pool = new FairPool(1, STACK, 1, 10)) {
            CountDownLatch gate = new CountDownLatch(1);
            assertThat(pool.offer(busy, occupying(gate))).isTrue();
            assertThat(Siege.soon(() -> pool.load().equals(new FairPool.Load(1, 0, 1))))
                    .isTrue();
            FutureTask<String> last = call("other");
            assertThat(pool.offer(busy, call("busy"))).isTrue();
            assertThat(pool.offer(other, last)).isTrue();

            assertThat(pool.load()).isEqualTo(new FairPool.Load(1, 2, 2));

            gate.countDown();
            waitFor(last);
            assertThat(Siege.soon(() -> pool.load().equals(new FairPool.Load(0, 0, 0))))
                    .isTrue();
        }
    }

    @Test
    void aThousandTenantsAreServedInTurn() {
        try (FairPool pool = new FairPool(1, STACK, 1, 2_000)) {
            CountDownLatch gate = new CountDownLatch(1);
            assertThat(pool.offer(busy, occupying(gate))).isTrue();
            List<FutureTask<String>> tasks = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                if (round == 0) {
                    for (int i = 0; i < 1_000; i++) {
                        tenants.add(TenantId.next(InstantSource.system()));
                    }
                }
                for (int i = 0; i < 1_000; i++) {
                    FutureTask<String> task = call("round " + round);
                    tasks.add(task);
                    assertThat(pool.offer(tenants.get(i), task)).isTrue();
                }
            }
            gate.countDown();
            tasks.forEach(FairPoolTest::waitFor);
            assertThat(order.subList(0, 1_000)).containsOnly("round 0");
            assertThat(order.subList(1_000, 2_000)).containsOnly("round 1");
            assertThat(order.subList(2_000, 3_000)).containsOnly("round 2");
        }
    }

    private final List<TenantId> tenants = new ArrayList<>();

    @Test
    void aTenantHasNeverMoreThanItsShareAtWork() {
        AtomicInteger atWork = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        try (FairPool pool = new FairPool(4, STACK, 2, 1_000)) {
            List<FutureTask<String>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                FutureTask<String> task = new FutureTask<>(() -> {
                    most.accumulateAndGet(atWork.incrementAndGet(), Math::max);
                    LockSupport.parkNanos(100_000);
                    atWork.decrementAndGet();
                    return "";
                });
                tasks.add(task);
                assertThat(pool.offer(busy, task)).isTrue();
            }
            tasks.forEach(FairPoolTest::waitFor);
        }
        assertThat(most.get()).isEqualTo(2);
    }

    @Test
    void whatWaitsBeyondTheBoundIsRefusedForThatTenantOnly() {
        try (FairPool pool = new FairPool(1, STACK, 1, 3)) {
            CountDownLatch gate = new CountDownLatch(1);
            assertThat(pool.offer(busy, occupying(gate))).isTrue();
            assertThat(Siege.soon(() -> pool.offer(busy, call("a")))).isTrue();
            boolean refused = false;
            for (int i = 0; i < 4; i++) {
                refused |= !pool.offer(busy, call("b"));
            }
            assertThat(refused).isTrue();
            FutureTask<String> task = call("c");
            assertThat(pool.offer(other, task)).isTrue();
            gate.countDown();
            waitFor(task);
        }
    }

    @Test
    void whatIsWithdrawnDoesNotRunAndLeavesNothingBehind() {
        try (FairPool pool = new FairPool(1, STACK, 1, 10)) {
            CountDownLatch gate = new CountDownLatch(1);
            FutureTask<String> first = occupying(gate);
            FutureTask<String> withdrawn = call("withdrawn");
            assertThat(pool.offer(busy, first)).isTrue();
            assertThat(pool.offer(other, withdrawn)).isTrue();
            assertThat(pool.withdraw(other, withdrawn)).isTrue();
            assertThat(pool.withdraw(other, withdrawn)).isFalse();
            gate.countDown();
            waitFor(first);
            assertThat(Siege.soon(() -> pool.tenants() == 0)).isTrue();
            assertThat(order).isEmpty();
        }
    }

    @Test
    void closingCancelsWhatWaitsAndEndsTheWorkers() {
        FairPool pool = new FairPool(2, STACK, 1, 10);
        CountDownLatch gate = new CountDownLatch(1);
        FutureTask<String> first = occupying(gate);
        FutureTask<String> waiting = call("waiting");
        assertThat(pool.offer(busy, first)).isTrue();
        assertThat(pool.offer(busy, waiting)).isTrue();
        pool.close();
        gate.countDown();

        waitFor(waiting);
        assertThat(waiting.isCancelled()).isTrue();
        assertThat(pool.offer(other, call("late"))).isFalse();
        assertThat(Siege.soon(() -> pool.workers().stream().noneMatch(Thread::isAlive)))
                .isTrue();
        assertThat(order).isEmpty();
    }

    @Test
    void theMarkOfAnInterruptIsNotHandedToTheNextCall() {
        try (FairPool pool = new FairPool(1, STACK, 1, 10)) {
            FutureTask<String> marking = new FutureTask<>(() -> {
                Thread.currentThread().interrupt();
                return "";
            });
            FutureTask<Boolean> next =
                    new FutureTask<>(() -> Thread.currentThread().isInterrupted());
            assertThat(pool.offer(busy, marking)).isTrue();
            assertThat(pool.offer(other, next)).isTrue();
            waitFor(next);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(
                            () -> assertThat(next.get()).isFalse()))
                    .isNull();
        }
    }

    @Test
    void manyThreadsThatOfferAndWithdrawLoseNoCall() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        AtomicInteger ran = new AtomicInteger();
        AtomicInteger expected = new AtomicInteger();
        try (FairPool pool = new FairPool(3, STACK, 2, 20)) {
            List<Thread> threads = new ArrayList<>();
            for (int t = 0; t < 6; t++) {
                Random random = new Random(seed + t);
                TenantId tenant = t % 2 == 0 ? busy : other;
                Thread thread = new Thread(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        FutureTask<Integer> task = new FutureTask<>(ran::incrementAndGet);
                        if (pool.offer(tenant, task)) {
                            expected.incrementAndGet();
                            if (random.nextInt(3) == 0 && pool.withdraw(tenant, task)) {
                                expected.decrementAndGet();
                            }
                        }
                    }
                });
                threads.add(thread);
                thread.start();
            }
            assertThat(Siege.soon(() -> threads.stream().noneMatch(Thread::isAlive)))
                    .isTrue();
            assertThat(Siege.soon(() -> pool.tenants() == 0)).isTrue();
            assertThat(ran.get()).isEqualTo(expected.get());
        }
    }
}
