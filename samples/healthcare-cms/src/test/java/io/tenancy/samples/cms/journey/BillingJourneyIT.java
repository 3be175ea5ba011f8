package io.tenancy.samples.cms.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
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
 * How clinics buy, do not pay and pay after all, in a browser. Invoices are due at once, and billing is run once, when the
 * application is ready: Limestone's plan restricts at once, Compasso's suspends. Each test goes on where the one before
 * ended.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class BillingJourneyIT {

    private static final String COMPASSO = "compasso";
    private static final String LIMESTONE = "limestone";
    private static final String MORGENUFER = "morgenufer";
    private static final boolean UPDATE_DOCUMENTATION = Boolean.getBoolean("screenshots.update");
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Path DOCUMENTATION = Path.of("..", "..", "docs", "images");
    private static final Set<String> DOCUMENTED = Set.of("plans", "invoice", "revenue");
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
                Path.of("target", "billing-journey", log),
                "--tenancy.billing.interval=1h",
                "--tenancy.billing.term=0s",
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
    void aClinicWhosePlanSuspendsIsClosedAndItsOwnerIsToldWhereToTurn() {
        browser.openUntilAnsweredWith(402, cms.site(COMPASSO));
        assertThat(browser.text("h1")).isEqualTo("This site is closed at the moment");
        assertThat(browser.text("main"))
                .contains("billing@fernblick.example")
                .doesNotContain("IBAN", "2026-", "Compasso");
        picture("billing-suspended");
    }

    @Test
    @Order(2)
    void aClinicWhosePlanRestrictsSeesWhyAndStopsWriting() {
        logIn(LIMESTONE, "maya@limestone.example");
        browser.openUntilItShows("[data-owed][data-access='RESTRICTED']", cms.site(LIMESTONE) + "/editor");
        assertThat(browser.shows("a[href='/editor/articles/new']")).isFalse();
        picture("billing-restricted");
        browser.follow("[data-owed] a");
        assertThat(browser.text("[data-standing]")).contains("Without a payment the site closes on");
        browser.desktopAsHighAsThePage();
        picture("billing-restricted-page");
        browser.desktop();
        browser.forgetAllCookies();
        browser.open(cms.site(LIMESTONE));
        assertThat(browser.status()).as("readers see the site").isEqualTo(200);
    }

    @Test
    @Order(3)
    void theOperatorMarksInvoicesAsPaidAndTheClinicsWorkAgain() {
        operator();
        browser.desktopAsHighAsThePage();
        picture("platform");
        browser.phone();
        fitsAPhone(cms.landing() + "/platform");
        browser.desktop();
        browser.open(cms.landing() + "/platform");
        assertThat(browser.text("[data-clinic='limestone']")).contains("Restricted", "$99.00");
        assertThat(browser.text("[data-clinic='compasso']")).contains("Suspended", "$299.00");
        assertThat(browser.texts(".open__item .open__due")).containsExactly("$99.00", "$299.00");
        for (int invoice = 0; invoice < 2; invoice++) {
            browser.type(".open__item:first-child input[name='reference']", "transfer " + invoice);
            browser.follow(".open__item:first-child .open__form button");
            assertThat(browser.text("[role='status']")).contains("The invoice is paid.");
        }
        assertThat(browser.text("[data-clinic='limestone']")).contains("Active");
        assertThat(browser.text("[data-clinic='compasso']")).contains("Active");

        browser.openUntilAnsweredWith(200, cms.site(COMPASSO));
        logIn(LIMESTONE, "maya@limestone.example");
        assertThat(browser.shows("[data-owed]")).isFalse();
        browser.follow("a[href='/editor/articles/new']");
        assertThat(browser.shows("button[form='article-form']:not([disabled])")).isTrue();
    }

    @Test
    @Order(4)
    void aClinicUpgradesToWhatItSawAndReadsItsInvoice() {
        logIn(LIMESTONE, "maya@limestone.example");
        browser.open(cms.site(LIMESTONE) + "/desk/billing");
        browser.desktopAsHighAsThePage();
        picture("plans");
        browser.follow("[data-plan='enterprise'] .offer__action a");
        String total = browser.text("[data-total]");
        assertThat(total).startsWith("$");
        browser.desktop();
        browser.desktopAsHighAsThePage();
        picture("billing-preview");
        browser.follow("main form .button--solid");
        assertThat(browser.text("[role='status']")).isEqualTo("Your plan is changed.");
        assertThat(browser.text(".standing__name")).contains("Enterprise");
        assertThat(browser.text(".bill:first-child .bill__amount")).contains(total);

        String number = browser.text(".bill:first-child .bill__main a");
        String file = URI.create(browser.attribute(".bill:first-child .bill__file", "href"))
                .getPath();
        assertThat(browser.downloaded(file)).isEqualTo("application/pdf %PDF-");
        browser.follow(".bill:first-child .bill__main a");
        assertThat(browser.text("body")).contains(number, total, "Limestone Dermatology", "IBAN");
        browser.desktop();
        browser.desktopAsHighAsThePage();
        browser.pictureAsItIs(filesOf("invoice"));
        browser.phone();
        fitsAPhone(browser.address());
    }

    @Test
    @Order(5)
    void whatWasNotPaidInTimeStopsTheClinicAgainAndIsMadeUpFor() {
        operator();
        browser.follow(".work__head button");
        browser.openUntilAnsweredWith(402, cms.site(LIMESTONE));
        browser.open(cms.landing() + "/platform");
        browser.type(".open__item:first-child input[name='reference']", "upgrade");
        browser.follow(".open__item:first-child .open__form button");
        browser.openUntilAnsweredWith(200, cms.site(LIMESTONE));
    }

    @Test
    @Order(6)
    void theDashboardShowsWhatCameOfIt() {
        operator();
        browser.open(cms.landing() + "/platform/revenue");
        assertThat(browser.texts(".card-figure dd")).contains("$598.00", "$7,176.00", "$299.00", "2");
        assertThat(browser.shows("[data-graph='waterfall'][style]"))
                .as("a chart is drawn")
                .isTrue();
        browser.desktopAsHighAsThePage();
        picture("revenue");
        browser.phone();
        fitsAPhone(cms.landing() + "/platform/revenue");
        picture("revenue-phone");
        fitsAPhone(cms.landing() + "/platform");
        picture("platform-phone");
    }

    @Test
    @Order(7)
    void everyClinicSeesItsBillsInItsLanguageOnADesktopAndOnAPhone() {
        look(COMPASSO, "helena@compasso.example", "practice");
        look(LIMESTONE, "maya@limestone.example", "starter");
        look(MORGENUFER, "jonas@morgenufer.example", "practice");
    }

    private void look(String clinic, String email, String other) {
        browser.desktop();
        logIn(clinic, email);
        browser.open(cms.site(clinic) + "/desk/billing?interval=year");
        browser.desktopAsHighAsThePage();
        picture("billing-" + clinic);
        browser.desktop();
        browser.open(cms.site(clinic) + "/desk/billing/preview?interval=month&plan=" + other);
        picture("billing-preview-" + clinic);
        browser.phone();
        fitsAPhone(cms.site(clinic) + "/desk/billing/preview?interval=month&plan=" + other);
        fitsAPhone(cms.site(clinic) + "/desk/billing");
        picture("billing-phone-" + clinic);
    }

    @Test
    @Order(8)
    void subscriptionsAreThereAfterKillNineAndARestartAndNothingIsChargedTwice() throws Exception {
        logIn(LIMESTONE, "maya@limestone.example");
        browser.open(cms.site(LIMESTONE) + "/desk/billing");
        List<String> before = browser.texts(".bill");
        int port = URI.create(cms.landing()).getPort();
        cms.kill();
        start(port, "restart.log");

        browser.forgetAllCookies();
        logIn(LIMESTONE, "maya@limestone.example");
        browser.open(cms.site(LIMESTONE) + "/desk/billing");
        assertThat(browser.texts(".bill")).isEqualTo(before);
        assertThat(browser.text(".standing__name")).contains("Enterprise", "Active");
    }

    private void operator() {
        browser.open(cms.landing() + "/platform");
        assertThat(browser.address()).isEqualTo(cms.landing() + "/platform/login");
        browser.type("#username", "operator");
        browser.type("#password", "run-the-platform");
        browser.follow("main form button[type='submit']");
        assertThat(browser.text("h1")).isEqualTo("Clinics and bills");
    }

    private void logIn(String clinic, String email) {
        browser.open(cms.site(clinic) + "/login");
        browser.type("#username", email);
        browser.type("#password", "open-the-clinic");
        browser.follow("main form button[type='submit']");
        assertThat(browser.address()).isEqualTo(cms.site(clinic) + "/editor");
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
