package io.tenancy.samples.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.authenticated;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.webmvc.test.autoconfigure.AutoConfigureMockMvc;
import org.springframework.core.io.ClassPathResource;
import org.springframework.http.HttpHeaders;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.web.servlet.MockMvc;
import org.springframework.test.web.servlet.ResultActions;
import org.springframework.test.web.servlet.request.MockHttpServletRequestBuilder;

/** What clinics see of the store and what plugins find in their articles, over HTTP. */
@SpringBootTest
@AutoConfigureMockMvc
@DirtiesContext
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClinicPluginsTest {

    private static final String MORGENUFER = "morgenufer";
    private static final String LIMESTONE = "limestone";
    private static final String COMPASSO = "compasso";
    private static final String CFM = "cfm_validation";
    private static final String PRIVACY = "patient_privacy_enhancer";
    private static final ChangeNote NOTE = new ChangeNote("test", "a test");
    private static final Pattern DIGEST = Pattern.compile("name=\"digest\" value=\"([0-9a-f]{64})\"");
    private static final Pattern CATEGORY = Pattern.compile("<option value=\"([0-9a-f-]{36})\"");
    private static final Pattern FUEL = Pattern.compile("data-fuel>[^:<]*: ([0-9.,]+)");
    private static final String BOASTFUL =
            "Dr. João Souza, cardiologista. O melhor médico da região: resultado garantido!"
                    + " Cirurgia a partir de R$ 4.990,00, só hoje.";

    @TempDir
    private static Path dataDirectory;

    @Autowired
    private MockMvc http;

    @Autowired
    private TenancyInstallation installation;

    @Autowired
    private TenancyPlugins plugins;

    @DynamicPropertySource
    static void ownDataDirectory(DynamicPropertyRegistry properties) {
        properties.add("data-dir", dataDirectory::toString);
    }

    @Test
    void theFirstStartListsTheSamplePluginsSignedByKeysThatOnlyTheApplicationReads() throws Exception {
        StoredPackage listed = plugins.market().versions(CFM, null).get(0);
        assertThat(listed.status()).isEqualTo(StoredPackage.Status.LISTED);
        assertThat(listed.report().orElseThrow().samples()).isPositive();
        for (String key : Set.of("curator", "publisher")) {
            Path file = dataDirectory.resolve("plugin-keys").resolve(key + ".key");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                    .isEqualTo("rw-------");
        }
    }

    @Test
    void theStoreIsSearchedByTextSpecialtyCountryAndCollectionInTheClinicsLanguage() throws Exception {
        MockHttpSession session = logIn(COMPASSO);
        assertThat(page(COMPASSO, session, "/desk/plugins"))
                .contains("data-plugin=\"" + CFM + "\"", "data-plugin=\"" + PRIVACY + "\"", "Brasil", "Buscar na loja");
        assertThat(page(COMPASSO, session, "/desk/plugins?q=CFM"))
                .contains("data-plugin=\"" + CFM + "\"")
                .doesNotContain("data-plugin=\"" + PRIVACY + "\"");
        assertThat(page(COMPASSO, session, "/desk/plugins?region=DE"))
                .contains("data-plugin=\"" + PRIVACY + "\"")
                .doesNotContain("data-plugin=\"" + CFM + "\"");
        assertThat(page(COMPASSO, session, "/desk/plugins?collection=brazil"))
                .contains("data-plugin=\"" + CFM + "\"")
                .doesNotContain("data-plugin=\"cardiac_risk_calculator\"");
        assertThat(page(COMPASSO, session, "/desk/plugins?q=%3Cscript%3E&specialty=none"))
                .contains("Nada na loja corresponde.")
                .doesNotContain("value=\"<script>");
        assertThat(page(MORGENUFER, logIn(MORGENUFER), "/desk/plugins")).contains("Im Store suchen");
    }

    @Test
    void doctorsDoNotGetToTheStore() throws Exception {
        MockHttpSession doctor = logIn(COMPASSO, "rafael@compasso.example");
        http.perform(at(COMPASSO, get("/desk/plugins")).session(doctor)).andExpect(status().isForbidden());
        http.perform(at(COMPASSO, post("/desk/plugins/" + CFM + "/install"))
                        .session(doctor)
                        .with(csrf())
                        .param("digest", "0".repeat(64)))
                .andExpect(status().isForbidden());
    }

    @Test
    @Order(1)
    void aPluginIsInstalledOnlyWithConsentToThePackageThatWasShown() throws Exception {
        MockHttpSession session = logIn(COMPASSO);
        String consent = page(COMPASSO, session, "/desk/plugins/" + CFM + "/install");
        assertThat(consent).contains("Apache-2.0", "1.0.0", "sem rede, sem armazenamento", "Consentir e instalar");
        assertThat(plugins.installations().of(id(COMPASSO)))
                .as("looking installs nothing")
                .isEmpty();

        submit(COMPASSO, session, "/desk/plugins/" + CFM + "/install", "digest", "0".repeat(64))
                .andExpect(flash().attribute("warning", "plugins.warning.changed"));
        assertThat(plugins.installations().of(id(COMPASSO))).isEmpty();

        submit(COMPASSO, session, "/desk/plugins/" + CFM + "/install", "digest", found(DIGEST, consent))
                .andExpect(redirectedUrl("/desk/plugins/" + CFM))
                .andExpect(flash().attribute("notice", "plugins.notice.installed"));
        assertThat(page(COMPASSO, session, "/desk/plugins/" + CFM)).contains("Desativar", "helena@compasso.example");
        assertThat(plugins.installations().of(id(LIMESTONE))).isEmpty();
        assertThat(page(LIMESTONE, logIn(LIMESTONE), "/desk/plugins/" + CFM)).contains("Not installed");
    }

    @Test
    @Order(2)
    void anArticleIsCheckedAndWhatWasFoundIsMarkedInItsText() throws Exception {
        MockHttpSession session = logIn(COMPASSO);
        String article = anArticle(COMPASSO, session, BOASTFUL);
        String checked = answer(submit(COMPASSO, session, article + "/check"));

        assertThat(checked)
                .contains("<mark class=\"hit hit--error\"", "data-rule=\"cfm-2336-4-ii-rqe\"")
                .contains("Resolução CFM 2.336/2023, art. 4º, II", "href=\"#finding-2\"", "Acrescente o RQE")
                .contains("Sobre o texto todo", "CFM advertising rules", "respondeu");
        plugins.usage().flush();
        assertThat(found(FUEL, page(COMPASSO, session, "/desk/plugins"))).isNotEqualTo("0");
        assertThat(found(FUEL, page(LIMESTONE, logIn(LIMESTONE), "/desk/plugins")))
                .isEqualTo("0");
    }

    @Test
    @Order(3)
    void aDoctorHasADraftCheckedTooAndTextIsNeverMarkup() throws Exception {
        MockHttpSession doctor = logIn(COMPASSO, "rafael@compasso.example");
        String article = anArticle(COMPASSO, doctor, "O melhor médico <img src=x onerror=alert(1)> da região.");
        assertThat(answer(submit(COMPASSO, doctor, article + "/check")))
                .contains("&lt;img src=x onerror=alert(1)&gt;")
                .doesNotContain("<img src=x");
    }

    @Test
    @Order(4)
    void aClinicThatHasNoPluginIsToldSoAndNeverUsesThoseOfAnother() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        String article = anArticle(LIMESTONE, session, BOASTFUL);
        assertThat(answer(submit(LIMESTONE, session, article + "/check")))
                .contains("No plugin of this clinic looks at texts yet.")
                .doesNotContain("<mark");
    }

    @Test
    @Order(5)
    void aPluginForAnotherCountryIsRefusedWithTheReasonAndCanBeGivenUp() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        String consent = page(LIMESTONE, session, "/desk/plugins/" + CFM + "/install");
        submit(LIMESTONE, session, "/desk/plugins/" + CFM + "/install", "digest", found(DIGEST, consent))
                .andExpect(flash().attribute("warning", "plugins.warning.waits"));
        assertThat(page(LIMESTONE, session, "/desk/plugins/" + CFM)).contains("data-refused", "BR");
        submit(LIMESTONE, session, "/desk/plugins/" + CFM + "/cancel")
                .andExpect(flash().attribute("notice", "plugins.notice.cancelled"));
    }

    @Test
    @Order(6)
    void aDisabledPluginIsNotCalledAndAnUninstalledOneIsGone() throws Exception {
        MockHttpSession session = logIn(COMPASSO);
        String article = anArticle(COMPASSO, session, BOASTFUL);
        submit(COMPASSO, session, "/desk/plugins/" + CFM + "/disable");
        assertThat(answer(submit(COMPASSO, session, article + "/check"))).doesNotContain("<mark");
        submit(COMPASSO, session, "/desk/plugins/" + CFM + "/enable");
        assertThat(answer(submit(COMPASSO, session, article + "/check"))).contains("<mark");
        submit(COMPASSO, session, "/desk/plugins/" + CFM + "/uninstall")
                .andExpect(flash().attribute("notice", "plugins.notice.uninstalled"));
        assertThat(answer(submit(COMPASSO, session, article + "/check"))).doesNotContain("<mark");
        assertThat(plugins.installations().of(id(COMPASSO))).isEmpty();
    }

    @Test
    @Order(7)
    void aFormIsThatOfTheCalculatorAndItsAnswerIsShownToADoctor() throws Exception {
        MockHttpSession doctor = logIn(LIMESTONE, "daniel@limestone.example");
        assertThat(page(LIMESTONE, doctor, "/desk/calculator")).contains("No plugin of this clinic calculates yet.");
        MockHttpSession editor = logIn(LIMESTONE);
        String install = "/desk/plugins/cardiac_risk_calculator/install";
        submit(LIMESTONE, editor, install, "digest", found(DIGEST, page(LIMESTONE, editor, install)))
                .andExpect(flash().attribute("notice", "plugins.notice.installed"));

        assertThat(page(LIMESTONE, doctor, "/desk/calculator"))
                .contains("for=\"calc-age\"", "name=\"systolicPressure\"", "name=\"smoker\"")
                .doesNotContain("data-answer");
        // The example of the guideline: 5.4 percent.
        String[] patient = {
            "age",
            "55",
            "sex",
            "male",
            "race",
            "white",
            "totalCholesterol",
            "213",
            "hdlCholesterol",
            "50",
            "cholesterolUnit",
            "mg/dL",
            "systolicPressure",
            "120"
        };
        assertThat(answer(submit(LIMESTONE, doctor, "/desk/calculator", patient)))
                .contains("data-answer", "Risk percent", "<dd>5.4</dd>");
        assertThat(answer(submit(LIMESTONE, doctor, "/desk/calculator", "age", "twelve")))
                .contains("That cannot be calculated.")
                .doesNotContain("data-answer");
    }

    @Test
    void aPluginOfOneClinicIsThereForNoOther() throws Exception {
        plugins.market().publishFor(id(COMPASSO), ownPackage("compasso_risk"), NOTE);

        assertThat(page(COMPASSO, logIn(COMPASSO), "/desk/plugins")).contains("data-plugin=\"compasso_risk\"");
        MockHttpSession other = logIn(LIMESTONE);
        assertThat(page(LIMESTONE, other, "/desk/plugins")).doesNotContain("compasso_risk");
        for (String path : Set.of("/desk/plugins/compasso_risk", "/desk/plugins/compasso_risk/install")) {
            http.perform(at(LIMESTONE, get(path)).session(other)).andExpect(status().isNotFound());
        }
        String digest =
                plugins.market().versions("compasso_risk", id(COMPASSO)).get(0).digest();
        submit(LIMESTONE, other, "/desk/plugins/compasso_risk/install", "digest", digest);
        assertThat(plugins.installations().find(id(LIMESTONE), "compasso_risk")).isEmpty();
        submit(LIMESTONE, other, "/desk/plugins/compasso_risk/enable").andExpect(status().isNotFound());
    }

    private byte[] ownPackage(String id) throws IOException {
        Instant begin = Instant.now().minus(Duration.ofDays(1));
        SigningKey curator = SigningKey.generate();
        SigningKey publisher = SigningKey.generate();
        plugins.market().trust().add(new CuratorKey(curator.publicKey(), begin, begin.plus(Duration.ofDays(9))), NOTE);
        PluginManifest manifest = PluginManifest.read(new String(file("manifest.json"), StandardCharsets.UTF_8)
                .replace("\"id\": \"cardiac_risk_calculator\"", "\"id\": \"" + id + "\""));
        Set<String> files = new TreeSet<>(Set.of(manifest.module()));
        manifest.samples().forEach(sample -> {
            files.add(sample.input());
            if (sample.output() != null) {
                files.add(sample.output());
            }
        });
        PackageWriter writer = PackageWriter.of(manifest);
        for (String file : files) {
            writer.file(file, file(file));
        }
        PublisherCertificate certificate = PublisherCertificate.issue(
                manifest.publisher(),
                publisher.publicKey(),
                begin,
                begin.plus(Duration.ofDays(9)),
                1,
                new TreeSet<>(Set.of(id)),
                curator);
        return PackageWriter.sign(writer.write(), certificate, publisher);
    }

    private static byte[] file(String path) throws IOException {
        return new ClassPathResource("plugins/cardiac_risk_calculator/" + path).getContentAsByteArray();
    }

    /** Writes a draft and returns its path in the editor. */
    private String anArticle(String clinic, MockHttpSession session, String body) throws Exception {
        String category = found(CATEGORY, page(clinic, session, "/editor/articles/new"));
        String address = submit(
                        clinic,
                        session,
                        "/editor/articles/new",
                        "title",
                        "Draft " + System.nanoTime(),
                        "summary",
                        "Um resumo.",
                        "body",
                        body,
                        "categoryId",
                        category)
                .andExpect(status().isFound())
                .andReturn()
                .getResponse()
                .getRedirectedUrl();
        return Objects.requireNonNull(address, "a new article has an address");
    }

    private ResultActions submit(String clinic, MockHttpSession session, String path, String... fields)
            throws Exception {
        MockHttpServletRequestBuilder request =
                at(clinic, post(path)).session(session).with(csrf());
        for (int i = 0; i < fields.length; i += 2) {
            request.param(fields[i], fields[i + 1]);
        }
        return http.perform(request);
    }

    private static String answer(ResultActions done) throws Exception {
        MockHttpServletResponse answer = done.andReturn().getResponse();
        answer.setCharacterEncoding("UTF-8");
        assertThat(answer.getStatus()).isEqualTo(200);
        return answer.getContentAsString();
    }

    private String page(String clinic, MockHttpSession session, String path) throws Exception {
        return answer(http.perform(at(clinic, get(path)).session(session)));
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
        MockHttpSession session = (MockHttpSession) http.perform(at(clinic, post("/login"))
                        .with(csrf())
                        .param("username", email)
                        .param("password", "open-the-clinic"))
                .andExpect(authenticated())
                .andReturn()
                .getRequest()
                .getSession(false);
        return Objects.requireNonNull(session, "a log-in makes a session");
    }

    private static MockHttpServletRequestBuilder at(String clinic, MockHttpServletRequestBuilder request) {
        String host = clinic + ".localhost";
        return request.with(built -> {
                    built.setServerName(host);
                    return built;
                })
                .header(HttpHeaders.HOST, host);
    }

    private TenantId id(String slug) {
        return Tenancy.callAsPlatform(
                "a test",
                () -> installation.catalog().all().stream()
                        .filter(tenant -> tenant.slug().equals(new TenantSlug(slug)))
                        .findFirst()
                        .orElseThrow()
                        .id());
    }
}
