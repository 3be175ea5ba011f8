package io.tenancy.plugins.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class AdmissionGateTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    /** An admission that goes on until it is let go. */
    private final class Held {
        private final CountDownLatch begun = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);
        private final Future<?> future;

        Held(AdmissionGate gate, boolean trial) {
            future = threads.submit(() -> gate.admit(trial, () -> {
                begun.countDown();
                return waited(released);
            }));
        }

        Held begun() throws InterruptedException {
            begun.await();
            return this;
        }

        void end() throws Exception {
            released.countDown();
            future.get();
        }
    }

    private static boolean waited(CountDownLatch latch) {
        try {
            latch.await();
            return true;
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static void untilWaiting(AdmissionGate gate, int count) {
        while (gate.waiting() < count) {
            Thread.onSpinWait();
        }
    }

    @Test
    void noMoreThanSoManyAreAdmittedAtOnceAndAllAreInTheEnd() throws Exception {
        AdmissionGate gate = new AdmissionGate(3, 100, LONG);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<Integer>> all = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            boolean trial = i % 2 == 0;
            all.add(threads.submit(() -> gate.admit(trial, () -> {
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                Thread.yield();
                return now.decrementAndGet();
            })));
        }
        for (Future<Integer> each : all) {
            each.get();
        }

        assertThat(most.get()).isBetween(1, 3);
        assertThat(gate.admitted()).isEqualTo(40);
        assertThat(gate.running()).isZero();
        assertThat(gate.waiting()).isZero();
    }

    @Test
    void whoFindsNoRoomToWaitIsTurnedAwayAndToldWhy() throws Exception {
        AdmissionGate gate = new AdmissionGate(1, 1, LONG);
        Held running = new Held(gate, false).begun();
        Held waiting = new Held(gate, false);
        untilWaiting(gate, 1);

        assertThatThrownBy(() -> gate.admit(false, () -> 1))
                .isInstanceOf(PluginHostBusyException.class)
                .hasMessageContaining("not looked at")
                .hasMessageContaining("Try again later");
        assertThat(gate.turnedAway()).isEqualTo(1);

        running.end();
        waiting.begun().end();
        assertThat(gate.admit(false, () -> 1)).isEqualTo(1);
    }

    @Test
    void trialsLeaveAPlaceAndAQueueToModulesThatAreToBeCalled() throws Exception {
        AdmissionGate gate = new AdmissionGate(2, 1, LONG);
        Held trial = new Held(gate, true).begun();
        Held waiting = new Held(gate, true);
        untilWaiting(gate, 1);
        assertThatThrownBy(() -> gate.admit(true, () -> 1)).isInstanceOf(PluginHostBusyException.class);

        assertThat(gate.admit(false, () -> 1)).isEqualTo(1);

        trial.end();
        waiting.begun().end();
    }

    @Test
    void oneThatIsNotAdmittedGivesItsPlaceBack() {
        AdmissionGate gate = new AdmissionGate(1, 0, LONG);

        for (int i = 0; i < 3; i++) {
            assertThatThrownBy(() -> gate.admit(true, () -> {
                        throw new IllegalStateException("It is not admitted");
                    }))
                    .hasMessage("It is not admitted");
        }

        assertThat(gate.admit(true, () -> 1)).isEqualTo(1);
        assertThat(gate.refused()).isEqualTo(3);
    }

    @Test
    void whoWaitsTooLongIsTurnedAwayAndLeavesNothingBehind() throws Exception {
        AdmissionGate gate = new AdmissionGate(1, 5, Duration.ofMillis(1));
        Held running = new Held(gate, true).begun();

        assertThatThrownBy(() -> gate.admit(true, () -> 1)).isInstanceOf(PluginHostBusyException.class);
        assertThatThrownBy(() -> gate.admit(false, () -> 1))
                .isInstanceOf(PluginHostBusyException.class)
                .hasMessageContaining("PT0.001S");

        running.end();
        assertThat(gate.waiting()).isZero();
        assertThat(gate.admit(true, () -> 1)).isEqualTo(1);
    }

    @Test
    void whoIsInterruptedWhileItWaitsLeaves() throws Exception {
        AdmissionGate gate = new AdmissionGate(1, 5, LONG);
        Held running = new Held(gate, true).begun();
        CountDownLatch told = new CountDownLatch(1);
        Thread waiting = new Thread(() -> {
            try {
                gate.admit(true, () -> 1);
            } catch (PluginHostBusyException left) {
                if (Thread.currentThread().isInterrupted()) {
                    told.countDown();
                }
            }
        });
        waiting.start();
        untilWaiting(gate, 1);

        waiting.interrupt();
        told.await();
        waiting.join();

        running.end();
        assertThat(gate.admit(true, () -> 1)).isEqualTo(1);
    }
}
