package io.tenancy.samples.cms.journey;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.samples.cms.journey.DatabaseContents.Place;
import io.tenancy.samples.cms.journey.DatabaseContents.Placement;
import io.tenancy.samples.cms.journey.DatabaseContents.Search;
import java.net.URI;
import java.nio.file.Path;
import java.text.NumberFormat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openqa.selenium.Cookie;

/**
 * The three clinics as their visitors and their staff see them, and the database server as its superuser sees it. One
 * application and one browser serve all tests; each test writes what it needs. With
 * {@code -Dscreenshots.update=true} the pictures of the documentation are taken anew.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClinicJourneyIT {

    private static final String PASSWORD = "open-the-clinic";
    private static final boolean UPDATE_DOCUMENTATION = Boolean.getBoolean("screenshots.update");
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Path DOCUMENTATION = Path.of("..", "..", "docs", "images");

    @TempDir
    private static Path temporary;

    private final Map<Clinic, Written> written = new HashMap<>();
    private boolean opened;
    private RunningCms cms;
    private Browser browser;
    private DatabaseContents database;

    private enum Clinic {
        COMPASSO("DATABASE", "helena@compasso.example", "sao-paulo", "medir-a-pressao-em-casa"),
        LIMESTONE("SCHEMA", "maya@limestone.example", "austin", "reading-a-sunscreen-label"),
        MORGENUFER("SHARED", "jonas@morgenufer.example", "berlin", "das-erste-gespraech");

        private final String slug = name().toLowerCase(Locale.ROOT);
        private final String isolation;
        private final String editor;
        private final String city;
        private final String article;

        Clinic(String isolation, String editor, String city, String article) {
            this.isolation = isolation;
            this.editor = editor;
            this.city = city;
            this.article = article;
        }
    }

    /** An article that a test wrote: a text that occurs nowhere else, and the path under which visitors read it. */
    private record Written(String marker, String path) {}

    @BeforeEach
    void openTheClinics() throws Exception {
        Chromium chromium = Chromium.ofThisMachine();
        if (!opened) {
            opened = true;
            // The documentation shows the port that a user sees.
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
        cms = RunningCms.start(dataDirectory(), port, Path.of("target", "clinic-journey", log));
        database = DatabaseContents.under(dataDirectory());
    }

    private static Path dataDirectory() {
        return temporary.resolve("data");
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
    void theLogSaysWhatToOpenAndWhereTheDataLies() {
        assertThat(cms.log()).contains("Open " + cms.landing(), dataDirectory().toString(), "--data-dir");
    }

    @Test
    @Order(2)
    void theLandingPageListsTheClinicsAndSaysWhereTheDataOfEachLives() throws Exception {
        browser.open(cms.landing());
        assertThat(browser.texts(".clinic h2"))
                .containsExactlyInAnyOrder("Clínica Compasso", "Limestone Dermatology", "Praxiskollektiv Morgenufer");
        for (Clinic clinic : Clinic.values()) {
            Placement placement = database.placement(clinic.slug);
            assertThat(placement.isolation()).isEqualTo(clinic.isolation);
            assertThat(browser.texts(".clinic-" + clinic.slug + " code"))
                    .containsExactly(clinic.isolation, placement.database(), placement.schema());
            assertThat(browser.attribute(".clinic-" + clinic.slug + " h2 a", "href"))
                    .startsWith(cms.site(clinic.slug));
        }
        browser.desktopAsHighAsThePage();
        picture("landing");
    }

    @ParameterizedTest
    @EnumSource
    @Order(3)
    void eachClinicsSiteOpensFromTheLandingPageInItsOwnDress(Clinic clinic) {
        browser.open(cms.landing());
        browser.follow(".clinic-" + clinic.slug + " h2 a");
        assertThat(browser.address()).startsWith(cms.site(clinic.slug));
        assertThat(browser.status()).isEqualTo(200);
        assertThat(browser.shows("main .card, main article")).isTrue();
        picture("clinic-" + clinic.city);
    }

    @ParameterizedTest
    @EnumSource
    @Order(4)
    void anArticleEditedAndPublishedAtAClinicLiesOnlyAtItsPlacement(Clinic clinic) throws Exception {
        Written article = written(clinic);
        browser.forgetAllCookies();
        browser.open(cms.site(clinic.slug) + article.path);
        assertThat(browser.text(".prose")).contains(article.marker);

        Placement placement = database.placement(clinic.slug);
        Search search = database.search(article.marker);
        assertThat(search.tables()).as("tables read").isGreaterThan(3 * 4);
        assertThat(search.places()).extracting(Place::table).contains("article");
        assertThat(search.places()).allSatisfy(place -> {
            assertThat(place.database()).isEqualTo(placement.database());
            assertThat(place.schema()).isEqualTo(placement.schema());
            assertThat(place.tenantId()).isEqualTo(clinic.isolation.equals("SHARED") ? placement.tenantId() : null);
        });
    }

    @Test
    @Order(5)
    void noTwoClinicsHaveTheSamePlacement() throws Exception {
        List<Placement> placements = new ArrayList<>();
        for (Clinic clinic : Clinic.values()) {
            placements.add(database.placement(clinic.slug));
        }
        assertThat(placements)
                .extracting(placement -> placement.database() + "." + placement.schema())
                .doesNotHaveDuplicates();
        assertThat(placements.get(Clinic.COMPASSO.ordinal()).database())
                .isNotIn(
                        placements.get(Clinic.LIMESTONE.ordinal()).database(),
                        placements.get(Clinic.MORGENUFER.ordinal()).database());
    }

    @Test
    @Order(6)
    void whatWasWrittenIsThereAfterKillNineAndARestart() throws Exception {
        for (Clinic clinic : Clinic.values()) {
            written(clinic);
        }
        int port = URI.create(cms.landing()).getPort();
        cms.kill();
        start(port, "restart.log");

        assertThat(cms.log()).contains("Embedded PostgreSQL found running");
        for (Clinic clinic : Clinic.values()) {
            browser.open(cms.site(clinic.slug) + written(clinic).path);
            assertThat(browser.text(".prose")).contains(written(clinic).marker);
        }
    }

    @Test
    @Order(7)
    void aSessionOfOneClinicDoesNotLogInAtAnother() {
        logIn(Clinic.COMPASSO);
        Cookie session = browser.cookie("JSESSIONID");

        browser.open(cms.site(Clinic.LIMESTONE.slug));
        browser.put(session.getName(), session.getValue());
        browser.open(cms.site(Clinic.LIMESTONE.slug) + "/editor");
        assertThat(browser.status()).isEqualTo(403);
        assertThat(browser.shows(".desk-bar")).isFalse();
        assertThat(browser.text("body")).doesNotContain("Helena");

        browser.open(cms.site(Clinic.COMPASSO.slug) + "/editor");
        assertThat(browser.text(".desk-bar__name")).contains("Helena");
    }

    @Test
    @Order(8)
    void anUnknownClinicGetsANeutralPage() {
        browser.open(cms.site("nobody"));
        assertThat(browser.status()).isEqualTo(404);
        assertThat(browser.text("h1")).isEqualTo("There is no clinic at this address");
        assertThat(browser.text("body")).doesNotContain("Compasso", "Limestone", "Morgenufer", "Exception");
        picture("unknown-clinic");
    }

    @Test
    @Order(9)
    void aSuspendedClinicIsClosedUntilItIsActiveAgain() throws Exception {
        String address = cms.site(Clinic.LIMESTONE.slug);
        database.setStatus(Clinic.LIMESTONE.slug, "SUSPENDED");
        try {
            browser.openUntilAnsweredWith(402, address);
            assertThat(browser.text("h1")).isEqualTo("This site is closed at the moment");
            picture("suspended-clinic");
            browser.open(cms.site(Clinic.MORGENUFER.slug));
            assertThat(browser.status()).isEqualTo(200);
        } finally {
            database.setStatus(Clinic.LIMESTONE.slug, "ACTIVE");
        }
        browser.openUntilAnsweredWith(200, address);
    }

    @Test
    @Order(10)
    void aPhoneShowsEveryPageWithoutScrollingSideways() {
        browser.phone();
        fitsAPhone(cms.landing());
        for (Clinic clinic : Clinic.values()) {
            String site = cms.site(clinic.slug);
            for (String path : List.of("/", "/articles", "/articles/" + clinic.article, "/search?q=a", "/login")) {
                fitsAPhone(site + path);
            }
            logIn(clinic);
            fitsAPhone(site + "/editor");
            fitsAPhone(site + "/editor/articles/new");
        }
        browser.open(cms.site(Clinic.LIMESTONE.slug));
        picture("phone");
    }

    @Test
    @Order(11)
    void staffWriteBesideAPreview() {
        logIn(Clinic.LIMESTONE);
        browser.open(cms.site(Clinic.LIMESTONE.slug) + "/editor");
        picture("desk");
        browser.follow(".row-item h2 a");
        String before = browser.text("#preview");
        browser.typeAtTheEnd("#field-body", "\n\n*Seen at once*");
        browser.awaitText("#preview", "Seen at once");
        assertThat(before).doesNotContain("Seen at once");
        browser.scrollToTheTop();
        picture("editor");
        browser.follow("button[form='article-form']");
    }

    @Test
    @Order(12)
    void anArticleReadsWell() {
        browser.open(cms.site(Clinic.COMPASSO.slug) + "/articles/" + Clinic.COMPASSO.article);
        assertThat(browser.text("h1")).isNotBlank();
        assertThat(browser.text(".prose").length()).isGreaterThan(1000);
        picture("article");
    }

    @Test
    @Order(13)
    void theUsagePageMovesWhileProgramsCallTheApi() throws Exception {
        logIn(Clinic.LIMESTONE);
        browser.open(cms.site(Clinic.LIMESTONE.slug) + "/desk/usage");
        browser.awaitText("[data-live-state]", "Live");
        String used = "[data-gauge='API_CALLS'] [data-used]";
        long before = number(browser.text(used));
        long charted = number(browser.text("[data-total='days']"));
        browser.mark();
        for (int call = 0; call < 5; call++) {
            assertThat(browser.statusOf("/api/articles")).isEqualTo(200);
        }
        browser.awaitText(used, NumberFormat.getIntegerInstance(Locale.ENGLISH).format(before + 5));
        browser.awaitText("[data-total='days']", String.valueOf(charted + 5));
        assertThat(browser.isMarked()).as("the page was not loaded again").isTrue();
        browser.desktopAsHighAsThePage();
        picture("usage");
        browser.phone();
        fitsAPhone(cms.site(Clinic.LIMESTONE.slug) + "/desk/usage");
        fitsAPhone(cms.site(Clinic.LIMESTONE.slug) + "/desk/staff");
    }

    private static long number(String text) {
        return Long.parseLong(text.replaceAll("\\D", ""));
    }

    private void fitsAPhone(String address) {
        browser.open(address);
        assertThat(browser.pageWidth())
                .as("width of %s; what sticks out: %s", address, browser.sticksOut())
                .isLessThanOrEqualTo(Browser.PHONE_WIDTH);
    }

    private void logIn(Clinic clinic) {
        browser.open(cms.site(clinic.slug) + "/login");
        browser.type("#username", clinic.editor);
        browser.type("#password", PASSWORD);
        browser.follow("main form button[type='submit']");
        assertThat(browser.address()).isEqualTo(cms.site(clinic.slug) + "/editor");
    }

    /** The article that was written at a clinic: its draft, with one more paragraph, published. */
    private Written written(Clinic clinic) {
        Written known = written.get(clinic);
        if (known != null) {
            return known;
        }
        String marker = clinic.slug + "-" + UUID.randomUUID();
        logIn(clinic);
        browser.open(cms.site(clinic.slug) + "/editor?status=draft");
        browser.follow(".row-item h2 a");
        browser.typeAtTheEnd("#field-body", "\n\n" + marker);
        browser.awaitText("#preview", marker);
        browser.follow("button[form='article-form']");
        assertThat(browser.shows(".note--good"))
                .as("%s stored its draft", clinic)
                .isTrue();
        browser.follow("[data-needs-saved] button");
        assertThat(browser.shows(".pill--live"))
                .as("%s published its draft", clinic)
                .isTrue();
        String path =
                URI.create(browser.attribute(".action-bar__buttons a", "href")).getPath();
        Written article = new Written(marker, path);
        written.put(clinic, article);
        return article;
    }

    private void picture(String name) {
        Path file = Path.of(name + ".png");
        List<Path> files = new ArrayList<>(List.of(PICTURES.resolve(file)));
        boolean documented = !name.contains("unknown") && !name.contains("suspended") && !name.equals("desk");
        if (UPDATE_DOCUMENTATION && documented) {
            files.add(DOCUMENTATION.resolve(file));
        }
        browser.picture(files);
    }
}
