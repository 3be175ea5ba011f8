package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.payment.ReturnWays;
import io.tenancy.billing.stripe.payment.StripePayments;
import io.tenancy.billing.stripe.reconciliation.ReconciliationBounds;
import io.tenancy.billing.stripe.run.StripeJobs;
import io.tenancy.billing.stripe.webhook.EventState;
import io.tenancy.billing.stripe.webhook.StripeInbox;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.control.provisioning.TenantProvisioner;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.spring.internal.StripeMetrics;
import io.tenancy.spring.internal.TenancyFailureAnalyzer;
import io.tenancy.spring.stripe.PaidApplication;
import io.tenancy.test.stripe.FakeStripe;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;

/** How an application starts with Stripe, how it does not, and how Stripe reaches it through all filters. */
class StripeStartTest {

    private static final ChangeNote NOTE = new ChangeNote("test", "shows it");
    private static final String PATH = TenancyStripeProperties.DEFAULT_WEBHOOK_PATH;
    private static final String SECRET = "whsec_of_the_test";

    private static FakeStripe fake;
    private static ConfigurableApplicationContext running;
    private static int port;

    @BeforeAll
    static void begin() {
        fake = FakeStripe.start();
        running = start(Map.of(
                "spring.application.name", "The Shop",
                "management.endpoints.access.default", "read-only",
                "tenancy.web.apex", "refused"));
        port = Integer.parseInt(running.getEnvironment().getRequiredProperty("local.server.port"));
        fake.webhook("http://localhost:" + port + PATH, SECRET);
    }

    @AfterAll
    static void end() {
        running.close();
        fake.close();
    }

    private static ConfigurableApplicationContext start(Map<String, String> properties, Class<?>... more) {
        Map<String, Object> all = new LinkedHashMap<>(TestServer.properties());
        all.put("tenancy.entitlements.catalogue", "classpath:prices.yaml");
        all.put("server.port", "0");
        all.put("tenancy.billing.seller.name", "Acme GmbH");
        all.put("tenancy.billing.seller.country", "DE");
        all.put("tenancy.billing.interval", "200ms");
        all.put("tenancy.billing.stripe.api-key", fake.apiKey());
        all.put("tenancy.billing.stripe.webhook-secrets", SECRET);
        all.put("tenancy.billing.stripe.api-base", fake.apiBase());
        all.put("tenancy.billing.stripe.meter-events-base", fake.meterEventsBase());
        all.putAll(properties);
        Class<?>[] sources = Stream.concat(Stream.of(PaidApplication.class), Arrays.stream(more))
                .toArray(Class<?>[]::new);
        return new SpringApplicationBuilder(sources).properties(all).run();
    }

    private static Tenant tenant(ConfigurableApplicationContext context) {
        String slug = "t-" + UUID.randomUUID();
        Tenant tenant = context.getBean(TenantProvisioner.class)
                .provision(NewTenant.of(slug, "A clinic", IsolationLevel.SCHEMA));
        context.getBean(TenancyBilling.class)
                .accounts()
                .put(tenant.id(), Buyer.of("A clinic", "DE", ZoneId.of("Europe/Berlin")));
        return tenant;
    }

    private static TenancyStripe stripe() {
        return running.getBean(TenancyStripe.class);
    }

    private static String event(String id) {
        return """
                {"id": "%s", "object": "event", "api_version": "2026-07-29.dahlia", "created": 1780000000,
                 "livemode": false, "type": "customer.created",
                 "data": {"object": {"id": "cus_nobody", "object": "customer"}}}""".formatted(id);
    }

    private static Http.Answer send(String path, String body, String signature, String... headers) {
        StringBuilder request = new StringBuilder("POST " + path + " HTTP/1.1\r\nHost: localhost\r\n")
                .append("Connection: close\r\nContent-Type: application/json; charset=utf-8\r\n")
                .append("Stripe-Signature: " + signature + "\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        request.append("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length + "\r\n\r\n");
        return Http.raw(port, request.append(body).toString());
    }

    private static String signed(String body) {
        return fake.sign(body, SECRET, InstantSource.system().instant());
    }

