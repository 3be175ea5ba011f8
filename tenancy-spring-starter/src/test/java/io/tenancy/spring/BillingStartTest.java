package io.tenancy.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Invoices;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.BillingNotifier;
import io.tenancy.billing.party.Buyer;
import io.tenancy.billing.party.Seller;
import io.tenancy.billing.run.BillingJobs;
import io.tenancy.billing.subscription.NewSubscription;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.billing.subscription.SubscriptionPeriods;
import io.tenancy.billing.subscription.Subscriptions;
import io.tenancy.billing.tax.TaxPolicy;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.control.provisioning.TenantProvisioner;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.spring.app.NotesApplication;
import io.tenancy.spring.internal.TenancyFailureAnalyzer;
import jakarta.mail.Multipart;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How an application starts with billing, and how it does not. */
class BillingStartTest {

    private static final ChangeNote NOTE = new ChangeNote("test", "shows it");
    private static final Map<String, String> SELLER =
            Map.of("tenancy.billing.seller.name", "Acme GmbH", "tenancy.billing.seller.country", "DE");

    private static ConfigurableApplicationContext start(Map<String, String> properties, Class<?>... sources) {
        Map<String, Object> all = new LinkedHashMap<>(TestServer.properties());
        all.put("tenancy.entitlements.catalogue", "classpath:prices.yaml");
        all.put("server.port", "0");
        all.putAll(properties);
        return new SpringApplicationBuilder(sources.length == 0 ? new Class<?>[] {NotesApplication.class} : sources)
                .properties(all)
                .run();
    }

    private static Tenant tenant(ConfigurableApplicationContext context) {
        String slug = "t-" + UUID.randomUUID();
        Tenant tenant = context.getBean(TenantProvisioner.class)
                .provision(NewTenant.of(slug, "A clinic", IsolationLevel.SHARED));
        context.getBean(TenancyBilling.class)
                .accounts()
                .put(tenant.id(), Buyer.of("A clinic", "DE", ZoneId.of("Europe/Berlin")));
        return tenant;
    }

    @Test
    void withoutASellerNothingIsBilled() {
        try (ConfigurableApplicationContext context = start(Map.of())) {
            assertThat(context.getBeansOfType(TenancyBilling.class)).isEmpty();
            assertThat(context.getBeansOfType(SubscriptionPeriods.class)).isEmpty();
        }
    }

    @Test
    void aSellerOfThePropertiesBillsTheCatalogueOfTheProperties() {
        Map<String, String> properties = new LinkedHashMap<>(SELLER);
        properties.put("tenancy.billing.seller.payment", "IBAN DE00 0000,BIC ACME");
        try (ConfigurableApplicationContext context = start(properties)) {
            TenancyBilling billing = context.getBean(TenancyBilling.class);
            Tenant tenant = tenant(context);

            billing.subscriptions()
                    .start(tenant.id(), NewSubscription.of("basic").withTrial(0), NOTE);

            Invoice invoice = billing.invoices().of(tenant.id()).get(0);
            assertThat(invoice.total()).hasToString("EUR 19.00");
            assertThat(invoice.seller().name()).isEqualTo("Acme GmbH");
            assertThat(invoice.seller().payment()).containsExactly("IBAN DE00 0000", "BIC ACME");
        }
    }

