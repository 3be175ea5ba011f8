package io.tenancy.samples.cms;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.samples.cms.seed.ClinicSeeder;
import io.tenancy.samples.cms.seed.ClinicSeeds;
import java.net.http.HttpResponse;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;

/** The application as its visitors and its staff meet it: over HTTP, on a real PostgreSQL, without scripts. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "tenancy.enabled=false")
@Import(PlainDatabase.class)
class ClinicSiteTest {

    private static int articles;

    @LocalServerPort
    private int port;

    @Autowired
    private ClinicSeeder seeder;

    @Autowired
    private ClinicSeeds seeds;

    private Visitor visitor;
    private Visitor editor;

    @BeforeEach
    void openTheClinic() {
        visitor = new Visitor(clinic());
        editor = Visitor.signedIn(clinic(), "maya@limestone.example");
    }

    private String clinic() {
        return "http://127.0.0.1:" + port;
    }

    @Test
    void theFrontPageShowsTheBrandInTheSitesLanguageWhateverTheBrowserPrefers() {
        assertThat(visitor.get("/", "Accept-Language", "de-DE").body())
                .contains("lang=\"en\"", "Limestone Dermatology", "Careful eyes for the skin you live in.")
                .contains("Opening hours", "Skip to content");
    }

    @Test
    void pagesMayLoadNothingFromElsewhereAndRunNothingInline() {
        HttpResponse<String> page = visitor.get("/");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self'", "style-src 'self'")
                .doesNotContain("unsafe-inline", "unsafe-eval");
        assertThat(page.body()).doesNotContain(" style=", "onclick=", "<style");
    }

    @Test
    void aReaderGetsNoSession() {
        assertThat(visitor.get("/articles/reading-a-sunscreen-label").headers().map())
                .doesNotContainKey("set-cookie");
    }

    @Test
    void staticFilesCarryTheirVersionAndStayInTheCache() {
        assertThat(visitor.get("/").body())
                .containsPattern("/css/cms-[0-9a-f]{32}\\.css")
                .contains("/webjars/bootstrap/5");
        assertThat(visitor.get("/css/cms.css")
                        .headers()
                        .firstValue("Cache-Control")
                        .orElseThrow())
                .contains("max-age=31536000", "public");
    }

    @Test
    void theBrandsStylesheetIsNotSentTwice() {
        HttpResponse<String> first = visitor.get("/brand.css");
        assertThat(first.body()).contains("--brand: #175c52", "--on-brand: #ffffff");
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(visitor.get("/brand.css", "If-None-Match", tag).statusCode()).isEqualTo(304);
    }

    @Test
    void searchIgnoresCaseAndMarksWhatItFound() {
        assertThat(visitor.get("/search?q=SUNSCREEN%20label").body())
                .contains("How to read a ")
                .contains("<mark>sunscreen</mark>")
                .doesNotContain("Twelve weeks");
    }

    @Test
    void anArticleFoundByItsTextShowsThePassage() {
        assertThat(visitor.get("/search?q=dermatoscope").body()).contains("<mark>dermatoscope</mark>");
    }

    @Test
    void liveSearchSendsTheResultsAlone() {
        assertThat(visitor.get("/search?q=eczema", "HX-Request", "true").body())
                .contains("id=\"results\"")
                .doesNotContain("<html", "<header");
    }

    @Test
    void wildcardsInASearchMatchThemselves() {
        assertThat(visitor.get("/search?q=%25%25%25").body()).contains("Nothing was found");
    }

    @Test
    void whatAVisitorTypedIsShownAsText() {
        assertThat(visitor.get("/search?q=%3Cscript%3Ealert(1)%3C%2Fscript%3E").body())
                .contains("&lt;script&gt;")
                .doesNotContain("<script>alert");
    }

    @Test
    void draftsDoNotExistForVisitors() {
        assertThat(visitor.get("/articles/teledermatology-photos-that-help").statusCode())
                .isEqualTo(404);
        assertThat(visitor.get("/search?q=teledermatology").body()).contains("Nothing was found");
        assertThat(visitor.get("/").body()).doesNotContain("Photos that help us");
    }

    @Test
    void aMissingArticleIsSaidInTheClinicsDress() {
        HttpResponse<String> page = visitor.get("/articles/no-such-article");
        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.body())
                .contains("This page is not here", "Limestone Dermatology", "site-footer")
                .doesNotContain("Exception", "no-such-article");
    }

    @Test
    void aProgramGetsAProblemInsteadOfAPage() {
        HttpResponse<String> answer = visitor.get("/articles/no-such-article", "Accept", "application/json");
        assertThat(answer.statusCode()).isEqualTo(404);
    }

    @Test
    void malformedParametersAreRefusedWithoutDetails() {
        HttpResponse<String> page = visitor.get("/articles?page=%27%3B--");
        assertThat(page.statusCode()).isEqualTo(400);
        assertThat(page.body()).doesNotContain("Exception", "java.lang");
    }

    @Test
    void theEditorAsksForALogIn() {
        HttpResponse<String> page = visitor.get("/editor");
        assertThat(page.uri().getPath()).isEqualTo("/login");
        assertThat(page.body()).contains("Staff log-in", "maya@limestone.example");
    }

    @Test
    void aWrongPasswordSaysNothingAboutTheAccount() {
        String door = visitor.get("/login").body();
        HttpResponse<String> page = visitor.post(
                "/login",
                Map.of("_csrf", Visitor.csrf(door), "username", "maya@limestone.example", "password", "guess"));
        assertThat(page.body()).contains("do not belong together");
    }

    @Test
    void aDraftIsWrittenPublishedReadAndTakenBack() {
        String address = write(editor, "Winter hands");
        String slug = slug(address);
        assertThat(visitor.get("/articles/" + slug).statusCode()).isEqualTo(404);

        assertThat(press(editor, address, "publish").body()).contains("Everybody can read it now");
        assertThat(visitor.get("/articles/" + slug).body()).contains("<h2>Why</h2>", "Dr. Maya Okafor");
        assertThat(visitor.get("/search?q=" + slug.replace('-', '+')).body()).contains("/articles/" + slug);

        assertThat(press(editor, address, "unpublish").body()).contains("Only the staff can see it now");
        assertThat(visitor.get("/articles/" + slug).statusCode()).isEqualTo(404);
    }

    @Test
    void storedTextIsSanitisedWhenItIsShown() {
        String address = write(editor, "Hostile", "Hello\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))");
        press(editor, address, "publish");
        assertThat(visitor.get("/articles/" + slug(address)).body())
                .contains("Hello")
                .doesNotContain("alert(1)</script>", "javascript:");
    }

    @Test
    void previewIsTheSanitisedFragmentForHtmxAndTheWholeFormWithoutScripts() {
        Map<String, String> fields = fields(editor.get("/editor/articles/new").body(), "Seen before", "*soon*<script>");
        assertThat(editor.post("/editor/preview", fields, "HX-Request", "true").body())
                .contains("<em>soon</em>")
                .doesNotContain("<script", "<html");
        assertThat(editor.post("/editor/preview", fields).body()).contains("<html", "Seen before", "<em>soon</em>");
    }

    @Test
    void twoPeopleAtOneArticleLoseNothing() {
        String address = write(editor, "Two hands");
        Visitor other = Visitor.signedIn(clinic(), "daniel@limestone.example");
        String mine = editor.get(address).body();
        String theirs = other.get(address).body();

        other.post(address, fields(theirs, "Their title " + slug(address), "Their text"));
        HttpResponse<String> refused = editor.post(address, fields(mine, "My title " + slug(address), "My text"));

        assertThat(refused.statusCode()).isEqualTo(409);
        assertThat(refused.body())
                .contains("Your text is safe", "Dr. Daniel Reyes")
                .contains("My title", "My text", "Their title", "Their text");
        assertThat(editor.get(address).body()).contains("Their text").doesNotContain("My text");

        editor.post(address, fields(refused.body(), "My title " + slug(address), "My text"));
        assertThat(editor.get(address).body()).contains("My text").doesNotContain("Their text");
    }

    @Test
    void aTextThatChangedMeanwhileIsNotPublishedUnread() {
        String address = write(editor, "Unread");
        String seen = editor.get(address).body();
        editor.post(address, fields(seen, "Unread " + slug(address), "Changed"));
        HttpResponse<String> page = editor.post(
                address + "/publish", Map.of("_csrf", Visitor.csrf(seen), "version", Visitor.version(seen)));
        assertThat(page.body()).contains("please read the text below first");
        assertThat(visitor.get("/articles/" + slug(address)).statusCode()).isEqualTo(404);
    }

    @Test
    void missingFieldsAreNamedKindlyAndTheRestIsKept() {
        Map<String, String> fields =
                new LinkedHashMap<>(fields(editor.get("/editor/articles/new").body(), "", "A text worth keeping"));
        fields.put("summary", "");
        HttpResponse<String> page = editor.post("/editor/articles/new", fields);
        assertThat(page.statusCode()).isEqualTo(422);
        assertThat(page.body())
                .contains(
                        "Nothing is lost",
                        "Give the article a title.",
                        "A text worth keeping",
                        "aria-invalid=\"true\"");
    }

    @Test
    void anAddressBelongsToOneArticle() {
        Map<String, String> fields =
                new LinkedHashMap<>(fields(editor.get("/editor/articles/new").body(), "Again", "Text"));
        fields.put("slug", "reading-a-sunscreen-label");
        HttpResponse<String> page = editor.post("/editor/articles/new", fields);
        assertThat(page.statusCode()).isEqualTo(422);
        assertThat(page.body()).contains("already has this address");
    }

    @Test
    void doctorsWriteDraftsAndEditorsPublishThem() {
        Visitor doctor = Visitor.signedIn(clinic(), "daniel@limestone.example");
        String address = write(doctor, "By a doctor");
        String page = doctor.get(address).body();
        assertThat(page).doesNotContain("/publish");

        HttpResponse<String> refused = doctor.post(
                address + "/publish", Map.of("_csrf", Visitor.csrf(page), "version", Visitor.version(page)));
        assertThat(refused.statusCode()).isEqualTo(403);
        assertThat(refused.body()).contains("stays closed for you");

        press(editor, address, "publish");
        String published = doctor.get(address).body();
        assertThat(published).contains("This article is published", "disabled");
        assertThat(doctor.post(address, fields(published, "Changed", "Changed")).statusCode())
                .isEqualTo(403);
    }

    @Test
    void aFormWithoutItsTokenIsRefused() {
        String address = write(editor, "Forged");
        assertThat(editor.post(address + "/publish", Map.of("version", "0")).statusCode())
                .isEqualTo(403);
    }

    @Test
    void withoutPlansUsageIsShownAndNothingIsLimited() {
        assertThat(editor.get("/desk/usage").body())
                .contains("there are no limits", "data-gauge=\"ARTICLES\"")
                .doesNotContain("id=\"plans\"");
        assertThat(visitor.get("/api/articles").body()).contains("\"slug\":\"reading-a-sunscreen-label\"");
        assertThat(visitor.get("/desk/usage").uri().getPath()).isEqualTo("/login");
    }

    @Test
    void aColleagueIsAddedAndLogsIn() {
        String page = editor.get("/desk/staff").body();
        Map<String, String> colleague = new LinkedHashMap<>(Map.of(
                "_csrf",
                Visitor.csrf(page),
                "displayName",
                "Dr. New Here",
                "profession",
                "Dermatologist",
                "email",
                "New.Here@limestone.example",
                "role",
                "DOCTOR",
                "password",
                "open-the-clinic"));
        assertThat(editor.post("/desk/staff", colleague).body()).contains("can log in now", "Dr. New Here");
        assertThat(editor.post("/desk/staff", colleague).body()).contains("has this address already");
        assertThat(Visitor.signedIn(clinic(), "new.here@limestone.example")
                        .get("/editor")
                        .body())
                .contains("Dr. New Here");
    }

    @Test
    void fillingAClinicAgainChangesNothing() {
        assertThat(seeder.seed(seeds.all().get(0))).isFalse();
        assertThat(visitor.get("/").body()).contains("Limestone Dermatology").doesNotContain("Compasso");
    }

    @Test
    void theLandingHostListsTheClinicsAndWhereTheirDataLives() {
        Visitor landing = new Visitor("http://localhost:" + port);
        assertThat(landing.get("/").body())
                .contains("Clínica Compasso", "Limestone Dermatology", "Praxiskollektiv Morgenufer")
                .contains("DATABASE", "SCHEMA", "SHARED", "cms_compasso", "t_limestone");
        assertThat(landing.get("/clinics.css").body()).contains(".clinic-compasso { --brand: #8c1d3f;");
    }

    @Test
    void theLandingHostIsNoClinic() {
        Visitor landing = new Visitor("http://localhost:" + port);
        HttpResponse<String> page = landing.get("/articles");
        assertThat(page.statusCode()).isEqualTo(404);
        assertThat(page.body()).contains("There is no clinic at this address").doesNotContain("Limestone");
    }

    private static String write(Visitor author, String title) {
        return write(author, title, "## Why\n\nCold air is dry.");
    }

    private static String write(Visitor author, String title, String body) {
        String blank = author.get("/editor/articles/new").body();
        HttpResponse<String> stored =
                author.post("/editor/articles/new", fields(blank, title + " " + ++articles, body));
        assertThat(stored.body()).contains("The draft is stored");
        return stored.uri().getPath();
    }

    private String slug(String address) {
        return editor.get(address).body().replaceAll("(?s).*name=\"slug\"[^>]*? value=\"([^\"]+)\".*", "$1");
    }

    private static HttpResponse<String> press(Visitor who, String address, String action) {
        String page = who.get(address).body();
        assertThat(page).contains("action=\"" + address + "/" + action + "\"");
        return who.post(address + "/" + action, Map.of("_csrf", Visitor.csrf(page), "version", Visitor.version(page)));
    }

    private static Map<String, String> fields(String page, String title, String body) {
        return Map.of(
                "_csrf",
                Visitor.csrf(page),
                "version",
                Visitor.version(page),
                "title",
                title,
                "slug",
                "",
                "summary",
                "A summary.",
                "body",
                body,
                "categoryId",
                Visitor.category(page));
    }
}
