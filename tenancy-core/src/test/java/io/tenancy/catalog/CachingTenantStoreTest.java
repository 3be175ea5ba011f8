package io.tenancy.catalog;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.Tenant;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.Tenants;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class CachingTenantStoreTest {

    private final Map<TenantKey, Tenant> origin = new ConcurrentHashMap<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private final CachingTenantStore store = new CachingTenantStore(
            key -> {
                asked.incrementAndGet();
                return Optional.ofNullable(origin.get(key));
            },
            Duration.ofSeconds(5),
            100,
            nanos::get);
    private final Tenant acme = Tenants.named("acme");
    private final TenantKey key = new TenantKey.BySlug(acme.slug());

    @Test
    void knownTenantIsAskedForOnce() {
        origin.put(key, acme);

        assertThat(store.find(key)).contains(acme);
        assertThat(store.find(new TenantKey.BySlug(new TenantSlug("acme")))).contains(acme);
        assertThat(asked).hasValue(1);
    }

    @Test
    void unknownTenantIsAskedForOnce() {
        assertThat(store.find(key)).isEmpty();
        assertThat(store.find(key)).isEmpty();
        assertThat(asked).hasValue(1);
    }

    @Test
    void answersExpire() {
        origin.put(key, acme);
        store.find(key);
        origin.put(key, acme.withStatus(TenantStatus.SUSPENDED));
        nanos.addAndGet(Duration.ofSeconds(6).toNanos());

        assertThat(store.find(key))
                .hasValueSatisfying(tenant -> assertThat(tenant.status()).isEqualTo(TenantStatus.SUSPENDED));
    }

    @Test
    void invalidationShowsAtOnceUnderEveryKey() {
        TenantKey byId = new TenantKey.ById(acme.id());
        origin.put(key, acme);
        origin.put(byId, acme);
        store.find(key);
        store.find(byId);
        origin.put(key, acme.withStatus(TenantStatus.SUSPENDED));
        origin.put(byId, acme.withStatus(TenantStatus.SUSPENDED));
        store.invalidate(acme.id());

        assertThat(store.find(key).orElseThrow().status()).isEqualTo(TenantStatus.SUSPENDED);
        assertThat(store.find(byId).orElseThrow().status()).isEqualTo(TenantStatus.SUSPENDED);
    }

    @Test
    void newTenantIsFoundAfterItsNameWasAskedForInVain() {
        store.find(key);
        origin.put(key, acme);
        store.invalidate(acme.id());

        assertThat(store.find(key)).contains(acme);
    }

    @Test
    void floodOfUnknownNamesDoesNotPushKnownTenantsOut() {
        origin.put(key, acme);
        store.find(key);
        for (int i = 0; i < 10_000; i++) {
            store.find(new TenantKey.ByDomain("x" + i + ".test"));
        }
        asked.set(0);

        assertThat(store.find(key)).contains(acme);
        assertThat(asked).hasValue(0);
    }

    @Test
    void failureOfTheOriginIsNotRemembered() {
        CachingTenantStore failing = new CachingTenantStore(wanted -> {
            if (asked.incrementAndGet() == 1) {
                throw new CatalogUnavailableException("planned", null);
            }
            return Optional.of(acme);
        });

        assertThatExceptionOfType(CatalogUnavailableException.class).isThrownBy(() -> failing.find(key));
        assertThat(failing.find(key)).contains(acme);
    }

    @Test
    void manyCallersOfOneKeyLoadItOnce() throws Exception {
        CountDownLatch allAsked = new CountDownLatch(1);
        CachingTenantStore slow = new CachingTenantStore(wanted -> {
            asked.incrementAndGet();
            await(allAsked);
            return Optional.of(acme);
        });
        ExecutorService pool = Executors.newFixedThreadPool(8);
        try {
            List<CompletableFuture<Optional<Tenant>>> answers = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                answers.add(CompletableFuture.supplyAsync(() -> slow.find(key), pool));
            }
            allAsked.countDown();
            for (CompletableFuture<Optional<Tenant>> answer : answers) {
                assertThat(answer.get()).contains(acme);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(asked).hasValue(1);
    }

    @Test
    void loadThatBeganBeforeAnInvalidationIsNotRemembered() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch invalidated = new CountDownLatch(1);
        CachingTenantStore racing = new CachingTenantStore(wanted -> {
            if (asked.incrementAndGet() == 1) {
                reading.countDown();
                await(invalidated);
                return Optional.of(acme);
            }
            return Optional.of(acme.withStatus(TenantStatus.SUSPENDED));
        });
        CompletableFuture<Optional<Tenant>> stale = CompletableFuture.supplyAsync(() -> racing.find(key));
        await(reading);
        racing.invalidate(acme.id());
        invalidated.countDown();

        assertThat(stale.get()).contains(acme);
        assertThat(racing.find(key).orElseThrow().status()).isEqualTo(TenantStatus.SUSPENDED);
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException interrupted) {
            throw new IllegalStateException(interrupted);
        }
    }
}
