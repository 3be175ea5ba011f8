package io.tenancy.samples.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.not;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.authenticated;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.content;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.header;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.jsonPath;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.request;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.tenancy.IsolationLevel;
import io.tenancy.Tenant;
import io.tenancy.TenantSlug;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.EntitlementGrants.OverrideMode;
import io.tenancy.entitlement.EntitlementValue;
import io.tenancy.entitlement.Validity;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.provisioning.NewTenant;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.quota.Quotas;
import io.tenancy.samples.cms.account.AppUserRepository;
import io.tenancy.samples.cms.article.ArticleRepository;
import io.tenancy.usage.buffer.BufferedUsageMeter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
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
 * What the plans of the three clinics allow, over HTTP: Morgenufer is on Starter, Limestone on Practice, Compasso on
 * Enterprise. Each test takes what only it takes.
 */
@SpringBootTest
@AutoConfigureMockMvc
@DirtiesContext
class ClinicPlansTest {

    private static final String MORGENUFER = "morgenufer";
    private static final String LIMESTONE = "limestone";
    private static final String COMPASSO = "compasso";
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Pattern CATEGORY = Pattern.compile("<option value=\"([0-9a-f-]{36})\"");
    private static final Pattern DATABASE_LINE =
            Pattern.compile("<p>([^<]*(?:Datenbank|database|banco de dados)[^<]*)</p>");
    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"(\\d+)\"");
    private static final Pattern USED = Pattern.compile("\"name\":\"API_CALLS\",\"used\":\"(\\d+)\"");

    @TempDir
    private static Path dataDirectory;

    @Autowired
    private MockMvc http;

    @Autowired
    private TenancyInstallation installation;

    @Autowired
    private EntitlementAdministration plans;

    @Autowired
    private Quotas quotas;

    @Autowired
    private ArticleRepository articles;

    @Autowired
    private AppUserRepository users;

    @Autowired
    private BufferedUsageMeter calls;

    @DynamicPropertySource
    static void ownDataDirectory(DynamicPropertyRegistry properties) {
        properties.add("data-dir", dataDirectory::toString);
    }

    @Test
    void starterHasRoomForFifteenArticlesHoweverManyAreWrittenAtOnce() throws Exception {
        MockHttpSession session = logIn(MORGENUFER, "jonas@morgenufer.example");
        String category = category(MORGENUFER, session);
        ExecutorService writers = Executors.newFixedThreadPool(4);
        try {
            List<Future<MockHttpServletResponse>> answers = new ArrayList<>();
            for (int number = 0; number < 8; number++) {
                String title = "Gleichzeitig " + number;
                answers.add(writers.submit(() -> write(MORGENUFER, session, category, title, "Text")));
            }
            int stored = 0;
            for (Future<MockHttpServletResponse> answer : answers) {
                if (answer.get().getStatus() == 302) {
                    stored++;
                } else {
                    assertThat(answer.get().getStatus()).isEqualTo(422);
                    assertThat(answer.get().getContentAsString())
                            .contains("Dafür ist in Ihrem Tarif kein Platz", "Platz für 15 Artikel")
                            .contains("Practice, Enterprise", "Gleichzeitig");
                }
            }
            assertThat(stored).isEqualTo(3);
            assertThat(Tenancy.<Long, RuntimeException>callAs(clinic(MORGENUFER), articles::count))
                    .isEqualTo(15);
        } finally {
            writers.shutdownNow();
        }
    }

    @Test
    void anArticleThatIsNotStoredGivesItsUnitBack() throws Exception {
        MockHttpSession session = logIn(LIMESTONE, "maya@limestone.example");
        String category = category(LIMESTONE, session);
        long before = used(LIMESTONE, "articles");
        override(LIMESTONE, "storage_bytes", 40_000);
        MockHttpServletResponse refused =
                write(LIMESTONE, session, category, "Very long", "word ".repeat(8_000) + "end");
        assertThat(refused.getStatus()).isEqualTo(422);
        assertThat(refused.getContentAsString())
                .contains("Your plan has no room for this", "40 kB of text", "Enterprise", "Very long");
        assertThat(used(LIMESTONE, "articles")).isEqualTo(before);
        override(LIMESTONE, "storage_bytes", 10_000_000);
        assertThat(write(LIMESTONE, session, category, "Very long", "word ".repeat(8_000))
                        .getStatus())
                .isEqualTo(302);
        assertThat(used(LIMESTONE, "articles")).isEqualTo(before + 1);
    }

    @Test
    void anArticleThatWouldGrowBeyondThePlansStorageStaysAsItWasAndOneThatShrinksIsStored() throws Exception {
        MockHttpSession session = logIn(LIMESTONE, "maya@limestone.example");
        String category = category(LIMESTONE, session);
        String text = "word ".repeat(1_000) + "end";
        String article = Objects.requireNonNull(
                write(LIMESTONE, session, category, "Growing", text).getRedirectedUrl());
        long stored = bytes(LIMESTONE);
        override(LIMESTONE, "storage_bytes", stored + 100);

        MockHttpServletResponse refused = revise(LIMESTONE, session, article, category, text + "x".repeat(101));
        assertThat(refused.getStatus()).isEqualTo(422);
        assertThat(refused.getContentAsString()).contains("Your plan has no room for this", "Enterprise");
        assertThat(bytes(LIMESTONE)).isEqualTo(stored);
        assertThat(revise(LIMESTONE, session, article, category, text + "x".repeat(100))
                        .getStatus())
                .isEqualTo(302);

        override(LIMESTONE, "storage_bytes", stored - 1_000);
        assertThat(revise(LIMESTONE, session, article, category, text).getStatus())
                .as("shorter, and still beyond the limit")
                .isEqualTo(302);
        assertThat(bytes(LIMESTONE)).isEqualTo(stored);
        assertThat(revise(LIMESTONE, session, article, category, text + "x").getStatus())
                .isEqualTo(422);
        override(LIMESTONE, "storage_bytes", 10_000_000);
    }

    @Test
    void starterHasRoomForThreePeople() throws Exception {
        MockHttpSession session = logIn(MORGENUFER, "jonas@morgenufer.example");
        addColleague(session, "eins@morgenufer.example").andExpect(status().isFound());
        addColleague(session, "zwei@morgenufer.example")
                .andExpect(status().isUnprocessableContent())
                .andExpect(content().string(containsString("Platz für 3 Personen, und 3 sind da")));
        logIn(MORGENUFER, "eins@morgenufer.example", "a long enough password");
    }

    @Test
    void doctorsSeeTheStaffAndAddNobody() throws Exception {
        MockHttpSession session = logIn(COMPASSO, "rafael@compasso.example");
        http.perform(at(COMPASSO, get("/desk/staff")).session(session))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("helena@compasso.example")))
                .andExpect(content().string(not(containsString("field-password"))));
        http.perform(at(COMPASSO, post("/desk/staff"))
                        .session(session)
                        .with(csrf())
                        .param("displayName", "X")
                        .param("profession", "Y")
                        .param("email", "x@compasso.example")
                        .param("role", "EDITOR")
                        .param("password", "a long enough password"))
                .andExpect(status().isForbidden());
    }

    @Test
    void starterHasNoApiAndIsToldWhichPlansDo() throws Exception {
        http.perform(at(MORGENUFER, get("/api/articles")).accept(MediaType.APPLICATION_JSON))
                .andExpect(status().isForbidden())
                .andExpect(content().contentTypeCompatibleWith(MediaType.APPLICATION_PROBLEM_JSON))
                .andExpect(jsonPath("$.type").value("urn:tenancy:problem:module-not-entitled"))
                .andExpect(jsonPath("$.plans[0]").value("practice"))
                .andExpect(jsonPath("$.plans[1]").value("enterprise"))
                .andExpect(jsonPath("$.upgrade").value("/desk/usage?upgrade=api_access#plans"));
        MockHttpSession session = logIn(MORGENUFER, "jonas@morgenufer.example");
        http.perform(at(MORGENUFER, get("/desk/usage")).session(session))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("Tarife ansehen, die es enthalten")))
                .andExpect(content().string(not(containsString("data-chart"))));
    }

    @Test
    void theApiTellsItsRateLimitAndWhatIsPublished() throws Exception {
        http.perform(at(LIMESTONE, get("/api/articles")).accept(MediaType.APPLICATION_JSON))
                .andExpect(status().isOk())
                .andExpect(header().string("RateLimit-Policy", containsString("\"api\";q=60;w=60")))
                .andExpect(header().exists("RateLimit"))
                .andExpect(jsonPath("$.articles[0].slug").isNotEmpty())
                .andExpect(content().string(not(containsString("teledermatology-photos-that-help"))));
        http.perform(at(LIMESTONE, get("/api/articles/reading-a-sunscreen-label")))
                .andExpect(status().isOk())
                .andExpect(jsonPath("$.html").value(containsString("<p>")));
    }

    @Test
    void callsBeyondThePlansRateAreRefusedAndCountForNothing() throws Exception {
        Tenant hasty = installation.provisioner().provision(NewTenant.of("hasty", "Hasty", IsolationLevel.SHARED));
        plans.assignPlan(hasty.id(), "practice", Validity.from(Instant.now()), new ChangeNote("test", "calls"));
        int answered = 0;
        MockHttpServletResponse answer = call("hasty");
        // Some come back meanwhile: one each second.
        while (answer.getStatus() == 200 && answered < 300) {
            answered++;
            answer = call("hasty");
        }

        assertThat(answer.getStatus()).isEqualTo(429);
        assertThat(answered).isGreaterThanOrEqualTo(60);
        assertThat(Integer.parseInt(Objects.requireNonNull(answer.getHeader(HttpHeaders.RETRY_AFTER))))
                .isBetween(1, 60);
        assertThat(answer.getContentAsString()).contains("\"violated-policies\":[\"api\"]");
        assertThat(used("hasty", "api_calls")).isEqualTo(answered);
        assertThat(call(LIMESTONE).getStatus()).as("another clinic").isEqualTo(200);
    }

    @Test
    void callsCountForTheirOwnClinicOnceEachUntilTheMonthsAllowanceIsUsedUp() throws Exception {
        awaitTrue(() -> drained());
        long before = used(COMPASSO, "api_calls");
        long reported = reported(COMPASSO);
        long others = used(LIMESTONE, "api_calls");
        override(COMPASSO, "api_calls", before + 3);
        http.perform(at(COMPASSO, get("/api/articles/no-such-article"))).andExpect(status().isNotFound());
        for (int call = 0; call < 3; call++) {
            http.perform(at(COMPASSO, get("/api/articles"))).andExpect(status().isOk());
        }
        http.perform(at(COMPASSO, get("/api/articles")))
                .andExpect(status().isTooManyRequests())
                .andExpect(header().exists("Retry-After"))
                .andExpect(jsonPath("$.resource").value("api_calls"))
                .andExpect(jsonPath("$.limit").value(before + 3));

        assertThat(used(COMPASSO, "api_calls")).isEqualTo(before + 3);
        assertThat(used(LIMESTONE, "api_calls")).isEqualTo(others);
        awaitTrue(() -> drained());
        assertThat(reported(COMPASSO)).isEqualTo(reported + 3);
        override(COMPASSO, "api_calls", -1);
    }

    @Test
    void anOpenUsagePageSeesCallsOfItsOwnClinicAndEndsWithTheSession() throws Exception {
        MockHttpSession session = logIn(LIMESTONE, "daniel@limestone.example");
        MockHttpServletResponse stream = http.perform(
                        at(LIMESTONE, get("/desk/usage/live")).session(session))
                .andReturn()
                .getResponse();
        awaitTrue(() -> last(stream) >= 0);
        long before = last(stream);
        http.perform(at(LIMESTONE, get("/api/articles"))).andExpect(status().isOk());
        awaitTrue(() -> last(stream) > before);

        session.invalidate();
        awaitTrue(() -> {
            int length = stream.getContentAsByteArray().length;
            long until = System.nanoTime() + Duration.ofMillis(2500).toNanos();
            while (System.nanoTime() < until) {
                LockSupport.parkNanos(20_000_000);
            }
            return stream.getContentAsByteArray().length == length;
        });
    }

    @Test
    void aClinicHasFewStreamsAtOnceAndOtherClinicsHaveTheirOwn() throws Exception {
        MockHttpSession session = logIn(MORGENUFER, "leyla@morgenufer.example");
        for (int stream = 0; stream < 8; stream++) {
            http.perform(at(MORGENUFER, get("/desk/usage/live")).session(session))
                    .andExpect(request().asyncStarted());
        }
        http.perform(at(MORGENUFER, get("/desk/usage/live")).session(session)).andExpect(status().isTooManyRequests());
        MockHttpSession other = logIn(COMPASSO, "helena@compasso.example");
        http.perform(at(COMPASSO, get("/desk/usage/live")).session(other))
                .andExpect(request().asyncStarted());
        http.perform(at(MORGENUFER, get("/"))).andExpect(status().isOk());
        session.invalidate();
        other.invalidate();
    }

    @Test
    void usageAsksForALogIn() throws Exception {
        for (String path : List.of("/desk/usage", "/desk/usage/live", "/desk/staff")) {
            http.perform(at(LIMESTONE, get(path)).accept(MediaType.TEXT_HTML)).andExpect(status().isFound());
        }
        http.perform(at("", get("/api/articles"))).andExpect(status().isNotFound());
    }

    @Test
    void thePageShowsTheFiguresWithoutScripts() throws Exception {
        MockHttpSession session = logIn(COMPASSO, "helena@compasso.example");
        http.perform(at(COMPASSO, get("/desk/usage")).session(session))
                .andExpect(status().isOk())
                .andExpect(content().string(containsString("Sua clínica está no plano Enterprise.")))
                .andExpect(content().string(containsString("sem limite")))
                .andExpect(content().string(containsString("<strong data-used>12</strong>")))
                .andExpect(content().string(not(containsString("tenancy:"))));
    }

    @Test
    void thePageShowsHowMuchTheClinicTakesInTheDatabase() throws Exception {
        awaitTrue(
                () -> Stream.of(MORGENUFER, LIMESTONE, COMPASSO).allMatch(slug -> latest(slug, "database_bytes") > 0));

        assertThat(databaseLine(MORGENUFER, "jonas@morgenufer.example"))
                .matches("Die Daten Ihrer Praxis belegen in der Datenbank \\d+(,\\d)? [kM]B\\.");
        assertThat(databaseLine(LIMESTONE, "maya@limestone.example"))
                .matches("Your clinic’s data take \\d+(\\.\\d)? [kM]B in the database\\.");
        assertThat(databaseLine(COMPASSO, "helena@compasso.example"))
                .matches("Os dados da sua clínica ocupam \\d+(,\\d)? MB no banco de dados\\.");
    }

    @Test
    void thePeopleOfAClinicAreSampledAsUsage() {
        long people = Tenancy.<Long, RuntimeException>callAs(clinic(COMPASSO), users::count);

        awaitTrue(() -> latest(COMPASSO, "users") == people);
    }

    private String databaseLine(String clinic, String email) throws Exception {
        MockHttpServletResponse page = http.perform(
                        at(clinic, get("/desk/usage")).session(logIn(clinic, email)))
                .andReturn()
                .getResponse();
        page.setCharacterEncoding("UTF-8");
        Matcher line = DATABASE_LINE.matcher(page.getContentAsString());
        assertThat(line.find())
                .as("a line about the database in %s", page.getContentAsString())
                .isTrue();
        return line.group(1);
    }

    private long latest(String slug, String metric) {
        return Tenancy.callAsPlatform(
                "a test",
                () -> installation
                        .usage()
                        .reports()
                        .billingPeriod(clinic(slug).id(), metric, Instant.now())
                        .map(point -> point.value().longValue())
                        .orElse(-1L));
    }

    private Tenant clinic(String slug) {
        return Tenancy.callAsPlatform(
                "a test",
                () -> installation.catalog().all().stream()
                        .filter(tenant -> tenant.slug().equals(new TenantSlug(slug)))
                        .findFirst()
                        .orElseThrow());
    }

    private void override(String slug, String key, long limit) {
        plans.override(
                clinic(slug).id(),
                key,
                OverrideMode.SET,
                EntitlementValue.OfQuantity.of(limit),
                Validity.from(Instant.now()),
                new ChangeNote("test", "a limit that can be met"));
        installation.entitlements().invalidate(clinic(slug).id());
    }

    private MockHttpServletResponse call(String slug) throws Exception {
        return http.perform(at(slug, get("/api/articles")).accept(MediaType.APPLICATION_JSON))
                .andReturn()
                .getResponse();
    }

    private long bytes(String slug) {
        return Tenancy.<Long, RuntimeException>callAs(clinic(slug), articles::bytes);
    }

    private long used(String slug, String resource) {
        return Tenancy.<Long, RuntimeException>callAs(
                clinic(slug), () -> quotas.usageOf(resource).used());
    }

    private long reported(String slug) {
        Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS);
        return Tenancy.<Long, RuntimeException>callAs(
                clinic(slug),
                () -> installation
                        .usage()
                        .reports()
                        .total("api_calls", hour.minus(1, ChronoUnit.HOURS), hour.plus(1, ChronoUnit.HOURS))
                        .longValue());
    }

    private boolean drained() {
        try {
            return calls.awaitDrained(PATIENCE);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError(interrupted);
        }
    }

    private static long last(MockHttpServletResponse stream) {
        Matcher matcher = USED.matcher(new String(stream.getContentAsByteArray(), StandardCharsets.UTF_8));
        long last = -1;
        while (matcher.find()) {
            last = Long.parseLong(matcher.group(1));
        }
        return last;
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("the condition holds in time").isLessThan(deadline);
            LockSupport.parkNanos(20_000_000);
        }
    }

    private ResultActions addColleague(MockHttpSession session, String email) throws Exception {
        return http.perform(at(MORGENUFER, post("/desk/staff"))
                .session(session)
                .with(csrf())
                .param("displayName", "Neu Hier")
                .param("profession", "Psychologin")
                .param("email", email)
                .param("role", "DOCTOR")
                .param("password", "a long enough password"));
    }

    private String category(String clinic, MockHttpSession session) throws Exception {
        String page = http.perform(at(clinic, get("/editor/articles/new")).session(session))
                .andReturn()
                .getResponse()
                .getContentAsString();
        Matcher matcher = CATEGORY.matcher(page);
        assertThat(matcher.find()).as("categories in %s", page).isTrue();
        return matcher.group(1);
    }

    private MockHttpServletResponse write(
            String clinic, MockHttpSession session, String category, String title, String body) throws Exception {
        MockHttpServletResponse response = http.perform(at(clinic, post("/editor/articles/new"))
                        .session(session)
                        .with(csrf())
                        .param("version", "0")
                        .param("title", title)
                        .param("slug", "")
                        .param("summary", "A summary.")
                        .param("body", body)
                        .param("categoryId", category))
                .andReturn()
                .getResponse();
        response.setCharacterEncoding("UTF-8");
        return response;
    }

    /** Opens the article as an editor does, and stores it with another text. */
    private MockHttpServletResponse revise(
            String clinic, MockHttpSession session, String article, String category, String body) throws Exception {
        String form = http.perform(at(clinic, get(article)).session(session))
                .andReturn()
                .getResponse()
                .getContentAsString();
        Matcher version = VERSION.matcher(form);
        assertThat(version.find()).as("a version in %s", form).isTrue();
        MockHttpServletResponse response = http.perform(at(clinic, post(article))
                        .session(session)
                        .with(csrf())
                        .param("version", version.group(1))
                        .param("title", "Growing")
                        .param("slug", "growing")
                        .param("summary", "A summary.")
                        .param("body", body)
                        .param("categoryId", category))
                .andReturn()
                .getResponse();
        response.setCharacterEncoding("UTF-8");
        return response;
    }

    private MockHttpSession logIn(String clinic, String email) throws Exception {
        return logIn(clinic, email, "open-the-clinic");
    }

    private MockHttpSession logIn(String clinic, String email, String password) throws Exception {
        MockHttpSession session = (MockHttpSession) http.perform(at(clinic, post("/login"))
                        .with(csrf())
                        .param("username", email)
                        .param("password", password))
                .andExpect(authenticated())
                .andReturn()
                .getRequest()
                .getSession(false);
        return Objects.requireNonNull(session, "a log-in makes a session");
    }

    private static MockHttpServletRequestBuilder at(String clinic, MockHttpServletRequestBuilder request) {
        String host = clinic.isEmpty() ? "localhost" : clinic + ".localhost";
        return request.with(built -> {
                    built.setServerName(host);
                    return built;
                })
                .header(HttpHeaders.HOST, host);
    }
}
