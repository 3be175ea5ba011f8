package io.tenancy.samples.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.authenticated;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.billing.Money;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Charge;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.invoice.Tax;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.BillingNotifier;
import io.tenancy.billing.payment.ManualPayments;
import io.tenancy.billing.stripe.TenancyStripe;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFinding;
import io.tenancy.billing.stripe.payment.StripePayments;
import io.tenancy.billing.stripe.webhook.EventState;
import io.tenancy.billing.stripe.webhook.StripeEvent;
import io.tenancy.billing.stripe.webhook.WebhookRequest;
import io.tenancy.billing.subscription.Subscription;
import io.tenancy.billing.subscription.SubscriptionStatus;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.test.stripe.FakeStripe;
import io.tenancy.test.stripe.StripeCharge;
import io.tenancy.test.stripe.StripeRefund;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
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
 * How clinics pay by card and what the operator sees of it, over HTTP, with the fake Stripe of the demonstration. Time moves by
 * hand and jobs rest. The tests that move it come last.
 */
@SpringBootTest(
        properties = {
            "tenancy.billing.jobs=false",
            "tenancy.billing.stripe.webhook-secrets=" + ClinicStripeTest.SECRET,
        })
@AutoConfigureMockMvc
@DirtiesContext
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClinicStripeTest {

    static final String SECRET = "whsec_of_the_clinics";

    private static final String MORGENUFER = "morgenufer";
    private static final String LIMESTONE = "limestone";
    private static final String COMPASSO = "compasso";
    private static final ChangeNote NOTE = new ChangeNote("test", "a test");
    private static final int ON_A_PAGE = 50;
    private static final String DIFFERENCES = "Pages of differences";
    private static final String PARKED = "Pages of parked events";
    private static final Pattern FINDING = Pattern.compile("data-finding=\"([^\"]+)\"");
    private static final Pattern EVENT = Pattern.compile("data-event=\"([^\"]+)\"");
    private static final Pattern NEXT = Pattern.compile("href=\"([^\"#]+)#[a-z-]+\" rel=\"next\"");
    private static final Pattern PLACE_OF_FINDINGS = Pattern.compile("name=\"findings\" value=\"([^\"]+)\"");
    private static final Pattern PLACE_OF_EVENTS = Pattern.compile("name=\"events\" value=\"([^\"]+)\"");
    private static final Pattern SHOWN = Pattern.compile("name=\"shown\" value=\"([0-9a-f-]{36})\"");
    private static final Pattern KEY = Pattern.compile("name=\"key\" value=\"([0-9a-f-]{36})\"");

    @TempDir
    private static Path dataDirectory;

    @Autowired
    private MockMvc http;

    @Autowired
    private TenancyInstallation installation;

    @Autowired
    private TenancyBilling billing;

    @Autowired
    private TenancyStripe stripe;

    @Autowired
    private FakeStripe fake;

    @Autowired
    private MovedClock clock;

    @Autowired
    private Told told;

    @DynamicPropertySource
    static void ownDataDirectory(DynamicPropertyRegistry properties) {
        properties.add("data-dir", dataDirectory::toString);
    }

    @TestConfiguration(proxyBeanMethods = false)
    static class Moved {

        @Bean
        @Primary
        MovedClock movedClock() {
            return new MovedClock();
        }

        @Bean
        Told told() {
            return new Told();
        }
    }

    /** What was told. */
    static final class Told implements BillingNotifier {
        final List<BillingNotice> notices = new CopyOnWriteArrayList<>();

        @Override
        public void tell(BillingNotice notice) {
            notices.add(notice);
        }

        List<BillingNotice.Kind> to(TenantId clinic) {
            return notices.stream()
                    .filter(notice -> notice.tenant().equals(clinic))
                    .map(BillingNotice::kind)
                    .toList();
        }
    }

    @Test
    @Order(0)
    void clinicsPayByTransferUntilTheyChooseTheCard() throws Exception {
        for (String clinic : List.of(MORGENUFER, LIMESTONE, COMPASSO)) {
            assertThat(provider(clinic)).isEqualTo(ManualPayments.NAME);
        }
        assertThat(page(LIMESTONE, logIn(LIMESTONE), "/desk/billing"))
                .contains("data-by=\"transfer\"", "Pay by card from now on")
                .doesNotContain("Change card");
        assertThat(page(MORGENUFER, logIn(MORGENUFER), "/desk/billing")).contains("Ab jetzt mit Karte zahlen");
        assertThat(page(COMPASSO, logIn(COMPASSO), "/desk/billing")).contains("Pagar com cartão de agora em diante");
    }

    @Test
    @Order(1)
    void aFormMayLeadToThePagesOfStripeAndNowhereElse() throws Exception {
        assertThat(http.perform(at(LIMESTONE, get("/desk/billing")).session(logIn(LIMESTONE)))
                        .andReturn()
                        .getResponse()
                        .getHeader("Content-Security-Policy"))
                .contains("form-action 'self' " + fake.apiBase() + ";", "script-src 'self';");
    }

    @Test
    @Order(2)
    void pagesOfPaymentAreForEditorsWithTheirTokenAndForTheirOwnInvoices() throws Exception {
        Invoice other = extra(COMPASSO, "12.00");
        MockHttpSession session = logIn(LIMESTONE);
        MockHttpSession doctor = logIn(LIMESTONE, "daniel@limestone.example");
        for (String path : List.of(
                "/desk/billing/card",
                "/desk/billing/card/change",
                "/desk/billing/card/use",
                "/desk/billing/transfer",
                "/desk/billing/begin",
                "/desk/billing/invoices/" + other.id() + "/pay")) {
            http.perform(at(LIMESTONE, post(path)).session(session)).andExpect(status().isForbidden());
            http.perform(at(LIMESTONE, post(path)).session(doctor).with(csrf())).andExpect(status().isForbidden());
        }
        submit(LIMESTONE, session, "/desk/billing/invoices/" + other.id() + "/pay")
                .andExpect(status().isNotFound());

        String page = sessionOf(submit(COMPASSO, logIn(COMPASSO), "/desk/billing/invoices/" + other.id() + "/pay"));
        http.perform(at(LIMESTONE, get("/desk/billing/card/left"))
                        .session(session)
                        .param("page", page))
                .andExpect(redirectedUrl("/desk/billing"))
                .andExpect(flash().attribute("warning", "billing.warning.card"));
        assertThat(provider(LIMESTONE)).isEqualTo(ManualPayments.NAME);
    }

    @Test
    @Order(3)
    void aClinicInItsTrialChoosesAPlanLeavesACardAndBegins() throws Exception {
        MockHttpSession session = logIn(MORGENUFER);
        String preview = page(MORGENUFER, session, "/desk/billing/preview?plan=practice&interval=month");
        assertThat(preview).contains("Jetzt wechseln und mit Karte zahlen");
        String checkout = sessionOf(submit(
                MORGENUFER,
                session,
                "/desk/billing/change",
                "shown",
                found(SHOWN, preview),
                "plan",
                "practice",
                "interval",
                "month",
                "pay",
                "card"));
        assertThat(fake.completeCheckout(checkout, "pm_card_visa")).isEmpty();
        http.perform(at(MORGENUFER, get("/desk/billing/card/left"))
                        .session(session)
                        .param("page", checkout))
                .andExpect(flash().attribute("notice", "billing.notice.card"));
        assertThat(page(MORGENUFER, session, "/desk/billing"))
                .contains("data-by=\"card\"", "Visa •••• 4242", "Karte ändern", "Jetzt beginnen");
        assertThat(subscription(MORGENUFER).status()).isEqualTo(SubscriptionStatus.TRIAL);
        assertThat(taken(MORGENUFER)).isEmpty();

        submit(MORGENUFER, session, "/desk/billing/begin")
                .andExpect(flash().attribute("notice", "billing.notice.begin"));
        clock.advance(Duration.ofSeconds(3));
        var unused = billing.run().run();

        assertThat(subscription(MORGENUFER).status()).isEqualTo(SubscriptionStatus.ACTIVE);
        assertThat(subscription(MORGENUFER).plan().code()).isEqualTo("practice");
        Invoice first = billing.invoices().of(id(MORGENUFER)).get(0);
        assertThat(first.status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(taken(MORGENUFER)).containsExactly(first.total().minorUnits());
        assertThat(page(MORGENUFER, session, "/desk/billing")).doesNotContain("Jetzt beginnen");
    }

    @Test
    @Order(4)
    void anInvoiceIsPaidByCardOnceAndTheClinicStaysWithTransfersUnlessItSaysOtherwise() throws Exception {
        payByTransfer(COMPASSO);
        Invoice invoice = extra(COMPASSO, "40.00");
        MockHttpSession session = logIn(COMPASSO);
        assertThat(page(COMPASSO, session, "/desk/billing")).contains("Pagar " + invoice.number() + " com cartão");
        String path = "/desk/billing/invoices/" + invoice.id() + "/pay";
        String checkout = sessionOf(submit(COMPASSO, session, path));
        assertThat(sessionOf(submit(COMPASSO, session, path)))
                .as("a second click")
                .isEqualTo(checkout);
        assertThat(fake.completeCheckout(checkout, "pm_card_chargeDeclined")).isNotEmpty();
        http.perform(at(COMPASSO, get("/desk/billing/paid")).session(session).param("page", checkout))
                .andExpect(flash().attribute("warning", "billing.warning.notPaid"));
        assertThat(fake.completeCheckout(checkout, "pm_card_visa")).isEmpty();
        for (int look = 0; look < 2; look++) {
            http.perform(at(COMPASSO, get("/desk/billing/paid"))
                            .session(session)
                            .param("page", checkout))
                    .andExpect(flash().attribute("notice", "billing.notice.paid"));
        }

        assertThat(now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(taken(COMPASSO)).containsExactly(4000L);
        assertThat(provider(COMPASSO)).isEqualTo(ManualPayments.NAME);
        assertThat(page(COMPASSO, session, "/desk/billing")).contains("Pagar com este cartão de agora em diante");
        submit(COMPASSO, session, "/desk/billing/card/use")
                .andExpect(flash().attribute("notice", "billing.notice.card"));
        assertThat(provider(COMPASSO)).isEqualTo(StripePayments.NAME);
        submit(COMPASSO, session, "/desk/billing/transfer")
                .andExpect(flash().attribute("notice", "billing.notice.transfer"));
        assertThat(provider(COMPASSO)).isEqualTo(ManualPayments.NAME);
    }

    @Test
    @Order(5)
    void theOperatorPaysBackOnceHoweverOftenItIsClicked() throws Exception {
        Invoice paid = billing.invoices().of(id(MORGENUFER)).get(0);
        MockHttpSession operator = operator();
        String page = operators(operator, "/platform");
        assertThat(page).contains("data-paid=\"" + paid.number() + "\"");
        String key = found(KEY, page.substring(page.indexOf("data-paid=\"" + paid.number() + "\"")));
        String path = "/platform/clinics/" + paid.tenant().value() + "/invoices/" + paid.id() + "/refund";
        for (int click = 0; click < 2; click++) {
            operate(operator, path, "key", key, "amount", "10.00", "reason", "a gesture")
                    .andExpect(flash().attribute("notice", containsString("on its way to the clinic")));
        }
        operate(operator, path, "key", key, "amount", "11.00", "reason", "another amount")
                .andExpect(flash().attributeExists("warning"));
        operate(operator, path, "key", UUID.randomUUID().toString(), "amount", "10.00", "reason", " ")
                .andExpect(flash().attributeExists("warning"));

        assertThat(fake.refunds()).extracting(StripeRefund::amount).containsExactly(1000L);
        assertThat(billing.invoices().creditNotes(paid.tenant())).hasSize(1);
        assertThat(billing.ledger().faults()).isEmpty();
        http.perform(landing(post(path)).session(operator).param("key", key)).andExpect(status().isForbidden());
    }

    @Test
    @Order(6)
    void theOperatorSeesWhatIsParkedAndWhatDiffersAndDealsWithIt() throws Exception {
        String customer = Objects.requireNonNull(
                stripe.customers().find(id(MORGENUFER)).orElseThrow().id());
        hear(event("evt_stray", "customer.updated", "cus_stranger", "customer", "")
                .replace("false", "true"));
        hear(event("evt_foreign", "invoice.created", "in_1", "invoice", ", \"customer\": \"" + customer + "\""));
        MockHttpSession operator = operator();
        assertThat(operators(operator, "/platform/stripe"))
                .contains("data-event=\"evt_stray\"", "cus_stranger", "data-finding=\"in_1\"", "Foreign object");

        operate(operator, "/platform/stripe/events/evt_stray/replay", "reason", " ")
                .andExpect(flash().attributeExists("warning"));
        operate(operator, "/platform/stripe/events/evt_stray/replay", "reason", "once more")
                .andExpect(flash().attribute("notice", containsString("in the background")));
        assertThat(stripe.events().find("evt_stray").orElseThrow().state())
                .as("left to the jobs, which rest here")
                .isEqualTo(EventState.WAITING);
        assertThat(operators(operator, "/platform/stripe"))
                .contains("<dt>Events that wait</dt><dd>1</dd>")
                .doesNotContain("data-event=\"evt_stray\"");
        var unused = stripe.inbox().run();
        assertThat(stripe.events().find("evt_stray").orElseThrow())
                .satisfies(event -> assertThat(event.state()).isEqualTo(EventState.PARKED))
                .satisfies(event -> assertThat(event.replayed()).contains("operator", "once more"));
        operate(operator, "/platform/stripe/events/evt_none/replay", "reason", "once more")
                .andExpect(flash().attributeExists("warning"));

        var finding = stripe.findings().open().stream()
                .filter(each -> each.subject().equals("in_1"))
                .findFirst()
                .orElseThrow();
        operate(operator, "/platform/stripe/findings/" + finding.id() + "/resolve", "reason", "deleted by hand")
                .andExpect(flash().attributeExists("notice"));
        operate(operator, "/platform/stripe/findings/" + finding.id() + "/resolve", "reason", "deleted by hand")
                .andExpect(flash().attributeExists("warning"));
        operate(operator, "/platform/stripe/compare")
                .andExpect(flash().attribute("notice", containsString("Compared")));
        assertThat(operators(operator, "/platform/stripe")).doesNotContain("data-finding=\"in_1\"");
    }

    @Test
    @Order(7)
    void theOperatorTurnsThePagesOfWhatIsParkedAndOfWhatDiffers() throws Exception {
        for (int i = 0; i <= 2 * ON_A_PAGE; i++) {
            receive(event("evt_page_" + i, "customer.updated", "cus_page_" + i, "customer", "")
                    .replace("false", "true"));
            stripe.findings().add(FindingKind.FOREIGN_OBJECT, "in_page_" + i, null, "made by hand");
        }
        var unused = stripe.inbox().run();
        MockHttpSession operator = operator();
        List<String> events = stripe.events().parked(null, 1_000).stream()
                .map(StripeEvent::id)
                .toList();
        List<String> findings =
                stripe.findings().open().stream().map(StripeFinding::subject).toList();

        assertThat(turned(operator, PARKED, EVENT)).containsExactlyElementsOf(events);
        assertThat(turned(operator, DIFFERENCES, FINDING)).containsExactlyElementsOf(findings);
    }

    @Test
    @Order(8)
    void whatIsSettledOrPlayedAgainLeavesTheOperatorOnItsPage() throws Exception {
        MockHttpSession operator = operator();
        String first = operators(operator, "/platform/stripe");
        String second = operators(operator, next(first, DIFFERENCES).orElseThrow());
        String third = operators(operator, next(second, PARKED).orElseThrow());
        assertThat(all(FINDING, third)).isEqualTo(all(FINDING, second));
        UUID settled = stripe.findings().open().stream()
                .filter(each -> each.subject().equals(all(FINDING, third).get(0)))
                .map(StripeFinding::id)
                .findFirst()
                .orElseThrow();

        String after = Objects.requireNonNull(operate(
                        operator,
                        "/platform/stripe/findings/" + settled + "/resolve",
                        "reason",
                        "ended by hand",
                        "findings",
                        found(PLACE_OF_FINDINGS, third),
                        "events",
                        found(PLACE_OF_EVENTS, third))
                .andReturn()
                .getResponse()
                .getRedirectedUrl());
        assertThat(all(FINDING, operators(operator, after)))
                .startsWith(all(FINDING, third).get(1))
                .hasSize(ON_A_PAGE);
        assertThat(all(EVENT, operators(operator, after))).isEqualTo(all(EVENT, third));

        operate(
                        operator,
                        "/platform/stripe/events/" + all(EVENT, third).get(0) + "/replay",
                        "reason",
                        "once more",
                        "findings",
                        found(PLACE_OF_FINDINGS, third),
                        "events",
                        found(PLACE_OF_EVENTS, third))
                .andExpect(redirectedUrl(after));
    }

    @Test
    @Order(9)
    void theOperatorsPageOfStripeIsOnTheLandingHostAndForTheOperatorOnly() throws Exception {
        http.perform(at(LIMESTONE, get("/platform/stripe")).session(logIn(LIMESTONE)))
                .andExpect(status().isNotFound());
        http.perform(landing(get("/platform/stripe")).accept(MediaType.TEXT_HTML))
                .andExpect(redirectedUrl("/platform/login"));
        http.perform(landing(get("/platform/stripe")).session(logIn(LIMESTONE))).andExpect(status().isForbidden());
        http.perform(landing(post("/platform/stripe/compare")).session(operator()))
                .andExpect(status().isForbidden());
    }

    @Test
    @Order(10)
    void aClinicWhoseCardFailsIsRemindedRestrictedAndSuspendedAndPaysItsWayBack() throws Exception {
        payByTransfer(LIMESTONE);
        MockHttpSession session = logIn(LIMESTONE);
        String left = sessionOf(submit(LIMESTONE, session, "/desk/billing/card"));
        assertThat(fake.completeCheckout(left, "pm_card_chargeCustomerFail")).isEmpty();
        http.perform(at(LIMESTONE, get("/desk/billing/card/left"))
                        .session(session)
                        .param("page", left))
                .andExpect(flash().attribute("notice", "billing.notice.card"));
        Invoice invoice = extra(LIMESTONE, "55.00");
        var unused = billing.run().run();
        assertThat(page(LIMESTONE, session, "/desk/billing")).contains("The card was declined", "Payment missing");
        assertThat(told.to(id(LIMESTONE))).contains(BillingNotice.Kind.PAYMENT_REMINDER);

        pass(Duration.ofDays(8));
        assertThat(tenant(LIMESTONE).status()).isEqualTo(TenantStatus.RESTRICTED);
        assertThat(page(LIMESTONE, session, "/editor")).contains("data-access=\"RESTRICTED\"");
        assertThat(page(LIMESTONE, session, "/desk/billing")).contains("Pay " + invoice.number() + " by card");

        pass(Duration.ofDays(7));
        assertThat(tenant(LIMESTONE).status()).isEqualTo(TenantStatus.SUSPENDED);
        http.perform(at(LIMESTONE, get("/")).accept(MediaType.TEXT_HTML)).andExpect(status().isPaymentRequired());
        http.perform(at(LIMESTONE, get("/editor")).session(session)).andExpect(status().isPaymentRequired());
        http.perform(at(LIMESTONE, get("/desk/staff")).session(session)).andExpect(status().isPaymentRequired());
        http.perform(at(LIMESTONE, get("/api/articles"))).andExpect(status().isPaymentRequired());
        http.perform(at(LIMESTONE, get("/desk/billing")).accept(MediaType.TEXT_HTML))
                .andExpect(status().isFound());
        http.perform(at(LIMESTONE, get("/login"))).andExpect(status().isOk());
        MockHttpSession again = logIn(LIMESTONE);
        assertThat(page(LIMESTONE, again, "/desk/billing"))
                .contains("The site is closed until the open invoice is paid", "The card was declined");

        String checkout = sessionOf(submit(LIMESTONE, again, "/desk/billing/invoices/" + invoice.id() + "/pay"));
        assertThat(fake.completeCheckout(checkout, "pm_card_visa")).isEmpty();
        http.perform(at(LIMESTONE, get("/desk/billing/paid")).session(again).param("page", checkout))
                .andExpect(flash().attribute("notice", "billing.notice.paid"));

        assertThat(tenant(LIMESTONE).status()).isEqualTo(TenantStatus.ACTIVE);
        http.perform(at(LIMESTONE, get("/"))).andExpect(status().isOk());
        assertThat(page(LIMESTONE, again, "/desk/billing"))
                .contains("Visa •••• 4242")
                .doesNotContain("was declined");
        assertThat(taken(LIMESTONE)).containsExactly(5500L);
        unused = billing.run().run();
        assertThat(told.to(id(LIMESTONE)))
                .contains(
                        BillingNotice.Kind.ACCESS_RESTRICTED,
                        BillingNotice.Kind.ACCESS_SUSPENDED,
                        BillingNotice.Kind.ACCESS_RESTORED);
    }

    @Test
    @Order(11)
    void aCardThatIsChangedPaysWhatWasDeclinedAtOnce() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        String customer = Objects.requireNonNull(
                stripe.customers().find(id(LIMESTONE)).orElseThrow().id());
        String portal = Objects.requireNonNull(submit(LIMESTONE, session, "/desk/billing/card/change")
                .andReturn()
                .getResponse()
                .getRedirectedUrl());
        assertThat(portal).startsWith(fake.apiBase() + "/p/session/");
        assertThat(fake.replaceCard(customer, "pm_card_chargeCustomerFail")).isEmpty();
        http.perform(at(LIMESTONE, get("/desk/billing/card/changed")).session(session))
                .andExpect(flash().attribute("notice", "billing.notice.looked"));
        Invoice invoice = extra(LIMESTONE, "70.00");
        var unused = billing.run().run();
        assertThat(now(invoice).status()).isEqualTo(InvoiceStatus.OPEN);

        assertThat(fake.replaceCard(customer, "pm_card_mastercard")).isEmpty();
        http.perform(at(LIMESTONE, get("/desk/billing/card/changed")).session(session));

        assertThat(now(invoice).status()).isEqualTo(InvoiceStatus.PAID);
        assertThat(page(LIMESTONE, session, "/desk/billing")).contains("Mastercard •••• 4444");
    }

    private void pass(Duration time) {
        clock.advance(time);
        var unused = billing.run().run();
    }

    /** What is shown on page after page, as long as one leads to the next. */
    private List<String> turned(MockHttpSession operator, String pages, Pattern what) throws Exception {
        List<String> all = new ArrayList<>();
        Optional<String> address = Optional.of("/platform/stripe");
        while (address.isPresent()) {
            String page = operators(operator, address.get());
            List<String> shown = all(what, page);
            assertThat(shown).hasSizeLessThanOrEqualTo(ON_A_PAGE);
            all.addAll(shown);
            address = next(page, pages);
        }
        return all;
    }

    /** Where the link to the next page leads; empty on the last one. */
    private static Optional<String> next(String page, String pages) {
        int from = page.indexOf("aria-label=\"" + pages + "\"");
        Matcher link = NEXT.matcher(from < 0 ? "" : page.substring(from, page.indexOf("</nav>", from)));
        return link.find() ? Optional.of(link.group(1).replace("&amp;", "&")) : Optional.empty();
    }

    private static List<String> all(Pattern pattern, String page) {
        return pattern.matcher(page).results().map(found -> found.group(1)).toList();
    }

    /** Takes in an event as Stripe sends it, and works through it. */
    private void hear(String body) {
        receive(body);
        var unused = stripe.inbox().run();
    }

    private void receive(String body) {
        var answer = stripe.webhook()
                .receive(WebhookRequest.of(
                        "application/json",
                        null,
                        fake.sign(body, SECRET, clock.instant()),
                        body.getBytes(StandardCharsets.UTF_8)));
        assertThat(answer.status()).isEqualTo(200);
    }

    private static String event(String id, String type, String object, String kind, String more) {
        return """
                {"id": "%s", "object": "event", "api_version": "2026-07-29.dahlia", "created": 1780000000,
                 "livemode": false, "type": "%s", "data": {"object": {"id": "%s", "object": "%s"%s}}}""".formatted(id, type, object, kind, more);
    }

    private List<Long> taken(String clinic) {
        return fake.charges().stream()
                .filter(StripeCharge::succeeded)
                .filter(each -> id(clinic).toString().equals(each.metadata().get("tenancy_tenant")))
                .map(StripeCharge::amount)
                .toList();
    }

    private Invoice extra(String clinic, String amount) {
        Money price = Money.of(new BigDecimal(amount), "USD");
        return billing.invoices().charge(id(clinic), List.of(Charge.of("Training", price, Tax.NONE)), NOTE);
    }

    private void payByTransfer(String clinic) {
        for (Invoice open : billing.invoices().of(id(clinic))) {
            if (open.status() == InvoiceStatus.OPEN) {
                var unused = billing.payments().markPaid(open.tenant(), open.id(), "transfer-" + open.number(), NOTE);
            }
        }
    }

    private Invoice now(Invoice invoice) {
        return billing.invoices().find(invoice.tenant(), invoice.id()).orElseThrow();
    }

    private String provider(String clinic) {
        return billing.accounts().find(id(clinic)).orElseThrow().provider();
    }

    /** The id of the page of Stripe to which a form led. */
    private String sessionOf(ResultActions sent) throws Exception {
        String address =
                sent.andExpect(status().isFound()).andReturn().getResponse().getRedirectedUrl();
        assertThat(address).startsWith(fake.apiBase() + "/c/pay/");
        return address.substring(address.lastIndexOf('/') + 1);
    }

    private ResultActions submit(String clinic, MockHttpSession session, String path, String... fields)
            throws Exception {
        return http.perform(
                filled(at(clinic, post(path)), fields).session(session).with(csrf()));
    }

    private ResultActions operate(MockHttpSession operator, String path, String... fields) throws Exception {
        return http.perform(
                        filled(landing(post(path)), fields).session(operator).with(csrf()))
                .andExpect(status().isFound());
    }

    private String operators(MockHttpSession operator, String path) throws Exception {
        return shown(http.perform(landing(get(path)).session(operator)).andExpect(status().isOk()));
    }

    private String page(String clinic, MockHttpSession session, String path) throws Exception {
        return shown(http.perform(at(clinic, get(path)).session(session)).andExpect(status().isOk()));
    }

    private static String shown(ResultActions answer) throws Exception {
        MockHttpServletResponse response = answer.andExpect(content().contentTypeCompatibleWith(MediaType.TEXT_HTML))
                .andReturn()
                .getResponse();
        response.setCharacterEncoding("UTF-8");
        return response.getContentAsString();
    }

    private static MockHttpServletRequestBuilder filled(MockHttpServletRequestBuilder request, String... fields) {
        for (int i = 0; i < fields.length; i += 2) {
            request.param(fields[i], fields[i + 1]);
        }
        return request;
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
