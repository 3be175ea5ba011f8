package io.tenancy.samples.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.authenticated;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrlPattern;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.billing.Money;
import io.tenancy.billing.coupon.Coupon;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.billing.subscription.SubscriptionChange;
import io.tenancy.billing.subscription.SubscriptionStatus;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.samples.cms.article.ArticleRepository;
import io.tenancy.samples.cms.article.ArticleStatus;
import io.tenancy.samples.cms.billing.ClinicSubscriptions;
import io.tenancy.samples.cms.seed.ClinicSeed;
import io.tenancy.samples.cms.seed.ClinicSeeds;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.text.PDFTextStripper;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/**
 * What clinics see of their bills and what the operator does about them, over HTTP. Invoices are due at once and the jobs
 * rest; Limestone's plan restricts on the day after nothing came, Compasso's suspends. Each test begins with both paid.
 */
@SpringBootTest(
        properties = {
            "tenancy.billing.jobs=false",
            "tenancy.billing.term=0s",
            "tenancy.entitlements.catalogue=classpath:impatient-plans.yaml"
        })
@AutoConfigureMockMvc
@DirtiesContext
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClinicBillingTest {

    private static final String MORGENUFER = "morgenufer";
    private static final String LIMESTONE = "limestone";
    private static final String COMPASSO = "compasso";
    private static final ChangeNote NOTE = new ChangeNote("test", "a test");
    private static final Pattern SHOWN = Pattern.compile("name=\"shown\" value=\"([0-9a-f-]{36})\"");
    private static final Pattern TOTAL = Pattern.compile("<td data-total>([^<]+)</td>");

    @TempDir
    private static Path dataDirectory;

    @Autowired
    private MockMvc http;

    @Autowired
    private TenancyInstallation installation;

    @Autowired
    private TenancyBilling billing;

    @Autowired
    private EntitlementAdministration plans;

    @Autowired
    private TenantEntitlements entitlements;

    @Autowired
    private ClinicSubscriptions subscriptions;

    @Autowired
    private ClinicSeeds seeds;

    @Autowired
    private ArticleRepository articles;

    @DynamicPropertySource
    static void ownDataDirectory(DynamicPropertyRegistry properties) {
        properties.add("data-dir", dataDirectory::toString);
    }

    @BeforeEach
    void everythingIsPaid() {
        for (String slug : List.of(LIMESTONE, COMPASSO)) {
            payEverything(slug);
            assertThat(subscription(slug).status()).isEqualTo(SubscriptionStatus.ACTIVE);
        }
    }

    @Test
    void eachClinicIsSubscribedToThePlanOfItsSeedOneOfThemInItsTrial() {
        assertThat(subscription(MORGENUFER).status()).isEqualTo(SubscriptionStatus.TRIAL);
        assertThat(subscription(COMPASSO).plan().code()).isEqualTo("enterprise");
        assertThat(entitlements.of(id(COMPASSO)).plan()).contains("enterprise");
        Invoice first = oldest(COMPASSO);
        assertThat(first.total()).isEqualTo(Money.of(new BigDecimal("299.00"), "USD"));
        assertThat(first.buyer().country()).isEqualTo("BR");
        assertThat(first.buyer().address()).contains("04100-000 São Paulo, SP");
    }

    @Test
    void aClinicOfBeforeThereWereBillsIsSubscribedOnceToThePlanThatItHas() {
        ClinicSeed seed = seeds.all().get(0);
        Tenant old = installation.provisioner().provision(NewTenant.of("older", "Older", IsolationLevel.SHARED));
        long assigned = plans.assignPlan(old.id(), "starter", Validity.from(Instant.now()), NOTE);

        assertThat(subscriptions.beginUnlessBegun(old, seed)).isTrue();
        assertThat(subscriptions.beginUnlessBegun(old, seed)).isFalse();

        Subscription begun = billing.subscriptions().find(old.id()).orElseThrow();
        assertThat(begun.plan().code()).isEqualTo("starter");
        assertThat(billing.invoices().of(old.id())).hasSize(1);
        assertThat(plans.revoke(assigned, NOTE))
                .as("the older assignment is over already, so that it does not outlive the subscription")
                .isFalse();
        assertThat(entitlements.of(old.id()).plan()).contains("starter");
    }

    @Test
    @Order(0)
    void thePageSaysWhatThePlanIsAndWhatTheOthersCostInTheClinicsLanguage() throws Exception {
        assertThat(page(LIMESTONE, "/desk/billing?interval=month"))
                .contains("Your plan is renewed on", "$29", "$99", "$299", "Upgrade", "Downgrade")
                .contains("Beyond 1,000,000 API calls: $0.50 for every 1,000");
        assertThat(page(LIMESTONE, "/desk/billing?interval=year"))
                .contains("$990", "You save $198 a year", "Pay yearly");
        assertThat(page(MORGENUFER, "/desk/billing"))
                .contains("Ihre Testphase läuft bis", "Es gibt noch keine Rechnung.")
                .contains("Steuer");
        assertThat(page(COMPASSO, "/desk/billing")).contains("Seu plano é renovado em", "Fazer downgrade");
    }

    @Test
    void anInvoiceOfWhichAPartWasTakenBackSaysWhatIsLeft() throws Exception {
        Money price = Money.of(new BigDecimal("70.00"), "USD");
        Invoice charged =
                billing.invoices().charge(id(LIMESTONE), List.of(Charge.of("Training", price, Tax.NONE)), NOTE);

        var note =
                billing.invoices().credit(id(LIMESTONE), charged.id(), Money.of(new BigDecimal("30.00"), "USD"), NOTE);

        assertThat(note.total()).hasToString("USD 30.00");
        assertThat(page(LIMESTONE, "/desk/billing")).contains("$70.00", "$40.00 to be paid by");
    }

    @Test
    @Order(3)
    void whatThePreviewShowsIsWhatIsChargedOnceHoweverOftenItIsClicked() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        String preview = page(LIMESTONE, session, "/desk/billing/preview?plan=enterprise&interval=year");
        String shown = found(SHOWN, preview);
        int before = billing.invoices().of(id(LIMESTONE)).size();
        ExecutorService fingers = Executors.newFixedThreadPool(4);
        try {
            List<Future<MockHttpServletResponse>> answers = new ArrayList<>();
            for (int click = 0; click < 4; click++) {
                answers.add(
                        fingers.submit(() -> take(session, shown).andReturn().getResponse()));
            }
            for (Future<MockHttpServletResponse> answer : answers) {
                assertThat(answer.get().getRedirectedUrl()).isEqualTo("/desk/billing");
            }
        } finally {
            fingers.shutdownNow();
        }
        take(session, shown)
                .andExpect(redirectedUrl("/desk/billing"))
                .andExpect(flash().attribute("notice", "billing.notice.changed"));

        List<Invoice> invoices = billing.invoices().of(id(LIMESTONE));
        assertThat(invoices).hasSize(before + 1);
        NumberFormat dollars = NumberFormat.getCurrencyInstance(Locale.US);
        assertThat(dollars.format(invoices.get(0).total().amount())).isEqualTo(found(TOTAL, preview));
        assertThat(entitlements.of(id(LIMESTONE)).plan()).contains("enterprise");
    }

    @Test
    @Order(2)
    void aPreviewThatIsOutdatedChargesNothingAndIsShownAfresh() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        String shown = found(SHOWN, page(LIMESTONE, session, "/desk/billing/preview?plan=enterprise&interval=year"));
        billing.subscriptions().cancel(id(LIMESTONE), "meanwhile", NOTE);
        int before = billing.invoices().of(id(LIMESTONE)).size();

        take(session, shown)
                .andExpect(redirectedUrlPattern("/desk/billing/preview?*plan=enterprise*"))
                .andExpect(flash().attribute("warning", "billing.warning.outdated"));

        assertThat(billing.invoices().of(id(LIMESTONE))).hasSize(before);
        assertThat(subscription(LIMESTONE).plan().code()).isEqualTo("practice");
        billing.subscriptions().reactivate(id(LIMESTONE), NOTE);
    }

    @Test
    void aDowngradeWaitsForTheRenewalAndCanBeTakenBack() throws Exception {
        MockHttpSession session = logIn(COMPASSO);
        assertThat(page(COMPASSO, session, "/desk/billing/preview?plan=starter&interval=month"))
                .contains("/desk/billing/schedule", "Você fica com Enterprise até")
                .doesNotContain("name=\"shown\"");
        submit(COMPASSO, session, "/desk/billing/schedule", "plan", "starter", "interval", "month")
                .andExpect(redirectedUrl("/desk/billing"));
        UUID change = subscription(COMPASSO).scheduled().get(0).id();
        assertThat(page(COMPASSO, session, "/desk/billing")).contains(change.toString(), "Starter, pago por mês");

        submit(COMPASSO, session, "/desk/billing/unschedule", "change", change.toString());
        assertThat(subscription(COMPASSO).scheduled()).isEmpty();
        assertThat(subscription(COMPASSO).plan().code()).isEqualTo("enterprise");
    }

    @Test
    void aCancellationSaysUntilWhenItWorksAndCanBeTakenBack() throws Exception {
        MockHttpSession session = logIn(MORGENUFER);
        submit(MORGENUFER, session, "/desk/billing/cancel", "reason", "Zu teuer")
                .andExpect(flash().attribute("notice", "billing.notice.cancelled"));
        assertThat(subscription(MORGENUFER).cancelReason()).isEqualTo("Zu teuer");
        assertThat(page(MORGENUFER, session, "/desk/billing")).contains("Ihr Vertrag endet am", "Vertrag behalten");
        http.perform(at(MORGENUFER, get("/"))).andExpect(status().isOk());

        submit(MORGENUFER, session, "/desk/billing/reactivate");
        assertThat(subscription(MORGENUFER).status()).isEqualTo(SubscriptionStatus.TRIAL);
    }

    @Test
    void aCouponIsRedeemedOnceAndAnUnknownOneIsRefusedKindly() throws Exception {
        billing.coupons().offer(Coupon.share("WELCOME20", new BigDecimal("0.2"), 3));
        MockHttpSession session = logIn(MORGENUFER);
        submit(MORGENUFER, session, "/desk/billing/coupon", "code", " welcome20 ")
                .andExpect(flash().attribute("notice", "billing.notice.coupon"));
        submit(MORGENUFER, session, "/desk/billing/coupon", "code", "WELCOME20")
                .andExpect(flash().attribute("warning", "billing.warning.coupon"));
        submit(MORGENUFER, session, "/desk/billing/coupon", "code", "<script>")
                .andExpect(flash().attribute("warning", "billing.warning.coupon"));
        assertThat(page(MORGENUFER, session, "/desk/billing"))
                .contains("Gutschein WELCOME20", "noch für 3 Zeiträume", "Rabatt");
    }

    @Test
    void anInvoiceIsAPageThatRunsNothingAndAPdfWithItsNumber() throws Exception {
        Invoice invoice = oldest(COMPASSO);
        MockHttpSession session = logIn(COMPASSO);
        http.perform(at(COMPASSO, get("/desk/billing/invoices/" + invoice.id())).session(session))
                .andExpect(status().isOk())
                .andExpect(content().contentTypeCompatibleWith(MediaType.TEXT_HTML))
                .andExpect(header().string("Cache-Control", "no-store"))
                .andExpect(header().string("Content-Security-Policy", containsString("default-src 'none'")))
                .andExpect(header().string("Content-Security-Policy", containsString("sandbox")))
                .andExpect(content().string(containsString(Objects.requireNonNull(invoice.number()))))
                .andExpect(content().string(containsString("Clínica Compasso")))
                .andExpect(content().string(containsString("Fatura")))
                .andExpect(content().string(containsString("#8c1d3f")));
        MockHttpServletResponse file = http.perform(at(COMPASSO, get("/desk/billing/invoices/" + invoice.id() + "/pdf"))
                        .session(session))
                .andExpect(content().contentType(MediaType.APPLICATION_PDF))
                .andExpect(header().string("Content-Disposition", containsString(invoice.number() + ".pdf")))
                .andReturn()
                .getResponse();
        assertThat(text(file.getContentAsByteArray())).contains(invoice.number(), "Clínica Compasso", "US$");
    }

    private static String text(byte[] pdf) throws Exception {
        try (PDDocument document = Loader.loadPDF(pdf)) {
            return new PDFTextStripper().getText(document);
        }
    }

    @Test
    void anotherClinicsInvoicesAndCreditNotesAreNotThere() throws Exception {
        Invoice invoice = billing.invoices()
                .charge(
                        id(COMPASSO),
                        List.of(Charge.of("Training", Money.of(new BigDecimal("9.00"), "USD"), Tax.NONE)),
                        NOTE);
        UUID note = billing.invoices()
                .credit(id(COMPASSO), invoice.id(), Money.of(new BigDecimal("1.00"), "USD"), NOTE)
                .id();
        MockHttpSession session = logIn(LIMESTONE);
        MockHttpSession own = logIn(COMPASSO);
        for (String path : List.of(
                "/desk/billing/invoices/" + invoice.id(),
                "/desk/billing/invoices/" + invoice.id() + "/pdf",
                "/desk/billing/credit-notes/" + note,
                "/desk/billing/credit-notes/" + note + "/pdf")) {
            http.perform(at(LIMESTONE, get(path)).session(session)).andExpect(status().isNotFound());
            http.perform(at(COMPASSO, get(path)).session(own)).andExpect(status().isOk());
        }
        assertThat(page(COMPASSO, own, "/desk/billing")).contains("Notas de crédito", note.toString());
        assertThat(page(LIMESTONE, session, "/desk/billing"))
                .doesNotContain(invoice.id().toString(), note.toString());
    }

    @Test
    void billsAreForEditorsWhoAreSignedInAndChangesNeedTheirToken() throws Exception {
        http.perform(at(LIMESTONE, get("/desk/billing")).accept(MediaType.TEXT_HTML))
                .andExpect(status().isFound());
        MockHttpSession doctor = logIn(LIMESTONE, "daniel@limestone.example");
        http.perform(at(LIMESTONE, get("/desk/billing")).session(doctor)).andExpect(status().isForbidden());
        http.perform(at(LIMESTONE, get("/editor")).session(doctor))
                .andExpect(content().string(not(containsString("/desk/billing"))));
        MockHttpSession session = logIn(LIMESTONE);
        http.perform(at(LIMESTONE, post("/desk/billing/cancel"))
                        .session(session)
                        .param("reason", "forged"))
                .andExpect(status().isForbidden());
        assertThat(subscription(LIMESTONE).cancelAt()).isNull();
    }

    @Test
    void theOperatorsPagesAreOnTheLandingHostOnlyAndForTheOperatorOnly() throws Exception {
        for (String path : List.of("/platform", "/platform/revenue", "/platform/login")) {
            http.perform(at(LIMESTONE, get(path)).session(logIn(LIMESTONE))).andExpect(status().isNotFound());
        }
        for (String path : List.of("/platform", "/platform/revenue")) {
            http.perform(landing(get(path)).accept(MediaType.TEXT_HTML)).andExpect(redirectedUrl("/platform/login"));
            // A session of a clinic does not come through the operator's door.
            http.perform(landing(get(path)).session(logIn(LIMESTONE))).andExpect(status().isForbidden());
        }
        MockHttpSession operator = operator();
        http.perform(landing(get("/platform")).session(operator)).andExpect(status().isOk());
        http.perform(at(LIMESTONE, get("/editor")).session(operator).accept(MediaType.TEXT_HTML))
                .andExpect(status().isFound());
        http.perform(landing(post("/platform/run")).session(operator())).andExpect(status().isForbidden());
        http.perform(landing(post("/platform/login"))
                        .with(csrf())
                        .param("username", "operator")
                        .param("password", "open-the-clinic"))
                .andExpect(redirectedUrlPattern("/platform/login?error*"));
        http.perform(landing(post("/platform/login"))
                        .with(csrf())
                        .param("username", "maya@limestone.example")
                        .param("password", "open-the-clinic"))
                .andExpect(redirectedUrlPattern("/platform/login?error*"));
    }

    @Test
    @Order(1)
    void aClinicThatDoesNotPayWorksWithLessUntilTheOperatorMarksTheInvoiceAsPaid() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        Invoice unpaid = anUnpaidInvoice(LIMESTONE);
        assertThat(subscription(LIMESTONE).status()).isEqualTo(SubscriptionStatus.RESTRICTED);

        assertThat(page(LIMESTONE, session, "/editor"))
                .contains("data-access=\"RESTRICTED\"", "A payment is overdue.")
                .doesNotContain("/editor/articles/new");
        http.perform(at(LIMESTONE, get("/"))).andExpect(status().isOk());
        long before = count();
        submit(LIMESTONE, session, "/editor/articles/new", articleFields(session))
                .andExpect(status().isUnprocessableContent());
        assertThat(count()).isEqualTo(before);
        UUID draft = draft();
        submit(LIMESTONE, session, "/editor/articles/" + draft + "/publish", "version", "0")
                .andExpect(flash().attribute("warning", "editor.warning.restricted"));
        assertThat(draft()).as("still a draft").isEqualTo(draft);
        submit(
                        LIMESTONE,
                        session,
                        "/desk/staff",
                        "displayName",
                        "Late",
                        "profession",
                        "Nurse",
                        "email",
                        "late@limestone.example",
                        "role",
                        "DOCTOR",
                        "password",
                        "a long enough password")
                .andExpect(status().isUnprocessableContent())
                .andExpect(content().string(containsString("nobody joins until it was made")));
        assertThat(page(LIMESTONE, session, "/desk/billing"))
                .contains("Restricted", "Without a payment the site closes on", unpaid.number());

        String paid = "/platform/clinics/" + unpaid.tenant().value() + "/invoices/" + unpaid.id() + "/paid";
        http.perform(landing(post(paid)).session(operator()).with(csrf()).param("reference", "transfer-4711"))
                .andExpect(redirectedUrl("/platform"));
        assertThat(page(LIMESTONE, session, "/editor"))
                .contains("/editor/articles/new")
                .doesNotContain("data-owed");
        submit(LIMESTONE, session, "/editor/articles/new", articleFields(session))
                .andExpect(status().isFound());
    }

    @Test
    void aSuspendedClinicIsClosedAndOpensOnceItsInvoiceIsPaid() throws Exception {
        Invoice unpaid = anUnpaidInvoice(COMPASSO);
        assertThat(tenant(COMPASSO).status()).isEqualTo(TenantStatus.SUSPENDED);
        http.perform(at(COMPASSO, get("/")).accept(MediaType.TEXT_HTML)).andExpect(status().isPaymentRequired());

        billing.payments().markPaid(unpaid.tenant(), unpaid.id(), "transfer-" + unpaid.number(), NOTE);
        http.perform(at(COMPASSO, get("/"))).andExpect(status().isOk());
    }

    @Test
    void theOperatorCreditsGivesUpExtendsATrialAndRunsBilling() throws Exception {
        MockHttpSession operator = operator();
        Invoice extra = anExtraInvoice(COMPASSO, "100.00");
        String invoice = "/platform/clinics/" + id(COMPASSO).value() + "/invoices/" + extra.id();
        http.perform(landing(get(invoice)).session(operator))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString(Objects.requireNonNull(extra.number()))));
        operate(operator, invoice + "/credit", "amount", "40.00", "reason", "a quarrel");
        assertThat(billing.invoices()
                        .find(id(COMPASSO), extra.id())
                        .orElseThrow()
                        .due())
                .isEqualTo(extra.due().minus(Money.of(new BigDecimal("40.00"), "USD")));
        operate(operator, invoice + "/credit", "amount", "many", "reason", "a typo");
        operate(operator, invoice + "/paid", "reference", " ");
        assertThat(billing.invoices()
                        .find(id(COMPASSO), extra.id())
                        .orElseThrow()
                        .status())
                .isEqualTo(InvoiceStatus.OPEN);
        operate(operator, invoice + "/give-up");
        assertThat(billing.invoices()
                        .find(id(COMPASSO), extra.id())
                        .orElseThrow()
                        .status())
                .isEqualTo(InvoiceStatus.UNCOLLECTIBLE);

        Instant end = Objects.requireNonNull(subscription(MORGENUFER).trialEndsAt());
        operate(operator, "/platform/clinics/" + id(MORGENUFER).value() + "/trial", "days", "7");
        assertThat(subscription(MORGENUFER).trialEndsAt()).isEqualTo(end.plusSeconds(7 * 24 * 3600));
        operate(operator, "/platform/run");
    }

    @Test
    void aClinicWhoseSubscriptionIsOverIsClosedUntilTheOperatorBeginsANewOne() throws Exception {
        Tenant gone = installation.provisioner().provision(NewTenant.of("gone", "Gone", IsolationLevel.SHARED));
        subscriptions.beginUnlessBegun(gone, seeds.all().get(2));
        billing.subscriptions().change(gone.id(), new SubscriptionChange.Cancel("moves away", false), NOTE);
        assertThat(tenant("gone").status()).isEqualTo(TenantStatus.SUSPENDED);
        assertThat(subscriptions.beginUnlessBegun(gone, seeds.all().get(2))).isFalse();
        assertThat(entitlements.of(gone.id()).plan()).isEmpty();

        operate(operator(), "/platform/clinics/" + gone.id().value() + "/restart");
        assertThat(tenant("gone").status()).isEqualTo(TenantStatus.ACTIVE);
        assertThat(entitlements.of(gone.id()).plan()).contains("starter");
    }

    @Test
    void theDashboardTellsWhatRecursAndHowItMoved() throws Exception {
        MockHttpSession operator = operator();
        MockHttpServletResponse answer = http.perform(
                        landing(get("/platform/revenue")).session(operator))
                .andExpect(status().isOk())
                .andReturn()
                .getResponse();
        answer.setCharacterEncoding("UTF-8");
        Money monthly =
                billing.revenue().at("USD", Instant.now().plusSeconds(1)).monthly();
        assertThat(answer.getContentAsString())
                .contains(
                        "MRR",
                        NumberFormat.getCurrencyInstance(Locale.US).format(monthly.amount()),
                        "Enterprise",
                        "New",
                        "Churn")
                .contains("data-graph=\"waterfall\"", "data-graph=\"history\"")
                .doesNotContain(" style=", "onclick=", "<style");
        assertThat(Objects.requireNonNull(answer.getHeader("Content-Security-Policy")))
                .contains("script-src 'self'");
    }

    /** Pays by the year from now on, which is invoiced at once, and lets happen what follows when nothing comes. */
    private Invoice anUnpaidInvoice(String slug) {
        SubscriptionChange byTheYear =
                new SubscriptionChange.ToPlan(subscription(slug).plan().code(), 0, BillingInterval.YEARLY, 0);
        billing.subscriptions().change(id(slug), byTheYear, NOTE);
        var unused = billing.run().run();
        return billing.invoices().of(id(slug)).stream()
                .filter(invoice -> invoice.status() == InvoiceStatus.OPEN)
                .findFirst()
                .orElseThrow();
    }

    private Invoice anExtraInvoice(String slug, String amount) {
        return billing.invoices()
                .charge(
                        id(slug),
                        List.of(Charge.of("Training", Money.of(new BigDecimal(amount), "USD"), Tax.NONE)),
                        NOTE);
    }

    private void payEverything(String slug) {
        for (Invoice invoice : billing.invoices().of(id(slug))) {
            if (invoice.status() == InvoiceStatus.OPEN) {
                billing.payments().markPaid(id(slug), invoice.id(), "before-" + invoice.number(), NOTE);
            }
        }
    }

    private Invoice oldest(String slug) {
        List<Invoice> all = billing.invoices().of(id(slug));
        return all.get(all.size() - 1);
    }

    private long count() {
        return Tenancy.<Long, RuntimeException>callAs(tenant(LIMESTONE), articles::count);
    }

    private UUID draft() {
        return Tenancy.<UUID, RuntimeException>callAs(
                tenant(LIMESTONE),
                () -> articles.findAll().stream()
                        .filter(article -> article.getStatus() == ArticleStatus.DRAFT)
                        .findFirst()
                        .orElseThrow()
                        .getId());
    }

    private String[] articleFields(MockHttpSession session) throws Exception {
        String category = found(
                Pattern.compile("<option value=\"([0-9a-f-]{36})\""), page(LIMESTONE, session, "/editor/articles/new"));
        return new String[] {
            "version",
            "0",
            "title",
            "Written late",
            "slug",
            "",
            "summary",
            "A summary.",
            "body",
            "Text",
            "categoryId",
            category
        };
    }

    private ResultActions take(MockHttpSession session, String shown) throws Exception {
        return submit(
                LIMESTONE, session, "/desk/billing/change", "shown", shown, "plan", "enterprise", "interval", "year");
    }

    private ResultActions submit(String clinic, MockHttpSession session, String path, String... fields)
            throws Exception {
        return http.perform(with(fields, at(clinic, post(path)).session(session).with(csrf())));
    }

    private void operate(MockHttpSession operator, String path, String... fields) throws Exception {
        http.perform(with(fields, landing(post(path)).session(operator).with(csrf())))
                .andExpect(redirectedUrl("/platform"));
    }

    private static MockHttpServletRequestBuilder with(String[] fields, MockHttpServletRequestBuilder request) {
        for (int i = 0; i < fields.length; i += 2) {
            request.param(fields[i], fields[i + 1]);
        }
        return request;
    }

    private String page(String clinic, String path) throws Exception {
        return page(clinic, logIn(clinic), path);
    }

    private String page(String clinic, MockHttpSession session, String path) throws Exception {
        MockHttpServletResponse answer =
                http.perform(at(clinic, get(path)).session(session)).andReturn().getResponse();
        answer.setCharacterEncoding("UTF-8");
        assertThat(answer.getStatus()).as(path).isEqualTo(200);
        return answer.getContentAsString();
    }

    private static String found(Pattern pattern, String page) {
        Matcher matcher = pattern.matcher(page);
        assertThat(matcher.find()).as("%s in %s", pattern, page).isTrue();
        return matcher.group(1);
    }

    private MockHttpSession logIn(String clinic) throws Exception {
        return logIn(
                clinic,
                switch (clinic) {
                    case MORGENUFER -> "jonas@morgenufer.example";
                    case LIMESTONE -> "maya@limestone.example";
                    default -> "helena@compasso.example";
                });
    }

    private MockHttpSession logIn(String clinic, String email) throws Exception {
        return session(at(clinic, post("/login")), email, "open-the-clinic");
    }

    private MockHttpSession operator() throws Exception {
        return session(landing(post("/platform/login")), "operator", "run-the-platform");
    }

    private MockHttpSession session(MockHttpServletRequestBuilder door, String name, String password) throws Exception {
        MockHttpSession session = (MockHttpSession)
                http.perform(door.with(csrf()).param("username", name).param("password", password))
                        .andExpect(authenticated())
                        .andReturn()
                        .getRequest()
                        .getSession(false);
        return Objects.requireNonNull(session, "a log-in makes a session");
    }

    private static MockHttpServletRequestBuilder at(String clinic, MockHttpServletRequestBuilder request) {
        return on(clinic + ".localhost", request);
    }

    private static MockHttpServletRequestBuilder landing(MockHttpServletRequestBuilder request) {
        return on("localhost", request);
    }

    private static MockHttpServletRequestBuilder on(String host, MockHttpServletRequestBuilder request) {
        return request.with(built -> {
                    built.setServerName(host);
                    return built;
                })
                .header(HttpHeaders.HOST, host);
    }

    private Subscription subscription(String slug) {
        return billing.subscriptions().find(id(slug)).orElseThrow();
    }

    private TenantId id(String slug) {
        return tenant(slug).id();
    }

    private Tenant tenant(String slug) {
        return Tenancy.callAsPlatform(
                "a test",
                () -> installation.catalog().all().stream()
                        .filter(tenant -> tenant.slug().equals(new TenantSlug(slug)))
                        .findFirst()
                        .orElseThrow());
    }
}
