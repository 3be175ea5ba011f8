package io.tenancy.jpa.usage;

import static io.tenancy.jpa.usage.UsageDatabase.CALLS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.Tenant;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.TestServer;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.usage.UsageMetric;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class UsageGaugesTest {

    private static final UsageMetric USERS = UsageMetric.last("gauge.users", "user");

    private static UsageDatabase database;

    private final Tenant acme = tenant("acme");
    private final Tenant beta = tenant("beta");

    @BeforeAll
    static void open() {
        database = new UsageDatabase();
        database.store.define(List.of(USERS));
    }

    @AfterAll
    static void close() {
        database.close();
    }

    @Test
    void startedGaugesStoreAValueWithoutAnybodyAsking() {
        try (UsageGauges gauges = gauges()) {
            gauges.gauge(USERS, who -> Optional.of(BigDecimal.valueOf(7)));

            gauges.start();

            await(() -> database.total(acme.id(), USERS).intValue() == 7);
            await(() -> database.total(beta.id(), USERS).intValue() == 7);
        }
    }

    @Test
    void gaugesStartOnceAndNotAfterTheirEnd() {
        UsageGauges gauges = gauges();
        gauges.start();
        assertThatIllegalStateException().isThrownBy(gauges::start).withMessageContaining("sampled already");

        gauges.close();
        gauges.close();

        assertThatIllegalStateException().isThrownBy(gauges::start).withMessageContaining("closed");
    }

    @Test
    void aValueThatCannotBeStoredKeepsNobodyElseFromTheirs() {
        try (UsageGauges gauges = gauges()) {
            gauges.gauge(USERS, who -> Optional.of(BigDecimal.valueOf(who.equals(acme) ? -1 : 3)));

            assertThat(gauges.sample()).isEqualTo(1);
        }
        assertThat(database.total(beta.id(), USERS)).isEqualByComparingTo("3");
    }

    @Test
    void aGaugeIsStoredAsTheLastOrTheGreatestValueOnly() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new UsageGauge(CALLS, who -> Optional.empty()))
                .withMessageContaining("'api.calls' has COUNT");
    }

    @Test
    void theInstallationEndsTheGaugesThatItHandedOut() throws Exception {
        TenancyInstallation installation = TestServer.installation(TestServer.newDatabase(), "classpath:clinic")
                .build()
                .start();
        UsageGauges started = installation.usage().gauges(Duration.ofDays(1));
        UsageGauges waiting = installation.usage().gauges(Duration.ofDays(1));
        CompletableFuture<Thread> sampling = new CompletableFuture<>();
        try (installation) {
            installation.provisioner().provision(NewTenant.of("acme", "Acme", IsolationLevel.SHARED));
            started.gauge(USERS, who -> {
                sampling.complete(Thread.currentThread());
                return Optional.empty();
            });
            started.start();
            assertThat(sampling.get(30, TimeUnit.SECONDS).isAlive()).isTrue();
        }

        sampling.get().join(TimeUnit.SECONDS.toMillis(30));
        assertThat(sampling.get().isAlive()).as("somebody still samples").isFalse();
        assertThatIllegalStateException().isThrownBy(waiting::start).withMessageContaining("closed");
    }

    private UsageGauges gauges() {
        // A slot of a day, so that a test does not run over the end of one.
        return new UsageGauges(
                database.control.platform(), database.store, () -> List.of(acme, beta), Duration.ofDays(1));
    }

    private static Tenant tenant(String slug) {
        return new Tenant(
                UsageDatabase.tenant(),
                new TenantSlug(slug),
                slug,
                TenantStatus.ACTIVE,
                new Placement(Placement.PRIMARY_SERVER, "x", "y", IsolationLevel.SHARED, 1),
                1,
                Map.of());
    }

    private static void await(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            LockSupport.parkNanos(10_000_000);
        }
    }
}
