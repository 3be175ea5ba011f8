package io.tenancy.test.stripe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.stripe.StripeClient;
import com.stripe.exception.InvalidRequestException;
import com.stripe.exception.StripeException;
import com.stripe.model.billing.Meter;
import com.stripe.model.billing.MeterEvent;
import com.stripe.model.billing.MeterEventSummary;
import com.stripe.model.testhelpers.TestClock;
import com.stripe.param.CustomerCreateParams;
import com.stripe.param.billing.MeterCreateParams;
import com.stripe.param.billing.MeterEventAdjustmentCreateParams;
import com.stripe.param.billing.MeterEventCreateParams;
import com.stripe.param.billing.MeterEventSummaryListParams;
import com.stripe.param.billing.MeterUpdateParams;
import com.stripe.param.testhelpers.TestClockAdvanceParams;
import com.stripe.param.testhelpers.TestClockCreateParams;
import com.stripe.param.v2.billing.MeterEventStreamCreateParams;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Usage sent to Stripe, by each of its three ways, and test clocks. */
class MetersTest {

    private final FakeStripe stripe = FakeStripe.start();
    private final StripeClient client = Clients.of(stripe);

    @AfterEach
    void close() {
        stripe.close();
    }

    @Test
    void usageIsAddedUpPerCustomerAndCountedOnce() throws StripeException {
        Meter meter = meter();
        String customer = customer();
        use(customer, "3", "a");
        use(customer, "4", "b");
        use(customer(), "9", "c");

        assertThatThrownBy(() -> use(customer, "4", "b"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("already exists with identifier b");
        assertThat(used(meter, customer)).isEqualTo(7);
    }

    @Test
    void usageOfNobodyOrNothingIsRefused() throws StripeException {
        meter();

        assertThatThrownBy(() -> use("cus_none", "1", "a")).hasMessageContaining("No such customer");
        assertThatThrownBy(() -> use(customer(), "many", "a")).hasMessageContaining("Invalid value");
    }

    @Test
    void usageOfLongAgoOrToComeIsRefused() throws StripeException {
        meter();
        String customer = customer();
        long now = stripe.now().getEpochSecond();

        assertThatThrownBy(() -> use(customer, "1", "a", now - 36L * 24 * 3600)).hasMessageContaining("35 days");
        assertThatThrownBy(() -> use(customer, "1", "a", now + 3600)).hasMessageContaining("5 minutes");
    }

    @Test
    void aWithdrawnEventDoesNotCount() throws StripeException {
        Meter meter = meter();
        String customer = customer();
        use(customer, "3", "a");
        use(customer, "4", "b");

        client.v1()
                .billing()
                .meterEventAdjustments()
                .create(MeterEventAdjustmentCreateParams.builder()
                        .setEventName("requests")
                        .setType(MeterEventAdjustmentCreateParams.Type.CANCEL)
                        .setCancel(MeterEventAdjustmentCreateParams.Cancel.builder()
                                .setIdentifier("a")
                                .build())
                        .build());

        assertThat(used(meter, customer)).isEqualTo(4);
    }

    @Test
    void aMeterIsRenamedSwitchedOffAndOn() throws StripeException {
        Meter meter = meter();
        client.v1()
                .billing()
                .meters()
                .update(
                        meter.getId(),
                        MeterUpdateParams.builder().setDisplayName("Calls").build());

        client.v1().billing().meters().deactivate(meter.getId());
        assertThatThrownBy(() -> use(customer(), "1", "a")).hasMessageContaining("No active meter");
        client.v1().billing().meters().reactivate(meter.getId());
        use(customer(), "1", "a");

        assertThat(client.v1().billing().meters().list().getData())
                .extracting(Meter::getDisplayName)
                .containsExactly("Calls");
        assertThat(client.v1().billing().meters().retrieve(meter.getId()).getStatus())
                .isEqualTo("active");
    }

    @Test
    void theSecondApiTakesUsageToo() throws StripeException {
        Meter meter = meter();
        String customer = customer();

        client.v2()
                .billing()
                .meterEvents()
                .create(com.stripe.param.v2.billing.MeterEventCreateParams.builder()
                        .setEventName("requests")
                        .setIdentifier("a")
                        .putPayload("stripe_customer_id", customer)
                        .putPayload("value", "5")
                        .build());

        assertThat(used(meter, customer)).isEqualTo(5);
        client.v2()
                .billing()
                .meterEventAdjustments()
                .create(com.stripe.param.v2.billing.MeterEventAdjustmentCreateParams.builder()
                        .setEventName("requests")
                        .setType(com.stripe.param.v2.billing.MeterEventAdjustmentCreateParams.Type.CANCEL)
                        .setCancel(com.stripe.param.v2.billing.MeterEventAdjustmentCreateParams.Cancel.builder()
                                .setIdentifier("a")
                                .build())
                        .build());
        assertThat(used(meter, customer)).isZero();
    }

    @Test
    void aStreamTakesWhatItGetsAndComplainsLater() throws StripeException {
        Meter meter = meter();
        String customer = customer();
        String token = client.v2().billing().meterEventSession().create().getAuthenticationToken();

        Clients.of(stripe, token)
                .v2()
                .billing()
                .meterEventStream()
                .create(MeterEventStreamCreateParams.builder()
                        .addEvent(streamed("requests", customer, "2"))
                        .addEvent(streamed("requests", "cus_none", "2"))
                        .addEvent(streamed("unheard_of", customer, "2"))
                        .build());

        assertThat(used(meter, customer)).isEqualTo(2);
        assertThat(stripe.events())
                .extracting(StripeEvent::type)
                .contains("v1.billing.meter.error_report_triggered", "v1.billing.meter.no_meter_found");
        com.stripe.model.v2.core.Event thin =
                client.v2().core().events().list().getData().get(1);
        assertThat(thin.getType()).isEqualTo("v1.billing.meter.error_report_triggered");
        assertThat(client.v2().core().events().retrieve(thin.getId()).getId()).isEqualTo(thin.getId());
    }

    @Test
    void aThinEventIsSentWithoutItsDetails() throws StripeException {
        try (Receiver receiver = new Receiver()) {
            stripe.webhook(receiver.url(), "whsec_thin");
            String id = stripe.sendThin("v1.billing.meter.no_meter_found", "", "{\"reason\": {\"error_count\": 1}}");
            stripe.deliverAll();
            assertThat(stripe.awaitWebhooks(java.time.Duration.ofSeconds(30))).isTrue();

            Receiver.Received received = receiver.received().get(0);
            var event = client.parseEventNotification(received.body(), received.signature(), "whsec_thin");

            assertThat(event.getId()).isEqualTo(id);
            assertThat(event.getType()).isEqualTo("v1.billing.meter.no_meter_found");
            assertThat(received.body()).doesNotContain("error_count");
        }
    }

    @Test
    void aTestClockGoesForwardOnly() throws StripeException {
        TestClock clock = client.v1()
                .testHelpers()
                .testClocks()
                .create(TestClockCreateParams.builder()
                        .setFrozenTime(1_700_000_000L)
                        .setName("July")
                        .build());

        TestClock later = client.v1()
                .testHelpers()
                .testClocks()
                .advance(
                        clock.getId(),
                        TestClockAdvanceParams.builder()
                                .setFrozenTime(1_700_086_400L)
                                .build());

        assertThat(later.getFrozenTime()).isEqualTo(1_700_086_400L);
        assertThatThrownBy(() -> client.v1()
                        .testHelpers()
                        .testClocks()
                        .advance(
                                clock.getId(),
                                TestClockAdvanceParams.builder()
                                        .setFrozenTime(1L)
                                        .build()))
                .isInstanceOf(InvalidRequestException.class);
        assertThat(client.v1().testHelpers().testClocks().list().getData()).hasSize(1);
        assertThat(client.v1()
                        .testHelpers()
                        .testClocks()
                        .retrieve(clock.getId())
                        .getName())
                .isEqualTo("July");
        client.v1().testHelpers().testClocks().delete(clock.getId());
        assertThat(client.v1().testHelpers().testClocks().list().getData()).isEmpty();
    }

    private Meter meter() throws StripeException {
        return client.v1()
                .billing()
                .meters()
                .create(MeterCreateParams.builder()
                        .setDisplayName("Requests")
                        .setEventName("requests")
                        .setDefaultAggregation(MeterCreateParams.DefaultAggregation.builder()
                                .setFormula(MeterCreateParams.DefaultAggregation.Formula.SUM)
                                .build())
                        .build());
    }

    private String customer() throws StripeException {
        return client.v1()
                .customers()
                .create(CustomerCreateParams.builder().build())
                .getId();
    }

    private MeterEvent use(String customer, String value, String identifier) throws StripeException {
        return use(customer, value, identifier, stripe.now().getEpochSecond());
    }

    private MeterEvent use(String customer, String value, String identifier, long at) throws StripeException {
        return client.v1()
                .billing()
                .meterEvents()
                .create(MeterEventCreateParams.builder()
                        .setEventName("requests")
                        .setIdentifier(identifier)
                        .setTimestamp(at)
                        .putPayload("stripe_customer_id", customer)
                        .putPayload("value", value)
                        .build());
    }

    private static MeterEventStreamCreateParams.Event streamed(String name, String customer, String value) {
        return MeterEventStreamCreateParams.Event.builder()
                .setEventName(name)
                .putPayload("stripe_customer_id", customer)
                .putPayload("value", value)
                .build();
    }

    private double used(Meter meter, String customer) throws StripeException {
        long now = stripe.now().getEpochSecond();
        List<MeterEventSummary> summaries = client.v1()
                .billing()
                .meters()
                .eventSummaries()
                .list(
                        meter.getId(),
                        MeterEventSummaryListParams.builder()
                                .setCustomer(customer)
                                .setStartTime(now - 3600)
                                .setEndTime(now + 3600)
                                .build())
                .getData();
        return summaries.stream()
                .mapToDouble(summary -> summary.getAggregatedValue().doubleValue())
                .sum();
    }
}
