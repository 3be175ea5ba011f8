package io.tenancy.jpa.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.quota.QuotaExceededException;
import io.tenancy.quota.QuotaPeriod;
import io.tenancy.quota.QuotaPolicy;
import io.tenancy.quota.QuotaReservation;
import io.tenancy.quota.QuotaReservationExpiredException;
import io.tenancy.quota.QuotaSpan;
import io.tenancy.quota.QuotaUnavailableException;
import io.tenancy.quota.QuotaUsage;
import io.tenancy.quota.Quotas;
import io.tenancy.quota.UnknownQuotaException;
import io.tenancy.quota.spi.QuotaCalendar;
import io.tenancy.quota.spi.QuotaStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuotasTest {

    private static QuotaDatabase database;

    @BeforeAll
    static void open() {
        database = new QuotaDatabase();
    }

    @AfterAll
    static void close() {
        database.close();
    }

    private static int consumeAll(Quotas node, Tenant tenant, String resource) {
        return Tenancy.callAs(tenant, () -> {
            for (int granted = 0; ; granted++) {
                try {
                    node.consume(resource, 1);
                } catch (QuotaExceededException refused) {
                    return granted;
                }
            }
        });
    }

    private static void consume(Quotas node, Tenant tenant, String resource, long units) {
        Tenancy.runAs(tenant, () -> node.consume(resource, units));
    }

    private static QuotaUsage usage(Quotas node, Tenant tenant, String resource) {
        return Tenancy.callAs(tenant, () -> node.usageOf(resource));
    }

    private static QuotaUsage recount(Quotas node, Tenant tenant, String resource, long found) {
        return Tenancy.callAs(tenant, () -> node.recount(resource, (id, span) -> found));
    }

    // --- granting and refusing --------------------------------------------------------------------------------------

    @Test
    void oneNodeGrantsExactlyTheLimit() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 137));
        try (Quotas node = database.node()) {
            assertThat(consumeAll(node, tenant, "articles")).isEqualTo(137);
            assertThat(usage(node, tenant, "articles").used()).isEqualTo(137);
        }
    }

    @Test
    void refusalTellsResourceLimitUseAndWhatToDo() {
        Tenant tenant = database.tenant(QuotaPolicy.per(QuotaPeriod.DAY, "calls", 5));
        try (Quotas node = database.node()) {
            consumeAll(node, tenant, "calls");
            Tenancy.runAs(
                    tenant,
                    () -> assertThatExceptionOfType(QuotaExceededException.class)
                            .isThrownBy(() -> node.reserve("calls", 2))
                            .withMessageContaining("Raise the limit in the tenant's plan")
                            .satisfies(refused -> {
                                assertThat(refused.status()).isEqualTo(429);
                                assertThat(refused.code()).isEqualTo("quota-exceeded");
                                assertThat(refused.problemMembers())
                                        .containsEntry("resource", "calls")
                                        .containsEntry("limit", 5L)
                                        .containsEntry("used", 5L);
                                Duration toMidnight = Duration.between(
                                        databaseTime(),
                                        databaseTime()
                                                .truncatedTo(java.time.temporal.ChronoUnit.DAYS)
                                                .plus(Duration.ofDays(1)));
                                assertThat(refused.responseHeaders())
                                        .containsEntry("Retry-After", "" + toMidnight.toSeconds());
                                assertThat(refused.publicDetail())
                                        .doesNotContain(tenant.id().toString());
                            }));
        }
    }

    private static Instant databaseTime() {
        return Instant.ofEpochMilli(database.number(
                "select (extract(epoch from at) * 1000)::bigint from tenancy_control.quota_test_clock"));
    }

    @Test
    void aQuotaWithoutPeriodSaysNothingOfWhenToRetry() {
        Tenant tenant = database.tenant(QuotaPolicy.of("users", 0));
        try (Quotas node = database.node()) {
            Tenancy.runAs(
                    tenant,
                    () -> assertThatExceptionOfType(QuotaExceededException.class)
                            .isThrownBy(() -> node.consume("users", 1))
                            .satisfies(refused ->
                                    assertThat(refused.responseHeaders()).isEmpty()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE, Long.MAX_VALUE, QuotaPolicy.MAXIMUM + 1})
    void impossibleNumbersOfUnitsAreRefused(long units) {
        Tenant tenant = database.tenant(QuotaPolicy.of("users", QuotaPolicy.UNLIMITED));
        try (Quotas node = database.node()) {
            Tenancy.runAs(tenant, () -> {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> node.reserve("users", units))
                        .withMessageContaining("a number between 1 and " + QuotaPolicy.MAXIMUM);
                assertThatIllegalArgumentException().isThrownBy(() -> node.consume("users", units));
                assertThatIllegalArgumentException().isThrownBy(() -> node.check("users", units));
            });
        }
    }

    @Test
    void theLargestNumbersOverflowNothing() {
        Tenant tenant = database.tenant(QuotaPolicy.of("bytes", QuotaPolicy.UNLIMITED));
        try (Quotas node = database.node()) {
            int granted = Tenancy.callAs(tenant, () -> {
                for (int i = 0; i < 5000; i++) {
                    try {
                        node.consume("bytes", QuotaPolicy.MAXIMUM);
                    } catch (QuotaExceededException full) {
                        return i;
                    }
                }
                return -1;
            });
            assertThat(granted).isBetween(4000, 4096);
        }
    }

    @Test
    void aResourceWithoutPolicyIsRefusedByName() {
        Tenant tenant = database.tenant();
        try (Quotas node = database.node()) {
            Tenancy.runAs(
                    tenant,
                    () -> assertThatExceptionOfType(UnknownQuotaException.class)
                            .isThrownBy(() -> node.reserve("unheard.of", 1))
                            .withMessageContaining("'unheard.of'")
                            .withMessageContaining("Add the limit to the tenant's plan"));
        }
    }

    @Test
    void withoutATenantNothingIsCounted() {
        try (Quotas node = database.node()) {
            assertThatExceptionOfType(NoTenantException.class).isThrownBy(() -> node.consume("articles", 1));
        }
    }

    @Test
    void unlimitedIsNeverRefusedAndStillCounted() {
        Tenant tenant =
                database.tenant(QuotaPolicy.of("calls", QuotaPolicy.UNLIMITED).withSoftLimit(1000));
        try (Quotas node = database.node()) {
            for (int i = 0; i < 5000; i++) {
                consume(node, tenant, "calls", 1);
            }
            assertThat(usage(node, tenant, "calls").used()).isEqualTo(5000);
            assertThat(usage(node, tenant, "calls").remaining()).isEqualTo(QuotaPolicy.UNLIMITED);
        }
        assertThat(database.alertsOf(tenant)).containsExactly("SOFT");
    }

    @Test
    void overageIsGrantedAndCounted() {
        Tenant tenant = database.tenant(QuotaPolicy.of("mails", 10).withOverage());
        try (Quotas node = database.node()) {
            for (int i = 0; i < 25; i++) {
                consume(node, tenant, "mails", 1);
            }
            assertThat(usage(node, tenant, "mails").used()).isEqualTo(25);
        }
        assertThat(database.alertsOf(tenant)).containsExactly("PERCENT_100", "PERCENT_80", "PERCENT_90");
    }

    @Test
    void aLimitLoweredUnderPresentUseKeepsRefusesAndTells() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        try (Quotas node = database.node()) {
            consume(node, tenant, "articles", 60);
            database.limit(tenant, QuotaPolicy.of("articles", 50));
            node.maintain();

            Tenancy.runAs(
                    tenant,
                    () -> assertThatExceptionOfType(QuotaExceededException.class)
                            .isThrownBy(() -> node.consume("articles", 1))
                            .withMessageContaining("it was lowered: what is there is kept, nothing is added")
                            .satisfies(refused -> assertThat(refused.used()).isEqualTo(60)));
            assertThat(usage(node, tenant, "articles").used()).isEqualTo(60);
            assertThat(usage(node, tenant, "articles").remaining()).isZero();

            database.limit(tenant, QuotaPolicy.of("articles", 61));
            assertThat(consumeAll(node, tenant, "articles")).isEqualTo(1);
        }
    }

    @Test
    void checkingTakesNothing() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 3));
        try (Quotas node = database.node();
                Quotas other = database.node()) {
            for (int i = 0; i < 10; i++) {
                assertThat(Tenancy.<Boolean, RuntimeException>callAs(tenant, () -> node.check("articles", 3)))
                        .isTrue();
                assertThat(Tenancy.<Boolean, RuntimeException>callAs(tenant, () -> node.check("articles", 4)))
                        .isFalse();
            }
            consume(other, tenant, "articles", 1);
            assertThat(Tenancy.<Boolean, RuntimeException>callAs(tenant, () -> node.check("articles", 3)))
                    .isFalse();
        }
    }

    // --- reservations -----------------------------------------------------------------------------------------------

    @Test
    void aReservationThatIsNotCommittedGivesItsUnitsBack() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 1));
        try (Quotas node = database.node()) {
            Tenancy.runAs(tenant, () -> {
                try (QuotaReservation abandoned = node.reserve("articles", 1)) {
                    assertThat(abandoned.units()).isEqualTo(1);
                    assertThatExceptionOfType(QuotaExceededException.class)
                            .isThrownBy(() -> node.reserve("articles", 1));
                }
                try (QuotaReservation kept = node.reserve("articles", 1)) {
                    kept.commit();
                }
                assertThatExceptionOfType(QuotaExceededException.class).isThrownBy(() -> node.reserve("articles", 1));
            });
        }
    }

    @Test
    void committingAfterReleaseIsRefused() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 1));
        try (Quotas node = database.node()) {
            QuotaReservation reservation = Tenancy.callAs(tenant, () -> node.reserve("articles", 1));
            reservation.release();
            assertThatExceptionOfType(IllegalStateException.class)
                    .isThrownBy(reservation::commit)
                    .withMessageContaining("after it had been released");
        }
    }

    // --- many nodes -------------------------------------------------------------------------------------------------

    @Test
    void threeNodesNeverPassTheLimitAndAreExactWhenAllAreClosed() throws Exception {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("QuotasTest: three nodes with -Dtenancy.seed=" + seed);
        Random choices = new Random(seed);
        for (int round = 0; round < 5; round++) {
            long limit = 200 + choices.nextInt(3000);
            Tenant tenant = database.tenant(QuotaPolicy.of("articles", limit));
            AtomicLong existing = new AtomicLong();
            AtomicLong most = new AtomicLong();
            List<Quotas> nodes = List.of(database.node(), database.node(), database.node());
            List<Callable<Boolean>> work = new ArrayList<>();
            for (int thread = 0; thread < 24; thread++) {
                Quotas node = nodes.get(thread % 3);
                Random random = new Random(choices.nextLong());
                work.add(() -> spendAtRandom(node, tenant, random, existing, most));
            }
            runAll(work);
            assertThat(most.get()).as("seed %s", seed).isLessThanOrEqualTo(limit);
            nodes.forEach(Quotas::close);

            try (Quotas after = database.node()) {
                QuotaUsage usage = usage(after, tenant, "articles");
                assertThat(usage.used()).as("seed %s", seed).isEqualTo(existing.get());
                assertThat(usage.allotted()).as("seed %s", seed).isEqualTo(existing.get());
                assertThat(existing.get() + consumeAll(after, tenant, "articles"))
                        .as("seed %s", seed)
                        .isEqualTo(limit);
            }
        }
    }

    private static boolean spendAtRandom(
            Quotas node, Tenant tenant, Random random, AtomicLong existing, AtomicLong most) {
        return Tenancy.callAs(tenant, () -> {
            for (int i = 0; i < 400; i++) {
                long units = 1 + random.nextInt(3);
                try (QuotaReservation reservation = node.reserve("articles", units)) {
                    if (random.nextInt(4) > 0) {
                        long now = existing.addAndGet(units);
                        most.accumulateAndGet(now, Math::max);
                        reservation.commit();
                    }
                } catch (QuotaExceededException full) {
                    Thread.yield();
                }
                if (random.nextInt(200) == 0) {
                    node.maintain();
                }
            }
            return true;
        });
    }

    private static void runAll(List<Callable<Boolean>> work) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(work.size());
        try {
            for (Future<Boolean> done : threads.invokeAll(work)) {
                assertThat(done.get()).isTrue();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anIdleNodeGivesItsLeaseBack() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        try (Quotas idle = database.node();
                Quotas busy = database.node()) {
            consume(idle, tenant, "articles", 1);
            idle.maintain();
            idle.maintain();
            assertThat(consumeAll(busy, tenant, "articles")).isEqualTo(99);
        }
    }

    @Test
    void partsShrinkToOneNearTheLimit() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        List<Long> parts = new ArrayList<>();
        QuotaStore watched = new ForwardingStore(database.store()) {
            @Override
            public Answer exchange(Request request) {
                Answer answer = super.exchange(request);
                parts.add(answer.part());
                return answer;
            }
        };
        try (Quotas node = database.node(watched, QuotaCalendar.UTC, InstantSource.fixed(QuotaDatabase.START))) {
            consumeAll(node, tenant, "articles");
        }
        assertThat(parts.stream().mapToLong(Long::longValue).max().orElseThrow())
                .isGreaterThanOrEqualTo(8);
        assertThat(parts.stream().filter(part -> part > 0).reduce((first, last) -> last))
                .contains(1L);
    }

    // --- crashes and recounts ---------------------------------------------------------------------------------------

    @Test
    void whatACrashedNodeHeldCountsAsUsedUntilARecount() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        Quotas crashed = database.node();
        consume(crashed, tenant, "articles", 3);
        try (Quotas node = database.node()) {
            long held = usage(node, tenant, "articles").allotted();
            assertThat(held).isGreaterThan(3);
            database.advance(Duration.ofMinutes(10));
            assertThat(consumeAll(node, tenant, "articles")).isEqualTo((int) (100 - held));
            assertThat(usage(node, tenant, "articles").used()).isLessThanOrEqualTo(100);

            QuotaUsage usage = recount(node, tenant, "articles", 3 + 100 - held);
            assertThat(usage.used()).isEqualTo(3 + 100 - held);
            assertThat(consumeAll(node, tenant, "articles")).isEqualTo((int) (held - 3));
        }
    }

    @Test
    void aRecountKeepsWhatALivingNodeStillHolds() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        try (Quotas node = database.node();
                Quotas other = database.node()) {
            consume(other, tenant, "articles", 3);
            other.maintain();
            // Nothing of it was ever made, says the application; what the other node may still spend stays with it.
            recount(node, tenant, "articles", 3);
            int here = consumeAll(node, tenant, "articles");
            int there = consumeAll(other, tenant, "articles");
            assertThat(3 + here + there).isEqualTo(100);
        }
    }

    @Test
    void aNodeThatWasSilentTooLongLosesItsLeaseAndMayNotCommit() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 10));
        try (Quotas silent = database.node();
                Quotas node = database.node()) {
            QuotaReservation late = Tenancy.callAs(tenant, () -> silent.reserve("articles", 1));
            assertThat(late.isLive()).isTrue();
            database.advance(Duration.ofSeconds(151));
            recount(node, tenant, "articles", 0);
            assertThat(late.isLive()).isFalse();
            assertThatExceptionOfType(QuotaReservationExpiredException.class).isThrownBy(late::commit);
            assertThat(consumeAll(silent, tenant, "articles") + consumeAll(node, tenant, "articles"))
                    .isEqualTo(10);
        }
    }

    @Test
    void reservationsMayOutliveTheirLeaseAsLongAsTheNodeIsHeardOf() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 10));
        try (Quotas slow = database.node();
                Quotas node = database.node()) {
            QuotaReservation open = Tenancy.callAs(tenant, () -> slow.reserve("articles", 1));
            for (int i = 0; i < 30; i++) {
                database.advance(Duration.ofSeconds(10));
                slow.maintain();
            }
            recount(node, tenant, "articles", 0);
            assertThat(consumeAll(node, tenant, "articles") + consumeAll(slow, tenant, "articles"))
                    .isEqualTo(9);
            open.commit();
            assertThat(usage(slow, tenant, "articles").used()).isEqualTo(10);
        }
    }

    @Test
    void aRecountThatFailsChangesNothing() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 10));
        try (Quotas node = database.node()) {
            consume(node, tenant, "articles", 4);
            Tenancy.runAs(tenant, () -> {
                assertThatExceptionOfType(TenancyException.class)
                        .isThrownBy(() -> node.recount("articles", (id, span) -> {
                            throw new java.io.IOException("disk");
                        }))
                        .withMessageContaining("disk");
                assertThatExceptionOfType(TenancyException.class)
                        .isThrownBy(() -> node.recount("articles", (id, span) -> -1))
                        .withMessageContaining("gave -1");
            });
            assertThat(usage(node, tenant, "articles").used()).isEqualTo(4);
            assertThat(consumeAll(node, tenant, "articles")).isEqualTo(6);
        }
    }

    @Test
    void recountsWhileNodesSpendNeverLetThemPassTheLimit() throws Exception {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        System.out.println("QuotasTest: recounts with -Dtenancy.seed=" + seed);
        Random choices = new Random(seed);
        long limit = 4000;
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", limit));
        AtomicLong existing = new AtomicLong();
        AtomicLong most = new AtomicLong();
        AtomicInteger recounts = new AtomicInteger();
        List<Quotas> nodes = List.of(database.node(), database.node(), database.node());
        List<Callable<Boolean>> work = new ArrayList<>();
        for (int thread = 0; thread < 9; thread++) {
            Quotas node = nodes.get(thread % 3);
            Random random = new Random(choices.nextLong());
            work.add(() -> createAndDelete(node, tenant, random, existing, most));
        }
        work.add(() -> {
            Quotas node = nodes.get(0);
            return Tenancy.callAs(tenant, () -> {
                for (int i = 0; i < 60; i++) {
                    node.recount("articles", (id, span) -> existing.get());
                    recounts.incrementAndGet();
                }
                return true;
            });
        });
        runAll(work);
        assertThat(most.get()).as("seed %s", seed).isLessThanOrEqualTo(limit);
        assertThat(recounts.get()).isEqualTo(60);
        nodes.forEach(Quotas::close);

        try (Quotas after = database.node()) {
            QuotaUsage usage = recount(after, tenant, "articles", existing.get());
            assertThat(usage.used()).isEqualTo(existing.get());
            assertThat(existing.get() + consumeAll(after, tenant, "articles")).isEqualTo(limit);
        }
    }

    // Deleting gives nothing back by itself: only a recount finds it.
    private static boolean createAndDelete(
            Quotas node, Tenant tenant, Random random, AtomicLong existing, AtomicLong most) {
        return Tenancy.callAs(tenant, () -> {
            for (int i = 0; i < 1500; i++) {
                try (QuotaReservation reservation = node.reserve("articles", 1)) {
                    most.accumulateAndGet(existing.incrementAndGet(), Math::max);
                    reservation.commit();
                } catch (QuotaExceededException full) {
                    Thread.yield();
                }
                if (random.nextInt(3) == 0) {
                    existing.updateAndGet(count -> Math.max(0, count - 1));
                }
                if (random.nextInt(300) == 0) {
                    node.maintain();
                }
            }
            return true;
        });
    }

    @Test
    void whatIsMadeAndNotCommittedWhileItIsCountedCountsTwiceAndLetsNobodyPassTheLimit() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 10));
        String allotted = "select allotted from tenancy_control.quota_counter where tenant_id = ?";
        try (Quotas maker = database.node();
                Quotas counter = database.node()) {
            Tenancy.runAs(tenant, () -> {
                try (QuotaReservation made = maker.reserve("articles", 10)) {
                    counter.recount("articles", (id, span) -> 10);
                    assertThat(database.number(allotted, tenant.id().value()))
                            .as("the ten that exist, and the ten that may still be committed")
                            .isEqualTo(20);
                    assertThatExceptionOfType(QuotaExceededException.class)
                            .isThrownBy(() -> counter.consume("articles", 1));
                    made.commit();
                }
                maker.maintain();
                assertThatExceptionOfType(QuotaExceededException.class).isThrownBy(() -> maker.consume("articles", 1));

                counter.recount("articles", (id, span) -> 10);
                assertThat(database.number(allotted, tenant.id().value())).isEqualTo(10);
            });
        }
    }

    @Test
    void aCounterThatSomebodyHoldsKeepsNoOtherFromBeingReported() {
        ForwardingStore held = new ForwardingStore(database.store()) {
            @Override
            public Answer exchange(Request request) {
                if (request.key().resource().equals("held") && !request.fresh()) {
                    throw new QuotaUnavailableException("canceling statement due to statement timeout", null);
                }
                return super.exchange(request);
            }
        };
        List<Tenant> tenants = new ArrayList<>();
        try (Quotas node = database.node(held, QuotaCalendar.UTC, InstantSource.fixed(QuotaDatabase.START))) {
            for (int i = 0; i < 20; i++) {
                Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100), QuotaPolicy.of("held", 100));
                tenants.add(tenant);
                consume(node, tenant, "articles", 3);
            }
            consume(node, tenants.get(7), "held", 3);

            node.maintain();

            for (Tenant tenant : tenants) {
                assertThat(database.number(
                                "select used from tenancy_control.quota_counter where resource = 'articles'"
                                        + " and tenant_id = ?",
                                tenant.id().value()))
                        .isEqualTo(3);
            }
        }
    }

    @Test
    void whoStandsStillForLongerThanAReservationLastsTakesItsUnitsAgain() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        AtomicInteger asked = new AtomicInteger();
        ForwardingStore counted = new ForwardingStore(database.store()) {
            @Override
            public Answer exchange(Request request) {
                asked.incrementAndGet();
                return super.exchange(request);
            }
        };
        AtomicLong now = new AtomicLong();
        AtomicLong stall = new AtomicLong();
        LongSupplier nanos = () -> now.getAndAdd(stall.getAndSet(0));
        try (Quotas node = new Quotas(
                counted,
                database.policies(),
                QuotaCalendar.UTC,
                InstantSource.fixed(QuotaDatabase.START),
                nanos,
                QuotaDatabase.SETTINGS)) {
            consume(node, tenant, "articles", 1);
            int before = asked.get();
            consume(node, tenant, "articles", 1);
            assertThat(asked).as("spent from the lease").hasValue(before);

            // The next reading of the clock is from before the stall, the one after it from behind.
            stall.set(Duration.ofMinutes(4).toNanos());
            database.advance(Duration.ofMinutes(4));
            consume(node, tenant, "articles", 1);
            assertThat(asked.get()).as("asked again").isGreaterThan(before);
        }
    }

    // --- alerts -----------------------------------------------------------------------------------------------------

    @Test
    void eachThresholdThatIsReachedIsRecordedOnceAndNoOther() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 50).withSoftLimit(20));
        try (Quotas node = database.node()) {
            consume(node, tenant, "articles", 19);
            node.maintain();
            assertThat(database.alertsOf(tenant)).isEmpty();
            consume(node, tenant, "articles", 1);
            node.maintain();
            assertThat(database.alertsOf(tenant)).containsExactly("SOFT");
            consume(node, tenant, "articles", 19);
            node.maintain();
            assertThat(database.alertsOf(tenant)).containsExactly("SOFT");
            consume(node, tenant, "articles", 1);
            node.maintain();
            assertThat(database.alertsOf(tenant)).containsExactly("PERCENT_80", "SOFT");
            consume(node, tenant, "articles", 9);
            node.maintain();
            assertThat(database.alertsOf(tenant)).containsExactly("PERCENT_80", "PERCENT_90", "SOFT");
            consume(node, tenant, "articles", 1);
        }
        assertThat(database.alertsOf(tenant)).containsExactly("PERCENT_100", "PERCENT_80", "PERCENT_90", "SOFT");
    }

    @Test
    void aThresholdOfAnotherLimitIsToldToo() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 10));
        try (Quotas node = database.node()) {
            consume(node, tenant, "articles", 8);
            node.maintain();
            database.limit(tenant, QuotaPolicy.of("articles", 100));
            consume(node, tenant, "articles", 71);
            node.maintain();
            assertThat(unitsOfAlerts(tenant)).containsExactly(8L);
            consume(node, tenant, "articles", 1);
            node.maintain();
            assertThat(unitsOfAlerts(tenant)).containsExactly(8L, 80L);

            database.limit(tenant, QuotaPolicy.of("articles", 50));
            consumeAll(node, tenant, "articles");
            node.maintain();
        }
        assertThat(unitsOfAlerts(tenant)).as("lowered below what is used").containsExactly(8L, 40L, 45L, 50L, 80L);
    }

    @Test
    void whereNothingBeginsAnewAThresholdThatARecountFellBelowIsToldAgain() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 10));
        try (Quotas node = database.node();
                QuotaAlerts alerts = database.alerts(Duration.ofSeconds(30))) {
            List<UUID> heard = heardOf(tenant, alerts);
            consume(node, tenant, "articles", 8);
            node.maintain();
            alerts.deliverDue();
            Tenancy.runAs(tenant, () -> node.recount("articles", (id, span) -> 9));
            consume(node, tenant, "articles", 1);
            node.maintain();
            alerts.deliverDue();
            assertThat(heard).as("80, 90 and 100 %").hasSize(3);

            Tenancy.runAs(tenant, () -> node.recount("articles", (id, span) -> 3));
            alerts.deliverDue();
            assertThat(heard).hasSize(3);
            consume(node, tenant, "articles", 5);
            node.maintain();
            alerts.deliverDue();
            assertThat(heard).as("80 % again").hasSize(4).doesNotHaveDuplicates();
        }
    }

    @Test
    void aRecountThatIsTheFirstToCountTellsWhatIsReached() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        try (Quotas node = database.node()) {
            Tenancy.runAs(tenant, () -> node.recount("articles", (id, span) -> 95));
        }
        assertThat(database.alertsOf(tenant)).containsExactly("PERCENT_80", "PERCENT_90");
    }

    @Test
    void withinAPeriodAThresholdIsToldOnceWhateverARecountSays() {
        Tenant tenant = database.tenant(QuotaPolicy.per(QuotaPeriod.MONTH, "mails", 10));
        try (Quotas node = database.node();
                QuotaAlerts alerts = database.alerts(Duration.ofSeconds(30))) {
            List<UUID> heard = heardOf(tenant, alerts);
            consume(node, tenant, "mails", 8);
            node.maintain();
            alerts.deliverDue();
            Tenancy.runAs(tenant, () -> node.recount("mails", (id, span) -> 3));
            consume(node, tenant, "mails", 5);
            node.maintain();
            alerts.deliverDue();
            assertThat(heard).hasSize(1);
        }
    }

    private static List<UUID> heardOf(Tenant tenant, QuotaAlerts alerts) {
        List<UUID> heard = new ArrayList<>();
        alerts.onAlert(alert -> {
            if (alert.tenantId().equals(tenant.id())) {
                heard.add(alert.id());
            }
        });
        return heard;
    }

    private List<Long> unitsOfAlerts(Tenant tenant) {
        return database.numbers(
                "select threshold_units from tenancy_control.quota_alert where tenant_id = ? order by 1",
                tenant.id().value());
    }

    @Test
    void nodesThatReachAThresholdTogetherRecordIt() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        try (Quotas one = database.node();
                Quotas other = database.node()) {
            consume(one, tenant, "articles", 40);
            consume(other, tenant, "articles", 39);
            one.maintain();
            other.maintain();
            assertThat(database.alertsOf(tenant)).isEmpty();
            consume(other, tenant, "articles", 1);
            one.maintain();
            other.maintain();
            assertThat(database.alertsOf(tenant)).containsExactly("PERCENT_80");
        }
    }

    @Test
    void whatASilentNodeHeldReachesThresholdsToo() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 10));
        Quotas crashed = database.node();
        consume(crashed, tenant, "articles", 8);
        assertThat(database.alertsOf(tenant)).isEmpty();
        database.advance(Duration.ofMinutes(10));
        while (database.store().countSilentLeases() > 0) {
            // Other tests leave silent leases behind as well.
        }
        assertThat(database.alertsOf(tenant)).containsExactly("PERCENT_80");
    }

    // --- the database goes away -------------------------------------------------------------------------------------

    @Test
    void aNodeWithoutDatabaseSpendsItsLeaseAndThenRefusesUntilItIsBack() {
        try (QuotaDatabase own = new QuotaDatabase()) {
            Tenant tenant = own.tenant(QuotaPolicy.of("calls", 1_000_000));
            try (Quotas node = own.node()) {
                consume(node, tenant, "calls", 1);
                long held = usage(node, tenant, "calls").allotted() - 1;
                assertThat(held).isPositive();
                own.goAway();
                for (int i = 0; i < held; i++) {
                    consume(node, tenant, "calls", 1);
                }
                assertThatExceptionOfType(QuotaUnavailableException.class)
                        .isThrownBy(() -> consume(node, tenant, "calls", 1))
                        .withMessageContaining("Nothing was granted")
                        .satisfies(refused -> {
                            assertThat(refused.status()).isEqualTo(503);
                            assertThat(refused.responseHeaders()).containsKey("Retry-After");
                        });
                node.maintain();
                own.comeBack();
                own.advance(Duration.ofSeconds(2));
                consume(node, tenant, "calls", 1);
                assertThat(usage(node, tenant, "calls").used()).isEqualTo(held + 2);
            }
        }
    }

    @Test
    void aLeaseIsNotSpentAfterItsTime() {
        try (QuotaDatabase own = new QuotaDatabase()) {
            Tenant tenant = own.tenant(QuotaPolicy.of("calls", 1_000_000));
            try (Quotas node = own.node()) {
                consume(node, tenant, "calls", 1);
                own.goAway();
                own.advance(Duration.ofSeconds(27));
                consume(node, tenant, "calls", 1);
                own.advance(Duration.ofSeconds(1));
                assertThatExceptionOfType(QuotaUnavailableException.class)
                        .isThrownBy(() -> consume(node, tenant, "calls", 1));
                own.comeBack();
            }
        }
    }

    @Test
    void anAnswerThatIsLostCostsNothing() {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100));
        AtomicInteger calls = new AtomicInteger();
        QuotaStore lossy = new ForwardingStore(database.store()) {
            @Override
            public Answer exchange(Request request) {
                Answer answer = super.exchange(request);
                if (calls.incrementAndGet() % 2 == 1) {
                    throw new QuotaUnavailableException("the answer was lost", null);
                }
                return answer;
            }
        };
        Quotas node = database.node(lossy, QuotaCalendar.UTC, InstantSource.fixed(QuotaDatabase.START));
        int granted = 0;
        for (int lost = 0; lost < 300; ) {
            try {
                consume(node, tenant, "articles", 1);
                granted++;
            } catch (QuotaUnavailableException unanswered) {
                lost++;
                database.advance(Duration.ofSeconds(1));
            } catch (QuotaExceededException full) {
                break;
            }
        }
        assertThat(granted).isEqualTo(100);
    }

    // --- periods and clocks -----------------------------------------------------------------------------------------

    @Test
    void countingBeginsAnewAtTheInstantThatThePeriodEnds() {
        try (QuotaDatabase own = new QuotaDatabase()) {
            Tenant tenant = own.tenant(QuotaPolicy.per(QuotaPeriod.DAY, "calls", 20));
            try (Quotas node = own.node()) {
                assertThat(consumeAll(node, tenant, "calls")).isEqualTo(20);
                own.advance(Duration.ofHours(15).minusMillis(1));
                assertThat(consumeAll(node, tenant, "calls")).isZero();
                own.advance(Duration.ofMillis(1));
                assertThat(usage(node, tenant, "calls").used()).isZero();
                assertThat(consumeAll(node, tenant, "calls")).isEqualTo(20);
                assertThat(usage(node, tenant, "calls").span())
                        .isEqualTo(QuotaSpan.of(
                                Instant.parse("2026-03-11T00:00:00Z"), Instant.parse("2026-03-12T00:00:00Z")));
            }
        }
    }

    @Test
    void unitsReservedBeforeThePeriodEndsCountInIt() {
        try (QuotaDatabase own = new QuotaDatabase()) {
            Tenant tenant = own.tenant(QuotaPolicy.per(QuotaPeriod.DAY, "calls", 20));
            try (Quotas node = own.node()) {
                QuotaReservation open = Tenancy.callAs(tenant, () -> node.reserve("calls", 5));
                own.advance(Duration.ofHours(15).minusSeconds(1));
                node.maintain();
                own.advance(Duration.ofSeconds(1));
                consume(node, tenant, "calls", 1);
                open.commit();
                node.maintain();
                assertThat(own.number(
                                "select used from tenancy_control.quota_counter where tenant_id = ?"
                                        + " and period_start = '2026-03-10T00:00:00Z'",
                                tenant.id().value()))
                        .isEqualTo(5);
                assertThat(usage(node, tenant, "calls").used()).isEqualTo(1);
            }
        }
    }

    @Test
    void monthsAndDaysBeginInTheTenantsZone() {
        QuotaCalendar sydney = new QuotaCalendar() {
            @Override
            public ZoneId zoneOf(TenantId tenant) {
                return ZoneId.of("Australia/Sydney");
            }
        };
        Tenant tenant = database.tenant();
        Instant before = Instant.parse("2026-03-31T12:59:59Z");
        assertThat(sydney.spanOf(tenant.id(), QuotaPeriod.MONTH, before).end())
                .contains(Instant.parse("2026-03-31T13:00:00Z"));
        assertThat(sydney.spanOf(tenant.id(), QuotaPeriod.DAY, before.plusSeconds(1))
                        .start())
                .isEqualTo(Instant.parse("2026-03-31T13:00:00Z"));
    }

    @Test
    void billingPeriodsComeFromTheCalendarAndAreMissedByName() {
        Tenant tenant = database.tenant(QuotaPolicy.per(QuotaPeriod.BILLING, "mails", 7));
        QuotaCalendar billing = new QuotaCalendar() {
            @Override
            public QuotaSpan billingPeriod(TenantId of, Instant at) {
                return QuotaSpan.of(Instant.parse("2026-03-01T10:30:00Z"), Instant.parse("2027-04-01T10:30:00Z"));
            }
        };
        try (Quotas node = database.node(database.store(), billing, InstantSource.fixed(QuotaDatabase.START));
                Quotas without = database.node()) {
            assertThat(consumeAll(node, tenant, "mails")).isEqualTo(7);
            assertThatExceptionOfType(TenancyException.class)
                    .isThrownBy(() -> consume(without, tenant, "mails", 1))
                    .withMessageContaining("quotaCalendar(...)");
        }
    }

    @Test
    void nodesWhoseClocksAreHoursApartShareOnePeriodAndOneLimit() {
        try (QuotaDatabase own = new QuotaDatabase()) {
            Tenant tenant = own.tenant(QuotaPolicy.per(QuotaPeriod.DAY, "calls", 60));
            Instant start = QuotaDatabase.START;
            try (Quotas late = own.node(
                            own.store(), QuotaCalendar.UTC, InstantSource.fixed(start.minus(Duration.ofHours(20))));
                    Quotas early = own.node(
                            own.store(), QuotaCalendar.UTC, InstantSource.fixed(start.plus(Duration.ofHours(20))))) {
                assertThat(consumeAll(late, tenant, "calls") + consumeAll(early, tenant, "calls"))
                        .isLessThanOrEqualTo(60)
                        .isGreaterThan(50);
                assertThat(own.number(
                                "select count(*) from tenancy_control.quota_counter where tenant_id = ?",
                                tenant.id().value()))
                        .isEqualTo(1);
                own.advance(Duration.ofHours(15));
                assertThat(consumeAll(late, tenant, "calls")).isEqualTo(60);
            }
        }
    }

    @Test
    void endedPeriodsAreForgottenAfterTheirTime() {
        try (QuotaDatabase own = new QuotaDatabase()) {
            Tenant tenant = own.tenant(QuotaPolicy.per(QuotaPeriod.DAY, "calls", 60), QuotaPolicy.of("articles", 5));
            try (Quotas node = own.node()) {
                consume(node, tenant, "calls", 1);
                consume(node, tenant, "articles", 1);
            }
            assertThat(own.store().forgetPeriods(Duration.ofDays(2))).isZero();
            own.advance(Duration.ofDays(4));
            assertThat(own.store().forgetPeriods(Duration.ofDays(2))).isEqualTo(1);
            assertThat(own.number("select count(*) from tenancy_control.quota_counter"))
                    .isEqualTo(1);
        }
    }
}
