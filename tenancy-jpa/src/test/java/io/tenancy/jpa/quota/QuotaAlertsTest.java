package io.tenancy.jpa.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.tenancy.Tenant;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.WatchedDataSource;
import io.tenancy.quota.QuotaAlert;
import io.tenancy.quota.QuotaPolicy;
import io.tenancy.quota.QuotaThreshold;
import io.tenancy.quota.Quotas;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class QuotaAlertsTest {

    private static final Duration RETRY = Duration.ofSeconds(30);

    private QuotaDatabase database;

    @BeforeEach
    void open() {
        database = new QuotaDatabase();
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Tenant reach(long used) {
        Tenant tenant = database.tenant(QuotaPolicy.of("articles", 100).withSoftLimit(50));
        try (Quotas node = database.node()) {
            Tenancy.runAs(tenant, () -> node.consume("articles", used));
        }
        return tenant;
    }

    @Test
    void eachAlertIsDeliveredOnceWhenNothingFails() {
        Tenant tenant = reach(90);
        List<QuotaAlert> heard = new ArrayList<>();
        try (QuotaAlerts alerts = database.alerts(RETRY)) {
            alerts.onAlert(heard::add);
            assertThat(alerts.deliverDue()).isEqualTo(3);
            database.advance(Duration.ofDays(1));
            assertThat(alerts.deliverDue()).isZero();
        }
        assertThat(heard)
                .extracting(QuotaAlert::threshold)
                .containsExactlyInAnyOrder(QuotaThreshold.SOFT, QuotaThreshold.PERCENT_80, QuotaThreshold.PERCENT_90);
        assertThat(heard).allSatisfy(alert -> {
            assertThat(alert.tenantId()).isEqualTo(tenant.id());
            assertThat(alert.resource()).isEqualTo("articles");
            assertThat(alert.used()).isEqualTo(90);
        });
    }

    @Test
    void anAlertIsNotTakenForDeliveredWhereItsOnlyListenerLeavesMeanwhile() {
        reach(50);
        AtomicReference<Runnable> onClaim = new AtomicReference<>(() -> {});
        DataSource watched =
                new WatchedDataSource(database.platform(), () -> onClaim.get().run());
        List<UUID> heard = new ArrayList<>();
        try (QuotaAlerts alerts = database.alerts(watched, RETRY);
                QuotaAlerts other = database.alerts(RETRY)) {
            onClaim.set(alerts.onAlert(alert -> heard.add(alert.id())));
            alerts.deliverDue();
            onClaim.set(() -> {});
            other.onAlert(alert -> heard.add(alert.id()));
            database.advance(RETRY);
            other.deliverDue();
        }
        assertThat(heard).hasSize(1);
    }

    @Test
    void anAlertWhoseListenerFailsComesAgainLaterUnderTheSameId() {
        reach(50);
        List<UUID> heard = new ArrayList<>();
        try (QuotaAlerts alerts = database.alerts(RETRY)) {
            alerts.onAlert(alert -> {
                heard.add(alert.id());
                if (heard.size() < 3) {
                    throw new java.io.IOException("mail server is down");
                }
            });
            assertThat(alerts.deliverDue()).isZero();
            database.advance(RETRY.minusSeconds(1));
            assertThat(alerts.deliverDue()).isZero();
            assertThat(heard).hasSize(1);
            database.advance(Duration.ofSeconds(1));
            assertThat(alerts.deliverDue()).isZero();
            database.advance(RETRY.multipliedBy(2));
            assertThat(alerts.deliverDue()).isEqualTo(1);
        }
        assertThat(heard).hasSize(3).containsOnly(heard.get(0));
    }

    @Test
    void anAlertOfANodeThatDiedBeforeMarkingItComesAgain() {
        reach(50);
        List<UUID> heard = new ArrayList<>();
        try (QuotaAlerts dying = database.alerts(RETRY);
                QuotaAlerts other = database.alerts(RETRY)) {
            dying.onAlert(alert -> {
                heard.add(alert.id());
                throw new Crash();
            });
            assertThatExceptionOfType(Crash.class).isThrownBy(dying::deliverDue);
            List<UUID> again = new ArrayList<>();
            other.onAlert(alert -> again.add(alert.id()));
            assertThat(other.deliverDue()).isZero();
            database.advance(RETRY);
            assertThat(other.deliverDue()).isEqualTo(1);
            assertThat(again).containsExactlyElementsOf(heard);
        }
    }

    /** What no handler of the SDK catches. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Test
    void alertsWaitUntilSomebodyListens() {
        reach(80);
        List<QuotaAlert> heard = new ArrayList<>();
        try (QuotaAlerts alerts = database.alerts(RETRY)) {
            assertThat(alerts.deliverDue()).isZero();
            Runnable remove = alerts.onAlert(heard::add);
            assertThat(alerts.deliverDue()).isEqualTo(2);
            remove.run();
            reach(80);
            assertThat(alerts.deliverDue()).isZero();
        }
        assertThat(heard).hasSize(2);
    }

    @Test
    void nodesShareTheDeliveriesWithoutRepeatingThem() throws Exception {
        for (int i = 0; i < 20; i++) {
            reach(100);
        }
        ConcurrentLinkedQueue<UUID> heard = new ConcurrentLinkedQueue<>();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Integer>> pollers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                QuotaAlerts alerts = database.alerts(RETRY);
                alerts.onAlert(alert -> heard.add(alert.id()));
                pollers.add(alerts::deliverDue);
            }
            int delivered = 0;
            for (Future<Integer> done : threads.invokeAll(pollers)) {
                delivered += done.get();
            }
            assertThat(delivered).isEqualTo(80);
        } finally {
            threads.shutdownNow();
        }
        assertThat(heard).hasSize(80);
        assertThat(heard.stream().collect(Collectors.toSet())).hasSize(80);
    }
}