    @Test
    void aTenantThatLeavesACardPaysWithTwoPropertiesSet() {
        Tenant tenant = tenant(running);
        TenancyBilling billing = running.getBean(TenancyBilling.class);
        URI page = stripe().pages()
                .save(tenant.id(), "EUR", new ReturnWays("https://app.example.com/paid", "https://app.example.com/"));
        String session = page.getPath().substring(page.getPath().lastIndexOf('/') + 1);
        assertThat(fake.completeCheckout(session, "pm_card_visa")).isEmpty();

        billing.subscriptions().start(tenant.id(), NewSubscription.of("basic").withTrial(0), NOTE);

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(
                                billing.invoices().of(tenant.id()).get(0).status())
                        .isEqualTo(InvoiceStatus.PAID));
        assertThat(fake.charges())
                .filteredOn(
                        each -> tenant.id().toString().equals(each.metadata().get("tenancy_tenant")))
                .singleElement()
                .satisfies(charge -> assertThat(charge.amount()).isEqualTo(1900));
        assertThat(stripe().customers().find(tenant.id()).orElseThrow().card()).isNotNull();
    }

    @Test
    void stripesEventComesInWithoutATenantATokenOrASignInAndIsWorkedThrough() {
        String body = event("evt_through_all_filters");

        Http.Answer answer = send(PATH, body, signed(body));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("stored");
        assertThat(answer.header("Content-Type")).contains("text/plain;charset=utf-8");
        assertThat(answer.header("Set-Cookie")).isEmpty();
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(stripe().events()
                                .find("evt_through_all_filters")
                                .orElseThrow()
                                .state())
                        .isNotEqualTo(EventState.WAITING));
    }

    @Test
    void aForgedEventIsRefusedAndNotStored() {
        String body = event("evt_forged");

        Http.Answer answer = send(
                PATH,
                body,
                fake.sign(body, "whsec_of_another", InstantSource.system().instant()));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(stripe().events().find("evt_forged")).isEmpty();
    }

    @Test
    void aBodyThatFiltersWouldReadAsAFormIsRefusedByItsType() {
        Http.Answer answer = Http.raw(
                port,
                "POST " + PATH + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\nStripe-Signature: t=1,v1=00\r\n"
                        + "Content-Length: 14\r\n\r\n_method=DELETE");

        assertThat(answer.status()).isEqualTo(415);
    }

    @Test
    void nothingButPostIsAnsweredThere() {
        for (String method : List.of("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")) {
            Http.Answer answer = Http.send(port, method + " " + PATH + " HTTP/1.1", "localhost", "");

            assertThat(answer.status()).as(method).isEqualTo(405);
            assertThat(answer.header("Allow")).as(method).contains("POST");
        }
    }

    @Test
    void whatIsBesideThePathGoesThroughTheFiltersAsEver() {
        String body = event("evt_elsewhere");

        for (String path : List.of(PATH + "/more", PATH + "2", "/tenancy/stripe", PATH.toUpperCase(Locale.ROOT))) {
            assertThat(send(path, body, signed(body)).status()).as(path).isIn(400, 401, 403, 404);
        }
        assertThat(stripe().events().find("evt_elsewhere")).isEmpty();
    }

    @Test
    void metricsTellOfEventsBacklogAndFindings() {
        MeterRegistry registry = running.getBean(MeterRegistry.class);
        double before = registry.get(StripeMetrics.EVENTS)
                .tag("outcome", "refused")
                .functionCounter()
                .count();

        send(PATH, "{}", "nonsense");

        assertThat(registry.get(StripeMetrics.EVENTS)
                        .tag("outcome", "refused")
                        .functionCounter()
                        .count())
                .isGreaterThan(before);
        assertThat(registry.get(StripeMetrics.BACKLOG + ".failing").gauge().value())
                .isNotNegative();
        assertThat(registry.get(StripeMetrics.BACKLOG + ".parked").gauge().value())
                .isNotNegative();
        assertThat(registry.get(StripeMetrics.BACKLOG + ".age").timeGauge().value())
                .isNotNegative();
        assertThat(registry.get(StripeMetrics.FINDINGS)
                        .tag("kind", "dispute")
                        .gauge()
                        .value())
                .isZero();
        assertThat(registry.get(StripeMetrics.COMPARISON + ".repaired").gauge().value())
                .isNotNegative();
    }

    @Test
    void withoutAKeyThereIsNoStripeAndNoAddressForEvents() {
        Map<String, Object> all = new LinkedHashMap<>(TestServer.properties());
        all.put("tenancy.entitlements.catalogue", "classpath:prices.yaml");
        all.put("server.port", "0");
        all.put("tenancy.billing.seller.name", "Acme GmbH");
        all.put("tenancy.billing.seller.country", "DE");
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(PaidApplication.class)
                .properties(all)
                .run()) {
            assertThat(context.getBeansOfType(TenancyStripe.class)).isEmpty();
            assertThat(context.containsBean("tenancyStripeWebhook")).isFalse();
            Tenant tenant = tenant(context);
            assertThat(context.getBean(TenancyBilling.class)
                            .accounts()
                            .find(tenant.id())
                            .orElseThrow()
                            .provider())
                    .isEqualTo(ManualPayments.NAME);
        }
    }

    @Test
    void transfersStayTheDefaultWhereTheirProviderIsABeanBeforeStripes() {
        try (ConfigurableApplicationContext context =
                start(Map.of("tenancy.billing.jobs", "false"), TransfersFirst.class)) {
            Tenant tenant = tenant(context);
            var accounts = context.getBean(TenancyBilling.class).accounts();

            assertThat(accounts.find(tenant.id()).orElseThrow().provider()).isEqualTo(ManualPayments.NAME);
            assertThat(accounts.use(tenant.id(), "seller", StripePayments.NAME).provider())
                    .isEqualTo(StripePayments.NAME);
        }
    }

    @Test
    void everyFaultOfThePropertiesIsToldAndNoSecretWithThem() {
        Map<String, String> faulty = new LinkedHashMap<>();
        faulty.put("tenancy.billing.stripe.api-key", " sk_live_51Hush");
        faulty.put("tenancy.billing.stripe.webhook-secrets", "whsec_good,hush-hush");
        faulty.put("tenancy.billing.stripe.installation", "The Shop");
        faulty.put("tenancy.billing.stripe.account", "ours");
        faulty.put("tenancy.billing.stripe.webhook-path", "/stripe/*");
        faulty.put("tenancy.billing.stripe.api-base", "localhost:12111");
        faulty.put("tenancy.billing.stripe.read-timeout", "0s");
        faulty.put("tenancy.billing.stripe.compared-every", "often");
        faulty.put("tenancy.billing.stripe.compared-calls", "9");
        faulty.put("tenancy.billing.stripe.workers", "0");
        faulty.put("tenancy.billing.stripe.connections", "1");

        Throwable failure = catchThrowable(() -> start(faulty).close());

        FailureAnalysis analysis = new TenancyFailureAnalyzer().analyze(failure);
        assertThat(analysis).isNotNull();
        assertThat(analysis.getDescription() + analysis.getAction())
                .contains(
                        "tenancy.billing.stripe.api-key was '(hidden)', but there are blanks or line breaks around it",
                        "tenancy.billing.stripe.webhook-secrets was '(hidden)'",
                        "tenancy.billing.stripe.installation was 'The Shop'",
                        "tenancy.billing.stripe.account was 'ours'",
                        "tenancy.billing.stripe.webhook-path was '/stripe/*'",
                        "tenancy.billing.stripe.api-base was 'localhost:12111'",
                        "tenancy.billing.stripe.read-timeout was '0s'",
                        "tenancy.billing.stripe.compared-every was 'often'",
                        "tenancy.billing.stripe.compared-calls was '9'",
                        "tenancy.billing.stripe.workers was '0'",
                        "tenancy.billing.stripe.connections was '1'")
                .doesNotContain("51Hush", "hush-hush", "whsec_good");
    }

    @Test
    void thePropertiesHaveTheDefaultsOfStripeItselfAndShowNoSecret() {
        TenancyStripeProperties set = new Binder(new MapConfigurationPropertySource(Map.of(
                        "tenancy.billing.stripe.api-key", "sk_test_hush",
                        "tenancy.billing.stripe.webhook-secrets", "whsec_hush",
                        "tenancy.billing.stripe.meters.api.calls", "api_calls")))
                .bind("tenancy.billing.stripe", TenancyStripeProperties.class)
                .get();

        assertThat(set.toString()).doesNotContain("hush");
        assertThat(set.webhookSecrets()).containsExactly("whsec_hush");
        assertThat(set.meters()).containsExactly(Map.entry("api.calls", "api_calls"));
        assertThat(set.webhookPath()).isEqualTo(PATH);
        assertThat(set.comparedEvery()).isEqualTo(StripeJobs.DEFAULT_COMPARED_EVERY);
        assertThat(set.comparedCalls()).isEqualTo(ReconciliationBounds.DEFAULT.calls());
        assertThat(set.workers()).isEqualTo(StripeInbox.DEFAULT_WORKERS);
        assertThat(set.connections()).isEqualTo(TenancyStripe.DEFAULT_CONNECTIONS);
        assertThat(set.installation()).isNull();
        assertThat(set.account()).isNull();
    }

    @Configuration(proxyBeanMethods = false)
    static class TransfersFirst {

        @Bean
        @Order(0)
        ManualPayments transfers() {
            return new ManualPayments();
        }
    }
}