    @Test
    void jobsLetTakePlaceWhatIsDueOnceTheApplicationIsReady() {
        Map<String, String> properties = new LinkedHashMap<>(SELLER);
        properties.put("tenancy.billing.draft-for", "1s");
        properties.put("tenancy.billing.interval", "200ms");
        try (ConfigurableApplicationContext context = start(properties)) {
            TenancyBilling billing = context.getBean(TenancyBilling.class);
            Tenant tenant = tenant(context);

            billing.subscriptions()
                    .start(tenant.id(), NewSubscription.of("basic").withTrial(0), NOTE);

            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(
                                    billing.invoices().of(tenant.id()).get(0).status())
                            .isEqualTo(InvoiceStatus.OPEN));
        }
    }

    @Test
    void taxesAndNotifiersAreTheApplicationsBeans() {
        Map<String, String> properties = new LinkedHashMap<>(SELLER);
        properties.put("tenancy.billing.interval", "200ms");
        try (ConfigurableApplicationContext context = start(properties, NotesApplication.class, Own.class)) {
            TenancyBilling billing = context.getBean(TenancyBilling.class);
            Tenant tenant = tenant(context);

            billing.subscriptions()
                    .start(tenant.id(), NewSubscription.of("basic").withTrial(0), NOTE);

            assertThat(billing.invoices().of(tenant.id()).get(0).total()).hasToString("EUR 22.61");
            List<BillingNotice> told = context.getBean(Told.class).notices;
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(told)
                            .extracting(BillingNotice::kind)
                            .contains(BillingNotice.Kind.INVOICE_ISSUED));
        }
    }

    @Test
    void usageFollowsThePeriodsOfSubscriptions() {
        try (ConfigurableApplicationContext context = start(SELLER)) {
            TenancyBilling billing = context.getBean(TenancyBilling.class);
            Tenant tenant = tenant(context);
            Subscription begun = billing.subscriptions()
                    .start(tenant.id(), NewSubscription.of("basic").withTrial(0), NOTE);
            var period = begun.currentPeriod().orElseThrow();

            var found = context.getBean(SubscriptionPeriods.class)
                    .of(tenant.id(), period.end().minus(Duration.ofHours(2)).truncatedTo(ChronoUnit.HOURS));

            assertThat(found.until()).isEqualTo(period.end().truncatedTo(ChronoUnit.HOURS));
        }
    }

    @Test
    void noticesGoByTheSenderOfTheApplicationFromTheAddressOfTheProperties() throws Exception {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        Map<String, String> properties = new LinkedHashMap<>(SELLER);
        properties.put("tenancy.billing.interval", "200ms");
        properties.put("tenancy.billing.mail.from", "bills@platform.example");
        properties.put("tenancy.billing.mail.locale", "de");
        properties.put("tenancy.billing.mail.attach-invoices", "true");
        properties.put("spring.mail.host", "127.0.0.1");
        properties.put("spring.mail.port", String.valueOf(server.getSmtp().getPort()));
        try (ConfigurableApplicationContext context = start(properties)) {
            TenancyBilling billing = context.getBean(TenancyBilling.class);
            Tenant tenant = tenant(context);
            billing.accounts()
                    .put(
                            tenant.id(),
                            Buyer.of("A clinic", "DE", ZoneId.of("Europe/Berlin"))
                                    .withEmail("clinic@example.com"));

            billing.subscriptions()
                    .start(tenant.id(), NewSubscription.of("basic").withTrial(0), NOTE);

            assertThat(server.waitForIncomingEmail(30_000, 1)).isTrue();
            MimeMessage mail = server.getReceivedMessages()[0];
            assertThat(mail.getSubject()).startsWith("Rechnung ").endsWith(" von Acme GmbH");
            assertThat(mail.getFrom()).containsExactly(new InternetAddress("bills@platform.example", "Acme GmbH"));
            assertThat(mail.getMessageID()).endsWith("@platform.example>");
            assertThat(((Multipart) mail.getContent()).getBodyPart(1).getFileName())
                    .isEqualTo(billing.invoices().of(tenant.id()).get(0).number() + ".pdf");
        } finally {
            server.stop();
        }
    }

    @Test
    void mailsWithoutASenderAreToldWithWhatIsMissing() {
        Map<String, String> properties = new LinkedHashMap<>(SELLER);
        properties.put("tenancy.billing.mail.from", "bills@platform.example");

        assertThat(described(properties)).contains("tenancy.billing.mail.from", "there is no JavaMailSender");
    }

    @Test
    void anAddressThatMailsCannotBeFromIsToldWithTheNameOfTheProperty() {
        Map<String, String> properties = new LinkedHashMap<>(SELLER);
        properties.put("tenancy.billing.mail.from", "the office");
        properties.put("spring.mail.host", "127.0.0.1");

        assertThat(described(properties)).contains("tenancy.billing.mail.from was 'the office'", "malformed");
    }

    private static String described(Map<String, String> properties) {
        Throwable failure = catchThrowable(() -> start(properties).close());
        FailureAnalysis analysis = new TenancyFailureAnalyzer().analyze(failure);
        assertThat(analysis).isNotNull();
        return analysis.getDescription();
    }

    @Test
    void anotherNumberOfWorkersRunsWithAsManyConnectionsAsTheyNeed() {
        Map<String, String> properties = new LinkedHashMap<>(SELLER);
        properties.put("tenancy.billing.workers", "4");
        properties.put("tenancy.billing.connections", "5");
        properties.put("tenancy.billing.jobs", "false");
        try (ConfigurableApplicationContext context = start(properties)) {
            assertThat(context.getBean(TenancyBilling.class).run().workers()).isEqualTo(4);
        }
    }

    @Test
    void aSellerWithoutACountryIsToldWithTheNameOfTheProperty() {
        Throwable failure = catchThrowable(
                () -> start(Map.of("tenancy.billing.seller.name", "Acme")).close());

        FailureAnalysis analysis = new TenancyFailureAnalyzer().analyze(failure);
        assertThat(analysis).isNotNull();
        assertThat(analysis.getDescription()).contains("tenancy.billing.seller.country is not set");
    }

    @Test
    void theDefaultsAreThoseOfBillingItself() {
        TenancyBillingProperties defaults = new Binder(new MapConfigurationPropertySource(Map.of()))
                .bindOrCreate("tenancy.billing", TenancyBillingProperties.class);

        assertThat(defaults.interval()).isEqualTo(BillingJobs.DEFAULT_INTERVAL);
        assertThat(defaults.term()).isEqualTo(Invoices.DEFAULT_TERM);
        assertThat(defaults.lateUsage()).isEqualTo(Subscriptions.DEFAULT_LATE_USAGE);
        assertThat(defaults.draftFor()).isZero();
        assertThat(defaults.connections()).isEqualTo(TenancyBilling.DEFAULT_CONNECTIONS);
        assertThat(defaults.seller().colour()).isEqualTo(Seller.DEFAULT_COLOUR);
        assertThat(defaults.jobs()).isTrue();
        assertThat(defaults.workers()).isNull();
        assertThat(defaults.mail().from()).isNull();
        assertThat(defaults.mail().locale()).isEqualTo(Locale.ENGLISH);
        assertThat(defaults.mail().attachInvoices()).isFalse();
    }

    /** What was told. */
    static final class Told implements BillingNotifier {
        final List<BillingNotice> notices = new CopyOnWriteArrayList<>();

        @Override
        public void tell(BillingNotice notice) {
            notices.add(notice);
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Own {

        @Bean
        TaxPolicy taxes() {
            return asked -> Tax.onTop("VAT 19 %", new BigDecimal("0.19"));
        }

        @Bean
        Told told() {
            return new Told();
        }
    }
}
