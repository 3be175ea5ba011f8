package io.tenancy.entitlement;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.Tenants;
import io.tenancy.context.NoTenantException;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.EntitlementGrants.OverrideGrant;
import io.tenancy.entitlement.EntitlementGrants.OverrideMode;
import io.tenancy.entitlement.EntitlementGrants.PlanGrant;
import io.tenancy.entitlement.EntitlementGrants.TrialGrant;
import io.tenancy.entitlement.EntitlementValue.OfQuantity;
import io.tenancy.entitlement.spi.EntitlementStore;
import io.tenancy.entitlement.spi.StoredCatalogue;
import io.tenancy.entitlement.spi.StoredGrants;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class TenantEntitlementsTest {

    private static final Instant START = Instant.parse("2026-11-21T10:00:00Z");
    private static final PlanCatalogue CATALOGUE = CatalogueReader.read("""
            format: 1
            definitions: {reports: {kind: module}, users: {kind: limit}}
            plans:
              starter: {versions: [{version: 1, entitlements: {users: 5}}]}
            """);

    private final Tenant tenant = Tenants.named("acme");
    private final Kept store = new Kept();
    private volatile Instant now = START;
    private final InstantSource clock = () -> now;
    private final TenantEntitlements service =
            TenantEntitlements.builder(store).clock(clock).build();

    /** A store in memory that counts, can be held up and can be away. */
    private static final class Kept implements EntitlementStore {
        private final AtomicInteger asked = new AtomicInteger();
        private final AtomicInteger catalogueAsked = new AtomicInteger();
        private final AtomicLong users = new AtomicLong(5);
        private volatile boolean away;
        private volatile long revision = 1;
        private volatile List<TrialGrant> trials = List.of();
        private volatile Runnable afterReading = () -> {};

        @Override
        public StoredGrants grants(TenantId tenant) {
            asked.incrementAndGet();
            if (away) {
                throw new EntitlementsUnavailableException("planned", null);
            }
            OverrideGrant override = new OverrideGrant(
                    2, "users", OverrideMode.SET, OfQuantity.of(users.get()), Validity.from(Instant.EPOCH));
            StoredGrants grants = new StoredGrants(
                    new EntitlementGrants(
                            tenant,
                            List.of(new PlanGrant(1, "starter", null, Validity.from(Instant.EPOCH))),
                            List.of(),
                            trials,
                            List.of(override),
                            List.of()),
                    revision);
            afterReading.run();
            return grants;
        }

        @Override
        public StoredCatalogue catalogue() {
            catalogueAsked.incrementAndGet();
            return new StoredCatalogue(revision, CATALOGUE);
        }
    }

    private long users() {
        return service.of(tenant.id()).limit("users");
    }

    private void pass(Duration time) {
        now = now.plus(time);
    }

    @Test
    void grantsAreReadOnceWithinTheTimeToLive() {
        users();
        pass(Duration.ofMillis(4_999));

        assertThat(users()).isEqualTo(5);
        assertThat(store.asked).hasValue(1);
        assertThat(store.catalogueAsked).hasValue(1);
    }

    private static List<TenantId> tenants(String name, int count) {
        List<TenantId> ids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ids.add(Tenants.named(name + "-" + i).id());
        }
        return ids;
    }

    @Test
    void whereThereIsNoMoreRoomTenantsAreForgottenThatWereNotAskedForLately() {
        TenantEntitlements small =
                TenantEntitlements.builder(store).clock(clock).maximumSize(16).build();
        List<TenantId> idle = tenants("idle", 8);
        List<TenantId> busy = tenants("busy", 9);
        idle.forEach(small::of);
        pass(TenantEntitlements.DEFAULT_TIME_TO_LIVE.multipliedBy(2));

        busy.forEach(small::of);

        int asked = store.asked.get();
        busy.forEach(small::of);
        assertThat(store.asked).as("asked for tenants in use").hasValue(asked);
        idle.forEach(small::of);
        assertThat(store.asked).as("asked for the others").hasValue(asked + idle.size());
    }

    @Test
    void noMoreTenantsAreRememberedThanThereIsRoomForAndTheOthersAreReadAgain() {
        TenantEntitlements small =
                TenantEntitlements.builder(store).clock(clock).maximumSize(16).build();

        for (TenantId each : tenants("passing", 100)) {
            assertThat(small.of(each).tenant()).isEqualTo(each);
            assertThat(small.remembered()).isBetween(1, 16);
        }
    }

    @Test
    void whileTheStoreIsAwayWhoAsksIsNotForgottenForThoseWhoDoNot() {
        TenantEntitlements small =
                TenantEntitlements.builder(store).clock(clock).maximumSize(4).build();
        List<TenantId> all = tenants("known", 4);
        all.forEach(small::of);
        store.away = true;
        pass(TenantEntitlements.DEFAULT_TIME_TO_LIVE.multipliedBy(3));

        assertThatExceptionOfType(EntitlementsUnavailableException.class).isThrownBy(() -> small.of(tenant.id()));

        for (TenantId each : all) {
            assertThatCode(() -> small.of(each)).doesNotThrowAnyException();
        }
    }

    @Test
    void aStoreThatDidNotAnswerIsNotAskedForEachStranger() {
        store.away = true;
        for (TenantId each : tenants("stranger", 5)) {
            assertThatExceptionOfType(EntitlementsUnavailableException.class).isThrownBy(() -> service.of(each));
        }
        assertThat(store.asked).hasValue(1);

        pass(Duration.ofSeconds(1));
        for (TenantId each : tenants("stranger", 5)) {
            assertThatExceptionOfType(EntitlementsUnavailableException.class).isThrownBy(() -> service.of(each));
        }
        assertThat(store.asked).as("once a second").hasValue(2);

        store.away = false;
        pass(Duration.ofSeconds(1));
        assertThat(users()).isEqualTo(5);
        assertThat(service.of(Tenants.named("stranger-0").id()).limit("users")).isEqualTo(5);
    }

    @Test
    void aTenantWhoseGrantsCannotBeRightIsRefusedAndNoOther() {
        store.afterReading = () -> {
            throw new InvalidGrantException("speaks of what the catalogue does not have");
        };
        assertThatExceptionOfType(EntitlementsUnavailableException.class).isThrownBy(this::users);
        store.afterReading = () -> {};

        assertThat(service.of(Tenants.named("other").id()).limit("users")).isEqualTo(5);
    }

    @Test
    void tenantsForWhomTheSameComesOutShareIt() {
        Tenant other = Tenants.named("other");
        Entitlements first = service.of(tenant.id());
        Entitlements second = service.of(other.id());
        assertThat(second.values()).isSameAs(first.values());
        assertThat(second.tenant()).isEqualTo(other.id());

        store.users.set(9);
        service.invalidate(other.id());

        assertThat(service.of(other.id()).limit("users")).isEqualTo(9);
        assertThat(users()).isEqualTo(5);
    }

    @Test
    void whatAnotherNodeChangedShowsAfterTheTimeToLive() {
        users();
        store.users.set(9);
        pass(TenantEntitlements.DEFAULT_TIME_TO_LIVE.minusMillis(1));
        assertThat(users()).isEqualTo(5);
        pass(Duration.ofMillis(1));

        assertThat(users()).isEqualTo(9);
        assertThat(TenantEntitlements.DEFAULT_TIME_TO_LIVE).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void whatThisNodeChangedShowsAtOnce() {
        users();
        store.users.set(9);
        service.invalidate(tenant.id());
        assertThat(users()).isEqualTo(9);
        store.users.set(10);
        service.invalidateAll();

        assertThat(users()).isEqualTo(10);
    }

    @Test
    void trialEndsAtItsInstantWithoutAskingTheStore() {
        Instant end = START.plusSeconds(2).plusNanos(500_000);
        store.trials = List.of(new TrialGrant(3, "reports", Validity.between(START.plusSeconds(1), end)));

        assertThat(service.of(tenant.id()).allows("reports")).isFalse();
        now = START.plusSeconds(1);
        assertThat(service.of(tenant.id()).allows("reports")).isTrue();
        now = end.minusNanos(1);
        assertThat(service.of(tenant.id()).allows("reports")).isTrue();
        now = end;
        assertThat(service.of(tenant.id()).allows("reports")).isFalse();
        assertThat(store.asked).hasValue(1);
    }

    @Test
    void clockThatIsSetBackShowsWhatCountedThen() {
        store.trials = List.of(new TrialGrant(3, "reports", Validity.between(START, START.plusSeconds(10))));
        now = START.plusSeconds(11);
        assertThat(service.of(tenant.id()).allows("reports")).isFalse();
        now = START.plusSeconds(9);

        assertThat(service.of(tenant.id()).allows("reports")).isTrue();
    }

    @Test
    void unknownTenantIsRefusedWhileTheStoreIsAway() {
        store.away = true;

        assertThatExceptionOfType(EntitlementsUnavailableException.class)
                .isThrownBy(this::users)
                .withMessageContaining("nothing is remembered")
                .satisfies(refusal -> {
                    assertThat(refusal.status()).isEqualTo(503);
                    assertThat(refusal.code()).isEqualTo("entitlements-unavailable");
                    assertThat(refusal.responseHeaders()).containsKey("Retry-After");
                });
        store.away = false;
        pass(Duration.ofSeconds(1));
        assertThat(users()).isEqualTo(5);
    }

    @Test
    void rememberedGrantsCountForFifteenMinutesWhileTheStoreIsAway() {
        users();
        store.away = true;
        pass(Duration.ofMinutes(15).minusMillis(1));
        assertThat(users()).isEqualTo(5);
        pass(Duration.ofMillis(1));

        assertThatExceptionOfType(EntitlementsUnavailableException.class)
                .isThrownBy(this::users)
                .withMessageContaining("too long ago");
        assertThat(TenantEntitlements.DEFAULT_STALE_FOR).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void trialEndsAtItsInstantAlsoWhileTheStoreIsAway() {
        store.trials = List.of(new TrialGrant(3, "reports", Validity.between(START, START.plusSeconds(60))));
        users();
        store.away = true;
        pass(Duration.ofSeconds(59));
        assertThat(service.of(tenant.id()).allows("reports")).isTrue();
        pass(Duration.ofSeconds(1));

        assertThat(service.of(tenant.id()).allows("reports")).isFalse();
    }

    @Test
    void storeThatIsAwayIsAskedOncePerSecondAndSeenWhenItIsBack() {
        users();
        store.away = true;
        pass(Duration.ofSeconds(6));
        for (int i = 0; i < 100; i++) {
            users();
        }
        assertThat(store.asked).hasValue(2);
        store.away = false;
        store.users.set(7);
        pass(Duration.ofSeconds(1));

        assertThat(users()).isEqualTo(7);
    }

    @Test
    void newCatalogueIsReadWhenGrantsSpeakOfIt() {
        users();
        store.revision = 2;
        service.invalidate(tenant.id());
        users();
        users();

        assertThat(store.catalogueAsked).hasValue(2);
    }

    @Test
    void readingThatBeganBeforeAnInvalidationIsNotRemembered() throws Exception {
        CountDownLatch read = new CountDownLatch(1);
        CountDownLatch changed = new CountDownLatch(1);
        store.afterReading = () -> {
            read.countDown();
            await(changed);
        };
        CompletableFuture<Long> before = CompletableFuture.supplyAsync(this::users);
        await(read);
        store.afterReading = () -> {};
        store.users.set(9);
        service.invalidate(tenant.id());

        assertThat(users()).isEqualTo(9);
        changed.countDown();
        assertThat(before.get(10, TimeUnit.SECONDS)).isEqualTo(5);
        assertThat(users()).isEqualTo(9);
    }

    @Test
    void manyThreadsThatAskForOneTenantReadItOnce() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        store.afterReading = () -> await(release);
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<Future<Long>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(pool.submit(this::users));
            }
            release.countDown();
            for (Future<Long> answer : answers) {
                assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(5);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(store.asked).hasValue(1);
    }

    @Test
    void slowStoreHoldsUpOneThreadOnlyWhileWhatIsRememberedIsHardlyTooOld() throws Exception {
        users();
        pass(Duration.ofSeconds(6));
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        store.users.set(9);
        store.afterReading = () -> {
            reading.countDown();
            await(release);
        };
        CompletableFuture<Long> reader = CompletableFuture.supplyAsync(this::users);
        await(reading);

        assertThat(users()).isEqualTo(5);
        release.countDown();
        assertThat(reader.get(10, TimeUnit.SECONDS)).isEqualTo(9);
        assertThat(users()).isEqualTo(9);
    }

    @Test
    void afterAChangeAndItsInvalidationNobodySeesTheStateBefore() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("seed " + seed);
        AtomicLong settled = new AtomicLong(5);
        ExecutorService pool = Executors.newFixedThreadPool(4);
        CountDownLatch done = new CountDownLatch(1);
        try {
            List<Future<Integer>> readers = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                Random random = new Random(seed + i);
                readers.add(pool.submit(() -> {
                    int looks = 0;
                    while (done.getCount() > 0 || looks == 0) {
                        long atLeast = settled.get();
                        assertThat(users()).as("seed %s", seed).isGreaterThanOrEqualTo(atLeast);
                        looks++;
                        if (random.nextInt(8) == 0) {
                            Thread.yield();
                        }
                    }
                    return looks;
                }));
            }
            for (int change = 6; change < 20_000; change++) {
                store.users.set(change);
                service.invalidate(tenant.id());
                settled.set(change);
            }
            done.countDown();
            for (Future<Integer> reader : readers) {
                assertThat(reader.get(60, TimeUnit.SECONDS)).isPositive();
            }
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void currentIsOfTheBoundTenant() {
        assertThat(Tenancy.callAs(tenant, () -> service.current().tenant())).isEqualTo(tenant.id());
        assertThatExceptionOfType(NoTenantException.class).isThrownBy(service::current);
    }

    @Test
    void settingsThatCannotBeRightAreRefused() {
        TenantEntitlements.Builder builder = TenantEntitlements.builder(store);

        assertThatIllegalArgumentException().isThrownBy(() -> builder.timeToLive(Duration.ZERO));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.timeToLive(Duration.ofHours(2)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.staleFor(Duration.ofSeconds(-1)));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.maximumSize(0));
        assertThatIllegalArgumentException().isThrownBy(() -> builder.upgradeLink("upgrade"));
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
