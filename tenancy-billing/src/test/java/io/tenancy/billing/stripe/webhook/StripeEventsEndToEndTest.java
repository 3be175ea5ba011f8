package io.tenancy.billing.stripe.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.BillingUnavailableException;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.stripe.StripeFixture;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.test.stripe.WebhookMode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Events of the fake Stripe over real HTTP, and what they come to in billing. */
class StripeEventsEndToEndTest {

    private static StripeFixture fixture;
    private static StripeWebhook webhook;
    private static StripeInbox inbox;
    private static StripeEvents events;
    private static HttpServer server;
    private static ExecutorService threads;

    @BeforeAll
    static void install() throws IOException {
        fixture = new StripeFixture();
        ControlTransactions database = new ControlTransactions(
                fixture.fixture.installation.control().platformFor("stripe-webhook", 4),
                fixture.fixture.clock,
                BillingUnavailableException::new);
        webhook = new StripeWebhook(database, StripeFixture.settings(fixture.fake), fixture.fixture.clock, () -> {});
        inbox = new StripeInbox(
                database, StripeFixture.settings(fixture.fake), fixture.stripe.objects(), fixture.stripe.findings(), 2);
        events = new StripeEvents(database);
        threads = Executors.newFixedThreadPool(4);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/stripe", exchange -> {
            try (exchange) {
                var headers = exchange.getRequestHeaders();
                String length = headers.getFirst("Content-Length");
                WebhookAnswer answer = webhook.receive(new WebhookRequest(
                        headers.getFirst("Content-Type"),
                        headers.getFirst("Content-Encoding"),
                        headers.getFirst("Stripe-Signature"),
                        length == null ? -1 : Long.parseLong(length),
                        exchange.getRequestBody()));
                byte[] text = answer.text().getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", WebhookAnswer.CONTENT_TYPE);
                exchange.sendResponseHeaders(answer.status(), text.length);
                exchange.getResponseBody().write(text);
            }
        });
        server.start();
        fixture.fake.webhook("http://localhost:" + server.getAddress().getPort() + "/stripe", StripeFixture.SECRET);
    }

    @AfterAll
    static void remove() {
        server.stop(0);
        threads.shutdownNow();
        fixture.close();
    }

    @Test
    void aCardThatWasReplacedAtStripeIsKnownHere() {
        TenantId tenant = fixture.tenantWith("pm_card_visa");
        String customer = customer(tenant);
        String before = method(tenant);

        fixture.fake.replaceCard(customer, "pm_card_mastercard");
        workThrough();

        assertThat(method(tenant)).isNotEqualTo(before);
    }

    @Test
    void aPaymentThatIsDisputedIsNotedFromItsEventAlone() {
        TenantId tenant = fixture.tenantWith("pm_card_visa");
        fixture.invoice(tenant, "120.00");
        fixture.run();
        String charge = fixture.fake.charges().stream()
                .filter(each -> tenant.toString().equals(each.metadata().get("tenancy_tenant")))
                .findFirst()
                .orElseThrow()
                .id();

        String dispute = fixture.fake.dispute(charge, "fraudulent");
        workThrough();

        assertThat(fixture.stripe.findings().open()).anySatisfy(finding -> {
            assertThat(finding.kind()).isEqualTo(FindingKind.DISPUTE);
            assertThat(finding.subject()).isEqualTo(dispute);
            assertThat(finding.tenant()).isEqualTo(tenant);
        });
        assertThat(fixture.faults()).isEmpty();
    }

    @Test
    void eventsThatComeLateTwiceAndOutOfOrderComeToTheSame() {
        fixture.fake.webhooks(WebhookMode.HELD);
        TenantId tenant = fixture.tenantWith("pm_card_visa");
        String customer = customer(tenant);
        fixture.fake.replaceCard(customer, "pm_card_mastercard");
        fixture.fake.replaceCard(customer, "pm_card_amex");
        List<String> ids = fixture.fake.events().stream().map(each -> each.id()).toList();
        for (int i = ids.size() - 1; i >= 0; i--) {
            fixture.fake.deliver(ids.get(i));
            fixture.fake.deliver(ids.get(i));
            if (i % 3 == 0) {
                inbox.run();
            }
        }
        fixture.fake.webhooks(WebhookMode.PROMPT);
        workThrough();

        assertThat(card(tenant)).contains("amex");
    }

    @Test
    void subscriptionsOfStripeAndRefusedUsageAreNoted() {
        TenantId tenant = fixture.tenantWith("pm_card_visa");
        fixture.fake.send(
                "customer.subscription.created",
                "{\"id\": \"sub_x\", \"object\": \"subscription\", \"customer\": \"" + customer(tenant) + "\"}");
        fixture.fake.sendThin("v1.billing.meter.no_meter_found", "", "{}");

        workThrough();

        assertThat(fixture.stripe.findings().open())
                .extracting(StripeFinding::kind)
                .contains(FindingKind.FOREIGN_OBJECT, FindingKind.USAGE_REFUSED);
    }

    @Test
    void aSecretThatIsRolledMidFlightLosesNoEvent() {
        String endpoint =
                fixture.fake.webhook("http://localhost:" + server.getAddress().getPort() + "/stripe", "whsec_first");
        webhook.useSecrets(List.of(StripeFixture.SECRET, "whsec_first"));
        fixture.tenantWith("pm_card_visa");
        String second = fixture.fake.rollSecret(endpoint);
        fixture.tenantWith("pm_card_visa");
        webhook.useSecrets(List.of(StripeFixture.SECRET, second));
        fixture.tenantWith("pm_card_visa");
        workThrough();

        assertThat(webhook.tally().refused()).isZero();
    }

    @Test
    void aPaymentOfATenantThatWasDeletedIsBookedAndItsEventsAreForSomebodyToLookAt() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = fixture.invoice(tenant, "49.00");
        String page = StripeFixture.idOf(fixture.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
        fixture.fixture.installation.setStatus(tenant, TenantStatus.DELETED);

        assertThat(fixture.fake.completeCheckout(page, "pm_card_visa")).isEmpty();
        workThrough();

        assertThat(fixture.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(parkedOf(tenant))
                .isNotEmpty()
                .allSatisfy(event ->
                        assertThat(event.note()).contains("is deleted", "booked", "payments().refund", "replay"));
        assertThat(fixture.faults()).isEmpty();
    }

    @Test
    void aPaymentOfATenantThatIsNotInTheRegistryAnyMoreIsBookedAndItsEventsAreForSomebodyToLookAt() {
        TenantId tenant = fixture.fixture.provisioned();
        Invoice invoice = fixture.invoice(tenant, "49.00");
        String page = StripeFixture.idOf(fixture.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
        fixture.fixture.installation.setStatus(tenant, TenantStatus.DELETED);
        assertThat(fixture.fixture.installation.provisioner().undo(tenant)).isTrue();

        assertThat(fixture.fake.completeCheckout(page, "pm_card_visa")).isEmpty();
        workThrough();

        assertThat(fixture.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(parkedOf(tenant))
                .isNotEmpty()
                .allSatisfy(event -> assertThat(event.note()).contains("not in the registry", "booked"));
        assertThat(fixture.faults()).isEmpty();
    }

    @Test
    void theEventsOfATenantThatIsSuspendedAreWorkedThroughAsEver() {
        TenantId tenant = fixture.tenant();
        Invoice invoice = fixture.invoice(tenant, "49.00");
        String page = StripeFixture.idOf(fixture.stripe.pages().pay(tenant, invoice.id(), StripeFixture.WAYS));
        fixture.fixture.installation.setStatus(tenant, TenantStatus.SUSPENDED);

        assertThat(fixture.fake.completeCheckout(page, "pm_card_visa")).isEmpty();
        workThrough();

        assertThat(fixture.now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(parkedOf(tenant)).isEmpty();
    }

    @Test
    void anEventOfTheAccountThatTheTenantsAreCustomersOfIsTakenAndOneOfAConnectedAccountIsParked() {
        TenantId tenant = fixture.tenantWith("pm_card_visa");
        workThrough();
        String customer = "{\"id\": \"" + customer(tenant) + "\", \"object\": \"customer\"}";

        String own = fixture.fake.sendOfAccount(fixture.fake.accountId(), "customer.updated", customer);
        String connected = fixture.fake.sendOfAccount("acct_connected", "customer.updated", customer);
        workThrough();

        assertThat(events.find(own).orElseThrow().state()).isEqualTo(EventState.DONE);
        assertThat(events.find(connected).orElseThrow()).satisfies(event -> {
            assertThat(event.state()).isEqualTo(EventState.PARKED);
            assertThat(event.note())
                    .contains("acct_connected", fixture.fake.accountId(), "tenancy.billing.stripe.account");
        });
    }

    private static List<StripeEvent> parkedOf(TenantId tenant) {
        return events.parked(null, 1_000).stream()
                .filter(event -> tenant.equals(event.tenant()))
                .toList();
    }

    /** Lets everything arrive, and works through it. */
    private static void workThrough() {
        assertThat(fixture.fake.awaitWebhooks(Duration.ofMinutes(1))).isTrue();
        inbox.run();
        assertThat(events.backlog().waiting()).isZero();
    }

    private static String customer(TenantId tenant) {
        return row("customer", tenant);
    }

    private static String method(TenantId tenant) {
        return row("payment_method", tenant);
    }

    private static String card(TenantId tenant) {
        return row("card", tenant);
    }

    private static String row(String column, TenantId tenant) {
        return fixture.fixture
                .rows("select " + column + " from stripe_customer where tenant_id = '" + tenant + "'")
                .get(0);
    }
}
