package io.tenancy.samples.cms.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.billing.installation.TenancyBilling;
import io.tenancy.billing.invoice.Invoice;
import io.tenancy.billing.invoice.InvoiceStatus;
import io.tenancy.billing.notice.BillingNotice;
import io.tenancy.billing.notice.BillingNotifier;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.samples.cms.MovedClock;
import io.tenancy.test.stripe.FakeStripe;
import io.tenancy.test.stripe.StripeCharge;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Primary;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * One clinic in a browser, from the choice of its plan until its card fails, and back: with the plans and the terms that the
 * demonstration has, and jobs that run as they do there. Only the clock is moved, by weeks, which is why the application runs in
 * this process. Each test goes on where the one before ended.
 */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"tenancy.billing.interval=1s", "tenancy.billing.stripe.webhook-secrets=whsec_of_a_failing_card"})
@DirtiesContext
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class FailingCardJourneyIT {

    private static final String CLINIC = "morgenufer";
    // $99.00, and the 19 % of a clinic in Germany.
    private static final long MONTH = 11_781;
    private static final String GOOD = "4242424242424242";
    private static final String DECLINED_LATER = "4000000000000341";
    private static final Path PICTURES = Path.of("target", "screenshots");

    @TempDir
    private static Path temporary;

    private static boolean opened;
    private static Browser browser;

    @Autowired
    private TenancyInstallation installation;

    @Autowired
    private TenancyBilling billing;

    @Autowired
    private FakeStripe fake;

    @Autowired
    private MovedClock clock;

    @Autowired
    private Told told;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void ownDataDirectory(DynamicPropertyRegistry properties) {
        properties.add("data-dir", () -> temporary.resolve("data").toString());
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
        private final List<BillingNotice> notices = new CopyOnWriteArrayList<>();

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

    @BeforeEach
    void openTheClinic() {
        Chromium chromium = Chromium.ofThisMachine();
        if (!opened) {
            opened = true;
            browser = new Browser(chromium, temporary.resolve("profile"));
        }
        assertThat(browser)
                .as("browser; the first test says why it did not start")
                .isNotNull();
        browser.desktop();
        browser.forgetAllCookies();
    }

    @AfterAll
    static void closeTheBrowser() {
        try (Browser open = browser) {
            assertThat(open == null).isNotEqualTo(opened);
        }
    }

    @Test
    @Order(1)
    void aClinicChoosesItsPlanLeavesItsCardOnThePageOfStripeAndIsActive() {
        logIn();
        browser.open(site() + "/desk/billing?interval=month");
        browser.follow("[data-plan='practice'] .offer__action a");
        browser.follow("main button[name='pay']");
        assertThat(browser.address()).startsWith(fake.apiBase() + "/c/pay/");
        typeCard(GOOD);
        assertThat(browser.address()).isEqualTo(site() + "/desk/billing");
        browser.follow("form[action='/desk/billing/begin'] button");

        clock.advance(Duration.ofSeconds(3));
        browser.openUntilItShows(".bill:first-child .pill--live", site() + "/desk/billing");
        assertThat(browser.text(".standing__name")).contains("Practice", "Aktiv");
        assertThat(browser.text(".paying__what")).isEqualTo("Visa •••• 4242");
        assertThat(browser.shows("[data-owed]")).isFalse();
        assertThat(taken()).containsExactly(MONTH);
        pictures("failing-card-1-active");
    }

    @Test
    @Order(2)
    void itsNextCardIsSavedButDeclinedAtTheRenewalAndTheClinicIsReminded() {
        logIn();
        browser.open(site() + "/desk/billing");
        browser.follow("form[action='/desk/billing/card/change'] button");
        assertThat(browser.address()).startsWith(fake.apiBase());
        typeCard(DECLINED_LATER);
        assertThat(browser.text(".paying__what")).isEqualTo("Visa •••• 0341");
        assertThat(browser.shows(".paying__declined")).isFalse();

        clock.advance(Duration.ofDays(31));
        browser.openUntilItShows("[data-owed][data-access='PAYMENT_MISSING']", site() + "/editor");
        assertThat(browser.text("[data-owed]")).contains("Eine Rechnung ist nicht bezahlt.");
        assertThat(browser.shows("a[href='/editor/articles/new']"))
                .as("works as before")
                .isTrue();
        picture("failing-card-2-reminded-desk");
        browser.follow("[data-owed] a");
        assertThat(browser.text(".standing__name")).contains("Zahlung fehlt");
        assertThat(browser.text(".paying__declined")).contains("Die Karte wurde abgelehnt.");
        assertThat(browser.text(".bill:first-child .pill")).isEqualTo("Offen");
        pictures("failing-card-2-reminded");
        assertThat(told.to(clinic())).contains(BillingNotice.Kind.PAYMENT_REMINDER);
    }

    @Test
    @Order(3)
    void aWeekLaterItWorksWithLess() {
        clock.advance(Duration.ofDays(8));
        logIn();
        browser.openUntilItShows("[data-owed][data-access='RESTRICTED']", site() + "/editor");
        assertThat(browser.shows("a[href='/editor/articles/new']")).isFalse();
        picture("failing-card-3-restricted-desk");
        browser.follow("[data-owed] a");
        assertThat(browser.text(".standing__name")).contains("Eingeschränkt");
        pictures("failing-card-3-restricted");
        browser.open(site());
        assertThat(browser.status()).as("readers see the site").isEqualTo(200);
    }

    @Test
    @Order(4)
    void anotherWeekLaterItIsClosedButForThePageOnWhichItPays() {
        clock.advance(Duration.ofDays(7));
        browser.openUntilAnsweredWith(402, site());
        picture("failing-card-4-closed");
        browser.follow("main a[href='/desk/billing']");
        assertThat(browser.address()).isEqualTo(site() + "/login");
        typeLogIn();
        assertThat(browser.address()).startsWith(site() + "/desk/billing");
        assertThat(browser.text(".standing__name")).contains("Gesperrt");
        assertThat(browser.text(".paying__doors")).contains("Offene Rechnung zahlen");
        pictures("failing-card-4-suspended");
        browser.open(site() + "/editor");
        assertThat(browser.status()).as("the rest stays closed").isEqualTo(402);
    }

    @Test
    @Order(5)
    void itPaysWithAnotherCardAndHasItsAccessBackWithThePageItComesBackTo() {
        logIn();
        browser.open(site() + "/desk/billing");
        browser.follow(".paying__doors .button--solid");
        assertThat(browser.text("body")).contains("117.81");
        picture("failing-card-5-checkout");
        typeCard(GOOD);
        assertThat(browser.address()).isEqualTo(site() + "/desk/billing");
        assertThat(browser.text("[role='status']")).isEqualTo("Vielen Dank. Die Rechnung ist bezahlt.");
        assertThat(browser.text(".standing__name")).contains("Practice", "Aktiv");
        assertThat(browser.text(".paying__what")).isEqualTo("Visa •••• 4242");
        assertThat(browser.shows(".paying__declined")).isFalse();
        assertThat(browser.shows("[data-owed]")).isFalse();
        pictures("failing-card-5-back");
        browser.openUntilAnsweredWith(200, site());
        browser.open(site() + "/editor");
        assertThat(browser.shows("a[href='/editor/articles/new']")).isTrue();

        assertThat(taken()).containsExactly(MONTH, MONTH);
        assertThat(billing.invoices().of(clinic())).extracting(Invoice::status).containsOnly(InvoiceStatus.PAID);
        assertThat(billing.ledger().faults()).isEmpty();
        assertThat(told.to(clinic()))
                .containsSubsequence(
                        BillingNotice.Kind.PAYMENT_REMINDER,
                        BillingNotice.Kind.ACCESS_RESTRICTED,
                        BillingNotice.Kind.ACCESS_SUSPENDED);
    }

    private List<Long> taken() {
        return fake.charges().stream()
                .filter(StripeCharge::succeeded)
                .map(StripeCharge::amount)
                .toList();
    }

    private TenantId clinic() {
        return Tenancy.callAsPlatform(
                "a test",
                () -> installation.catalog().all().stream()
                        .filter(tenant -> tenant.slug().value().equals(CLINIC))
                        .findFirst()
                        .orElseThrow()
                        .id());
    }

    private String site() {
        return "http://" + CLINIC + ".localhost:" + port;
    }

    private void logIn() {
        browser.open(site() + "/login");
        typeLogIn();
    }

    private void typeLogIn() {
        browser.type("#username", "jonas@morgenufer.example");
        browser.type("#password", "open-the-clinic");
        browser.follow("main form button[type='submit']");
    }

    /** Fills in the page of the fake Stripe and sends it. */
    private void typeCard(String number) {
        for (String field : List.of("#number", "#expiry", "#cvc")) {
            browser.clear(field);
        }
        browser.type("#number", number);
        browser.type("#expiry", "12/34");
        browser.type("#cvc", "123");
        browser.follow("form button[type='submit']");
    }

    /** The shown page on a desk and on a phone, where it fits. */
    private void pictures(String name) {
        browser.desktopAsHighAsThePage();
        picture(name);
        browser.phone();
        assertThat(browser.pageWidth())
                .as("width of %s; what sticks out: %s", browser.address(), browser.sticksOut())
                .isLessThanOrEqualTo(Browser.PHONE_WIDTH);
        assertThat(browser.tooWide()).as("buttons that are too wide").isEmpty();
        browser.phoneAsHighAsThePage();
        picture(name + "-phone");
        browser.desktop();
    }

    private void picture(String name) {
        browser.picture(List.of(PICTURES.resolve(name + ".png")));
    }
}
