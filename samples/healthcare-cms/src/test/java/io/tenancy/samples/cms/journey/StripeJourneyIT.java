package io.tenancy.samples.cms.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.test.stripe.FakeStripe;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * How clinics pay by card, in a browser, on the pages of the fake Stripe that the demonstration has inside. Invoices are due at
 * once, and billing is run when the application is ready and by the operator: Limestone's plan restricts at once, Compasso's
 * suspends. Each test goes on where the one before ended.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class StripeJourneyIT {

    private static final String COMPASSO = "compasso";
    private static final String LIMESTONE = "limestone";
    private static final String MORGENUFER = "morgenufer";
    private static final String GOOD = "4242424242424242";
    private static final String MASTERCARD = "5555555555554444";
    private static final String DECLINED = "4000000000000002";
    private static final String DECLINED_LATER = "4000000000000341";
    private static final String SECRET = "whsec_of_the_journey";
    private static final String LEAVE_A_CARD = "form[action='/desk/billing/card'] button";
    private static final String PARKED = "[aria-label='Pages of parked events']";
    private static final boolean UPDATE_DOCUMENTATION = Boolean.getBoolean("screenshots.update");
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Path DOCUMENTATION = Path.of("..", "..", "docs", "images");
    private static final Set<String> DOCUMENTED = Set.of("stripe");
    private static final Path CATALOGUE = Path.of("src", "test", "resources", "impatient-plans.yaml");

    @TempDir
    private static Path temporary;

    private boolean opened;
    private RunningCms cms;
    private Browser browser;

    @BeforeEach
    void openTheClinics() throws Exception {
        Chromium chromium = Chromium.ofThisMachine();
        if (!opened) {
            opened = true;
            int port = UPDATE_DOCUMENTATION ? 8080 : RunningCms.freePort();
            start(port, "first-start.log");
            browser = new Browser(chromium, temporary.resolve("profile"));
        }
        assertThat(browser)
                .as("browser; the first test says why it did not start")
                .isNotNull();
        browser.desktop();
        browser.forgetAllCookies();
    }

    private void start(int port, String log) throws Exception {
        cms = RunningCms.start(
                temporary.resolve("data"),
                port,
                Path.of("target", "stripe-journey", log),
                "--tenancy.billing.interval=1h",
                "--tenancy.billing.term=0s",
                "--tenancy.billing.stripe.webhook-secrets=" + SECRET,
                "--tenancy.entitlements.catalogue=" + CATALOGUE.toUri());
    }

    @AfterAll
    void closeEverything() {
        try (RunningCms running = cms;
                Browser open = browser) {
            assertThat(running == null).isEqualTo(open == null);
        }
    }

    @Test
    @Order(1)
    void aSuspendedClinicFindsItsPaymentPageAndIsBackOnceItPaid() {
        browser.openUntilAnsweredWith(402, cms.site(COMPASSO));
        browser.follow("main a[href='/desk/billing']");
        assertThat(browser.address()).isEqualTo(cms.site(COMPASSO) + "/login");
        logIn("helena@compasso.example");
        assertThat(browser.address()).startsWith(cms.site(COMPASSO) + "/desk/billing");
        assertThat(browser.text(".standing__name")).contains("Suspenso");
        browser.desktopAsHighAsThePage();
        picture("stripe-suspended");
        browser.phone();
        fitsAPhone(cms.site(COMPASSO) + "/desk/billing");
        picture("stripe-suspended-phone");
        browser.desktop();
        browser.open(cms.site(COMPASSO) + "/editor");
        assertThat(browser.status()).as("the rest stays closed").isEqualTo(402);

        browser.open(cms.site(COMPASSO) + "/desk/billing");
        browser.follow(".bill__pay button");
        assertThat(browser.text("main, body")).contains("299.00");
        picture("stripe-checkout");
        typeCard(DECLINED);
        assertThat(browser.text("[role='alert']")).contains("declined");
        typeCard(GOOD);
        assertThat(browser.address()).isEqualTo(cms.site(COMPASSO) + "/desk/billing");
        assertThat(browser.text("[role='status']")).isEqualTo("Obrigado. A fatura está paga.");
        assertThat(browser.text(".standing__name")).contains("Ativo");
        assertThat(browser.attribute("[data-way]", "data-by")).isEqualTo("transfer");
        browser.openUntilAnsweredWith(200, cms.site(COMPASSO));
    }

    @Test
    @Order(2)
    void aCardThatFailsRestrictsTheClinicUntilItIsChanged() {
        logIn(LIMESTONE, "maya@limestone.example");
        browser.openUntilItShows("[data-owed][data-access='RESTRICTED']", cms.site(LIMESTONE) + "/editor");
        browser.follow("[data-owed] a");
        browser.follow(".paying__doors .button--solid");
        assertThat(browser.text("body")).contains("The card is saved for later payments");
        typeCard(DECLINED_LATER);
        assertThat(browser.address()).isEqualTo(cms.site(LIMESTONE) + "/desk/billing");
        assertThat(browser.text(".paying__what")).isEqualTo("Visa •••• 0341");
        assertThat(browser.text(".paying__declined")).contains("The card was declined.");
        assertThat(browser.text(".standing__name")).contains("Restricted");
        browser.desktopAsHighAsThePage();
        picture("stripe-declined");
        browser.phone();
        fitsAPhone(cms.site(LIMESTONE) + "/desk/billing");
        browser.desktop();

        browser.open(cms.site(LIMESTONE) + "/desk/billing");
        browser.follow("form[action='/desk/billing/card/change'] button");
        assertThat(browser.text("body")).contains("0341");
        picture("stripe-portal");
        typeCard(GOOD);
        assertThat(browser.address()).isEqualTo(cms.site(LIMESTONE) + "/desk/billing");
        browser.openUntilItShows(".bill:first-child .pill--live", cms.site(LIMESTONE) + "/desk/billing");
        assertThat(browser.text(".paying__what")).isEqualTo("Visa •••• 4242");
        assertThat(browser.shows(".paying__declined")).isFalse();
        assertThat(browser.text(".standing__name")).contains("Active");
        assertThat(browser.shows("[data-owed]")).isFalse();
    }

    @Test
    @Order(3)
    void aClinicInItsTrialChoosesAPlanLeavesItsCardAndBegins() {
        logIn(MORGENUFER, "jonas@morgenufer.example");
        browser.open(cms.site(MORGENUFER) + "/desk/billing?interval=month");
        browser.follow("[data-plan='practice'] .offer__action a");
        picture("stripe-plan");
        browser.follow("main button[name='pay']");
        typeCard(GOOD);
        assertThat(browser.address()).isEqualTo(cms.site(MORGENUFER) + "/desk/billing");
        assertThat(browser.text(".standing__name")).contains("Practice", "Testphase");
        browser.follow("form[action='/desk/billing/begin'] button");
        assertThat(browser.text("[role='status']")).contains("Ihr Tarif beginnt jetzt.");

        operator();
        browser.doUntilItShows("[data-clinic='morgenufer'] .state--ACTIVE", () -> {
            browser.open(cms.landing() + "/platform");
            browser.follow(".work__head button");
        });
        browser.forgetAllCookies();
        logIn(MORGENUFER, "jonas@morgenufer.example");
        browser.open(cms.site(MORGENUFER) + "/desk/billing");
        assertThat(browser.text(".standing__name")).contains("Practice", "Aktiv");
        assertThat(browser.text(".bill:first-child .pill")).isEqualTo("Bezahlt");
        browser.desktopAsHighAsThePage();
        picture("stripe-active");
    }

    @Test
    @Order(4)
    void theOperatorPaysBackByTheCardAndTheClinicHasItsCreditNote() {
        operator();
        browser.press(".open__item[data-paid] summary");
        String number = browser.attribute(".open__item[data-paid]", "data-paid");
        browser.clear(".open__item[data-paid] input[name='amount']");
        browser.type(".open__item[data-paid] input[name='amount']", "9.00");
        browser.type(".open__item[data-paid] input[name='reason']", "a gesture");
        browser.follow(".open__item[data-paid] .open__form button");
        assertThat(browser.text("[role='status']")).contains("takes it back", "9.00");
        assertThat(number).isNotBlank();
        browser.desktopAsHighAsThePage();
        picture("stripe-platform");
        browser.phone();
        fitsAPhone(cms.landing() + "/platform");

        browser.desktop();
        browser.forgetAllCookies();
        logIn(MORGENUFER, "jonas@morgenufer.example");
        browser.open(cms.site(MORGENUFER) + "/desk/billing");
        assertThat(browser.text(".bills")).contains("a gesture");
    }

    @Test
    @Order(5)
    void theOperatorSeesWhatIsParkedAndWhatDiffersAndDealsWithIt() throws Exception {
        hear("evt_live", FakeStripe.API_VERSION, true);
        hear("evt_old", "2020-08-27", false);
        operator();
        browser.openUntilItShows("[data-event='evt_live']", cms.landing() + "/platform/stripe");
        assertThat(browser.attribute(".bar__nav a[href='/platform/stripe']", "aria-current"))
                .isEqualTo("page");
        browser.follow(".work__head button");
        assertThat(browser.text("[role='status']")).startsWith("Compared ");
        browser.openUntilItShows("[data-finding='2020-08-27']", cms.landing() + "/platform/stripe");
        assertThat(browser.text("[data-open]")).contains("1");
        browser.press("[data-event='evt_live'] summary");
        assertThat(browser.text("[data-event='evt_live'] pre")).contains("cus_elsewhere");
        browser.desktop();
        browser.desktopAsHighAsThePage();
        picture("stripe");
        browser.phone();
        fitsAPhone(cms.landing() + "/platform/stripe");
        picture("stripe-phone");
        browser.desktop();
        browser.open(cms.landing() + "/platform/stripe");
        browser.type("[data-event='evt_live'] input[name='reason']", "looked at it");
        browser.follow("[data-event='evt_live'] .open__form button");
        assertThat(browser.text("[role='status']")).startsWith("The event is played again");
        browser.openUntilItShows("[data-event='evt_live']", cms.landing() + "/platform/stripe");
        assertThat(browser.text("[data-event='evt_live']")).contains("operator: looked at it");
        browser.type("[data-finding] input[name='reason']", "the endpoint has our version now");
        browser.follow("[data-finding] .open__form button");
        assertThat(browser.text("[role='status']")).startsWith("The difference is settled");
        assertThat(browser.shows("[data-finding]")).isFalse();
    }

    @Test
    @Order(6)
    void theOperatorTurnsThePageWhenManyEventsAreParked() throws Exception {
        for (int i = 0; i < 60; i++) {
            hear("evt_of_many_" + i, FakeStripe.API_VERSION, true);
        }
        operator();
        browser.openUntilItShows(PARKED + " a[rel='next']", cms.landing() + "/platform/stripe");
        List<String> newest = browser.texts("[data-event] code");
        assertThat(newest).hasSize(50);
        browser.follow(PARKED + " a[rel='next']");
        assertThat(browser.texts("[data-event] code")).hasSize(11).doesNotContainAnyElementsOf(newest);
        assertThat(browser.shows(PARKED + " a[rel='next']")).isFalse();
        browser.desktopAsHighAsThePage();
        picture("stripe-older");
        browser.desktop();
        browser.follow(PARKED + " a");
        assertThat(browser.texts("[data-event] code")).isEqualTo(newest);
        browser.phone();
        fitsAPhone(cms.landing() + "/platform/stripe");
        browser.phoneAsHighAsThePage();
        picture("stripe-newest-phone");
    }

    @Test
    @Order(7)
    void theFakeForgetsTheCardsWithTheApplicationAndTheClinicLeavesItsOwnAgain() throws Exception {
        int port = URI.create(cms.landing()).getPort();
        cms.kill();
        start(port, "restart.log");
        logIn(MORGENUFER, "jonas@morgenufer.example");
        browser.openUntilItShows(LEAVE_A_CARD, cms.site(MORGENUFER) + "/desk/billing");
        assertThat(browser.text(".paying__what")).isEqualTo("Mit Karte, aber es ist keine gespeichert");
        browser.forgetAllCookies();
        logIn(LIMESTONE, "maya@limestone.example");
        browser.openUntilItShows(LEAVE_A_CARD, cms.site(LIMESTONE) + "/desk/billing");
        assertThat(browser.text(".paying__what")).isEqualTo("By card, but none is saved");
        assertThat(browser.text(".standing__name")).contains("Active");
        browser.follow(LEAVE_A_CARD);
        typeCard(MASTERCARD);
        assertThat(browser.text(".paying__what")).isEqualTo("Mastercard •••• 4444");

        browser.follow("[data-plan='enterprise'] .offer__action a");
        browser.follow("main form .button--solid");
        assertThat(browser.text(".standing__name")).contains("Enterprise");
        operator();
        browser.follow(".work__head button");
        browser.forgetAllCookies();
        logIn(LIMESTONE, "maya@limestone.example");
        browser.openUntilItShows(".bill:first-child .pill--live", cms.site(LIMESTONE) + "/desk/billing");
        assertThat(browser.text(".standing__name")).as("what the new card paid").contains("Active");
    }

    /** Sends an event as Stripe does: without a log-in, without a token, to no clinic. */
    private void hear(String id, String version, boolean live) throws Exception {
        String body = """
                {
                  "id": "%s",
                  "object": "event",
                  "api_version": "%s",
                  "created": 1780000000,
                  "livemode": %s,
                  "type": "customer.updated",
                  "data": {"object": {"id": "cus_elsewhere", "object": "customer"}}
                }""".formatted(id, version, live);
        try (FakeStripe signer = FakeStripe.start()) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(cms.landing() + "/tenancy/stripe/webhook"))
                    .header("Content-Type", "application/json; charset=utf-8")
                    .header(
                            "Stripe-Signature",
                            signer.sign(body, SECRET, InstantSource.system().instant()))
                    .POST(HttpRequest.BodyPublishers.ofString(body))
                    .build();
            assertThat(HttpClient.newHttpClient()
                            .send(request, HttpResponse.BodyHandlers.ofString())
                            .statusCode())
                    .isEqualTo(200);
        }
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

    private void operator() {
        browser.open(cms.landing() + "/platform");
        browser.type("#username", "operator");
        browser.type("#password", "run-the-platform");
        browser.follow("main form button[type='submit']");
        assertThat(browser.text("h1")).isEqualTo("Clinics and bills");
    }

    private void logIn(String clinic, String email) {
        browser.open(cms.site(clinic) + "/login");
        logIn(email);
    }

    private void logIn(String email) {
        browser.type("#username", email);
        browser.type("#password", "open-the-clinic");
        browser.follow("main form button[type='submit']");
    }

    private void fitsAPhone(String address) {
        browser.open(address);
        assertThat(browser.pageWidth())
                .as("width of %s; what sticks out: %s", address, browser.sticksOut())
                .isLessThanOrEqualTo(Browser.PHONE_WIDTH);
    }

    private void picture(String name) {
        browser.picture(filesOf(name));
    }

    private static List<Path> filesOf(String name) {
        Path file = Path.of(name + ".png");
        List<Path> files = new ArrayList<>(List.of(PICTURES.resolve(file)));
        if (UPDATE_DOCUMENTATION && DOCUMENTED.contains(name)) {
            files.add(DOCUMENTATION.resolve(file));
        }
        return files;
    }
}
