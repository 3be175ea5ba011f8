package io.tenancy.billing.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.billing.TestServer;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.webhook.WebhookAnswer;
import io.tenancy.billing.stripe.webhook.WebhookRequest;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class TenancyStripeTest {

    private static final String EVENT = """
            {"id": "evt_1", "object": "event", "api_version": "2026-07-29.dahlia", "created": 1768035600, "livemode": false,
             "type": "customer.updated", "data": {"object": {"id": "cus_1", "object": "customer"}}}""";

    @Test
    void eventsComeInWhileAllConnectionsForWorkAreHeld() throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        try (StripeFixture at = new StripeFixture();
                Connection other = TestServer.administrator(at.fixture.server().database())) {
            other.setAutoCommit(false);
            other.createStatement().execute("lock table tenancy_control.stripe_finding in access exclusive mode");
            List<Future<?>> work = new ArrayList<>();
            for (int i = 0; i < TenancyStripe.DEFAULT_CONNECTIONS; i++) {
                String subject = "held " + i;
                work.add(threads.submit(
                        () -> at.stripe.findings().add(FindingKind.UNKNOWN_OUTCOME, subject, null, "waits")));
            }
            while (held(at) < TenancyStripe.DEFAULT_CONNECTIONS) {
                Thread.onSpinWait();
            }

            WebhookAnswer answer = at.stripe.webhook().receive(signed(at));

            assertThat(answer.status()).as(answer.text()).isEqualTo(200);
            other.rollback();
            for (Future<?> each : work) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void anIntakeWithoutConnectionsIsRefused() {
        try (StripeFixture at = new StripeFixture()) {
            TenancyStripe.Builder builder =
                    TenancyStripe.builder(at.fixture.installation, StripeFixture.settings(at.fake));

            assertThatThrownBy(() -> builder.intakeConnections(0))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("0");
        }
    }

    private static int held(StripeFixture at) {
        return Integer.parseInt(at.fixture
                .rows("select count(*) from pg_stat_activity where application_name = 'tenancy-stripe'"
                        + " and wait_event_type = 'Lock'")
                .get(0));
    }

    private static WebhookRequest signed(StripeFixture at) {
        return WebhookRequest.of(
                "application/json",
                null,
                at.fake.sign(EVENT, StripeFixture.SECRET, at.fixture.clock.instant()),
                EVENT.getBytes(StandardCharsets.UTF_8));
    }
}
