package io.tenancy.plugins.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.sandbox.PluginFailedException.Kind;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ConcurrentCallsTest {

    private static final Duration LONG = Duration.ofSeconds(30);

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

    private interface Work {
        void run(Random random) throws Exception;
    }

    /** Runs work on many threads until each has done it so many times. */
    private void together(int threads, int times, Work work) {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("seed " + seed);
        List<Thread> all = new ArrayList<>();
        for (int t = 0; t < threads; t++) {
            Random random = new Random(seed + t);
            Thread thread = new Thread(() -> {
                try {
                    for (int i = 0; i < times; i++) {
                        work.run(random);
                    }
                } catch (Throwable failure) {
                    failures.add(failure);
                }
            });
            all.add(thread);
            thread.start();
        }
        assertThat(Siege.soon(() -> all.stream().noneMatch(Thread::isAlive))).isTrue();
        assertThat(failures).isEmpty();
    }

    /** Adds up the bytes of its input in a global and answers with the sum's last digit. */
    private static final byte[] SUMMING = Wat.plugin(
            "(global $sum (mut i32) (i32.const 0))" + Siege.data("{\"output\":0}"),
            """
            (loop $l
              (global.set $sum (i32.add (global.get $sum) (i32.load8_u (local.get $at))))
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (br_if $l (local.tee $length (i32.sub (local.get $length) (i32.const 1)))))
            (i32.store8 (i32.const 26) (i32.add (i32.const 48) (i32.rem_u (global.get $sum) (i32.const 10))))
            """ + Siege.answer("{\"output\":0}"));

    private static String sumOf(String input) {
        String given = "{\"function\":\"work\",\"input\":" + input + "}";
        return String.valueOf(given.chars().sum() % 10);
    }

    @Test
    void manyThreadsThatCallOnePluginGetRightAnswers() {
        TenantId tenant = TenantId.next(InstantSource.system());
        try (PluginHost host = PluginHost.builder().workers(4, 3).build()) {
            AdmittedPlugin plugin = host.admit(SUMMING, Set.of());
            together(6, 300, random -> {
                String input = "\"" + "x".repeat(random.nextInt(200)) + random.nextInt() + "\"";
                PluginCall call = PluginCall.of(tenant, "work", input).within(PluginLimits.DEFAULT.withDeadline(LONG));
                assertThat(host.call(plugin, call).require()).isEqualTo(sumOf(input));
            });
        }
    }

    @Test
    void interruptsAndDeadlinesOfOneCallNeverReachAnother() {
        List<TenantId> tenants = List.of(
                TenantId.next(InstantSource.system()),
                TenantId.next(InstantSource.system()),
                TenantId.next(InstantSource.system()));
        AtomicInteger late = new AtomicInteger();
        AtomicInteger abandoned = new AtomicInteger();
        try (PluginHost host = PluginHost.builder().workers(3, 2).build()) {
            AdmittedPlugin endless = host.admit(Wat.plugin("", "(loop $l (br $l)) (i64.const 0)"), Set.of());
            AdmittedPlugin summing = host.admit(SUMMING, Set.of());
            together(6, 120, random -> {
                TenantId tenant = tenants.get(random.nextInt(tenants.size()));
                switch (random.nextInt(3)) {
                    case 0 -> {
                        PluginLimits brief = PluginLimits.DEFAULT
                                .withFuel(1L << 60)
                                .withDeadline(Duration.ofMillis(1 + random.nextInt(10)));
                        assertThat(kindOf(
                                        host,
                                        endless,
                                        PluginCall.of(tenant, "work", "1").within(brief)))
                                .isEqualTo(Kind.DEADLINE);
                        late.incrementAndGet();
                    }
                    case 1 -> {
                        Thread.currentThread().interrupt();
                        PluginLimits endlessly =
                                PluginLimits.DEFAULT.withFuel(1L << 60).withDeadline(LONG);
                        assertThat(kindOf(
                                        host,
                                        endless,
                                        PluginCall.of(tenant, "work", "1").within(endlessly)))
                                .isEqualTo(Kind.BUSY);
                        assertThat(Thread.interrupted()).isTrue();
                        abandoned.incrementAndGet();
                    }
                    default -> {
                        String input = String.valueOf(random.nextInt());
                        PluginCall call =
                                PluginCall.of(tenant, "work", input).within(PluginLimits.DEFAULT.withDeadline(LONG));
                        assertThat(host.call(summing, call).require()).isEqualTo(sumOf(input));
                    }
                }
            });
        }
        assertThat(late.get()).isPositive();
        assertThat(abandoned.get()).isPositive();
    }

    private static Kind kindOf(PluginHost host, AdmittedPlugin plugin, PluginCall call) {
        try {
            var unused = host.call(plugin, call);
            throw new AssertionError("It returned");
        } catch (PluginFailedException failed) {
            return failed.kind();
        }
    }

    @Test
    void aTenantThatFloodsTheHostDoesNotKeepAnotherWaiting() {
        TenantId flooding = TenantId.next(InstantSource.system());
        TenantId other = TenantId.next(InstantSource.system());
        CountDownLatch over = new CountDownLatch(1);
        try (PluginHost host = PluginHost.builder().workers(2, 1).waiting(1_000).build()) {
            AdmittedPlugin endless = host.admit(Wat.plugin("", "(loop $l (br $l)) (i64.const 0)"), Set.of());
            AdmittedPlugin summing = host.admit(SUMMING, Set.of());
            PluginLimits limits = PluginLimits.DEFAULT.withFuel(1L << 60).withDeadline(Duration.ofMillis(200));
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                Thread thread = new Thread(() -> {
                    while (over.getCount() > 0) {
                        var unused = kindOf(
                                host,
                                endless,
                                PluginCall.of(flooding, "work", "1").within(limits));
                    }
                });
                threads.add(thread);
                thread.start();
            }
            // With the flood's hundred calls of 200 ms before each of these it would take 20 s for one.
            long begin = System.nanoTime();
            for (int i = 0; i < 50; i++) {
                PluginCall call = PluginCall.of(other, "work", "5").within(PluginLimits.DEFAULT.withDeadline(LONG));
                assertThat(host.call(summing, call).require()).isEqualTo(sumOf("5"));
            }
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
            over.countDown();
            host.close();
            assertThat(Siege.soon(() -> threads.stream().noneMatch(Thread::isAlive)))
                    .isTrue();
        }
    }

    @Test
    void eachCallIsMeteredOnce() {
        TenantId tenant = TenantId.next(InstantSource.system());
        AtomicInteger metered = new AtomicInteger();
        AtomicInteger wrong = new AtomicInteger();
        long[] one = new long[1];
        try (PluginHost host = PluginHost.builder()
                .workers(3, 3)
                .meter((who, module, fuel) -> {
                    metered.incrementAndGet();
                    wrong.addAndGet(who.equals(tenant) && (one[0] == 0 || fuel == one[0]) ? 0 : 1);
                })
                .build()) {
            AdmittedPlugin plugin = host.admit(SUMMING, Set.of());
            PluginCall call = PluginCall.of(tenant, "work", "5").within(PluginLimits.DEFAULT.withDeadline(LONG));
            one[0] = host.call(plugin, call).fuel();
            together(
                    4, 100, random -> assertThat(host.call(plugin, call).fuel()).isEqualTo(one[0]));
        }
        assertThat(metered.get()).isEqualTo(401);
        assertThat(wrong.get()).isZero();
    }
}
