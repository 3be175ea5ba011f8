package io.tenancy.samples.cms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.springframework.security.test.web.servlet.request.SecurityMockMvcRequestPostProcessors.csrf;
import static org.springframework.security.test.web.servlet.response.SecurityMockMvcResultMatchers.authenticated;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.get;
import static org.springframework.test.web.servlet.request.MockMvcRequestBuilders.post;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.flash;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.redirectedUrl;
import static org.springframework.test.web.servlet.result.MockMvcResultMatchers.status;

import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.context.Tenancy;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.extension.BoundPlugin;
import io.tenancy.plugins.extension.FailurePolicy;
import io.tenancy.plugins.extension.PluginTrace;
import io.tenancy.plugins.install.PluginInstallation;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.market.StoredPackage;
import io.tenancy.plugins.pack.CuratorKey;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PackageWriter;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.PublisherCertificate;
import io.tenancy.plugins.pack.SigningKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.text.NumberFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
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
import tools.jackson.databind.json.JsonMapper;

/** What clinics see of the store and what plugins find in their articles, over HTTP. */
@SpringBootTest
@AutoConfigureMockMvc
@DirtiesContext
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClinicPluginsTest {

    /** The example of the guideline, which is within what the plugin's manifest takes. */
    private static final String PATIENT = """
            {
              "age": 55,
              "sex": "male",
              "race": "white",
              "totalCholesterol": 213,
              "hdlCholesterol": 50,
              "cholesterolUnit": "mg/dL",
              "systolicPressure": 120,
              "treatedForHypertension": false,
              "smoker": false,
              "diabetes": false
            }""";

    private static final String MORGENUFER = "morgenufer";
    private static final String POINTS = "{\"form.calculate\": \"pooled_cohort\"}";
    private static final String LIMESTONE = "limestone";
    private static final String COMPASSO = "compasso";
    private static final String CFM = "cfm_validation";
    private static final String PRIVACY = "patient_privacy_enhancer";
    private static final ChangeNote NOTE = new ChangeNote("test", "a test");
    private static final Pattern DIGEST = Pattern.compile("name=\"digest\" value=\"([0-9a-f]{64})\"");
    private static final Pattern FROM = Pattern.compile("name=\"from\" value=\"([0-9a-f]*)\"");
    private static final String SETTINGS = """
            {"type": "object", "additionalProperties": false, "required": ["level"], "properties": {
              "level": {"enum": ["strict", "lenient"], "description": "How strict it is.", "default": "strict"},
              "most": {"type": "integer", "minimum": 1, "maximum": 10, "default": 5},
              "share": {"type": "number"},
              "loud": {"type": "boolean", "default": true},
              "greeting": {"type": "string", "maxLength": 20},
              "code": {"type": "string", "pattern": "^[A-Z]{2}[0-9]{2}$"},
              "words": {"type": "object"}}}""";
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
        assertThat(page(COMPASSO, session, "/desk/plugins/" + CFM)).contains("Desativar", "data-tab=\"settings\"");
        assertThat(page(COMPASSO, session, "/desk/plugins/" + CFM + "/history"))
                .contains("Consentimento", "helena@compasso.example");
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

    @Test
    void theFuelOfEachPluginIsShownWithItsShareOfWhatThePlanAllows() throws Exception {
        MockHttpSession session = logIn(MORGENUFER);
        own(MORGENUFER, "fuel_risk", "1.0.0", "{}");
        install(MORGENUFER, session, "fuel_risk", "1.0.0");
        String before = page(MORGENUFER, session, "/desk/plugins");
        assertThat(between(before, "data-mine=\"fuel_risk\"", "</li>")).contains("0 Einheiten");
        long fuel = plugins.extensions().call(id(MORGENUFER), ExtensionPoint.FORM_CALCULATE, PATIENT).trace().stream()
                .filter(each -> each.plugin().equals("fuel_risk"))
                .mapToLong(PluginTrace::fuel)
                .sum();
        plugins.usage().flush();

        String page = page(MORGENUFER, session, "/desk/plugins");
        String words = NumberFormat.getIntegerInstance(Locale.GERMANY).format(fuel) + " Einheiten";
        assertThat(fuel).isPositive();
        assertThat(between(page, "data-mine=\"fuel_risk\"", "</li>")).contains(words, "0,01", "des Kontingents");
        assertThat(page).contains("10.000.000.000 Einheiten je Minute");
        assertThat(page(LIMESTONE, logIn(LIMESTONE), "/desk/plugins")).doesNotContain("fuel_risk");
    }

    @Test
    void aFormIsMadeOfTheSettingsSchemaAndWhatIsWrongStandsBesideItsFieldWithNothingLost() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        own(LIMESTONE, "set_risk", "1.0.0", "{\"config\": {\"schema\": " + SETTINGS + "}}");
        install(LIMESTONE, session, "set_risk", "1.0.0").andExpect(redirectedUrl("/desk/plugins/set_risk/settings"));

        String path = "/desk/plugins/set_risk/settings";
        String form = page(LIMESTONE, session, path);
        assertThat(form)
                .contains("waits for you", "How strict it is.", "value=\"5\"")
                .containsPattern("<option[^>]* value=\"strict\"[^>]*selected")
                .containsPattern("type=\"checkbox\"[^>]*name=\"set.loud\"[^>]*checked");
        String digest = found(DIGEST, form);

        String refused = refused(submit(
                LIMESTONE,
                session,
                path,
                "digest",
                digest,
                "set.level",
                "lenient <b>",
                "set.most",
                "eleven",
                "set.greeting",
                "Good morning to all of you",
                "set.words",
                "[\"a\""));
        assertThat(between(refused, "name=\"set.level\"", "</p>")).contains("Please choose one of these.");
        assertThat(between(refused, "name=\"set.most\"", "</p>"))
                .contains("value=\"eleven\"", "Please enter a whole number.");
        assertThat(refused)
                .contains("Good morning to all of you", "Please enter 20 characters or fewer.", "This is no JSON.")
                .doesNotContain("lenient <b>");
        assertThat(plugins.installations()
                        .find(id(LIMESTONE), "set_risk")
                        .orElseThrow()
                        .isEnabled())
                .isFalse();

        String[] sent = {
            "digest", digest, "set.level", "lenient", "set.most", "3", "set.share", "0,25", "set.code", "abc"
        };
        assertThat(between(refused(submit(LIMESTONE, session, path, sent)), "name=\"set.code\"", "</p>"))
                .as("what only the schema knows")
                .contains("value=\"abc\"", "The plugin does not take this:");

        sent[sent.length - 1] = "AB12";
        submit(LIMESTONE, session, path, sent).andExpect(flash().attribute("notice", "settings.notice.saved"));
        PluginInstallation now =
                plugins.installations().find(id(LIMESTONE), "set_risk").orElseThrow();
        assertThat(now.isEnabled()).isTrue();
        assertThat(new JsonMapper().readTree(now.config()))
                .isEqualTo(new JsonMapper()
                        .readTree(
                                "{\"level\":\"lenient\",\"most\":3,\"share\":0.25,\"code\":\"AB12\",\"loud\":false}"));
        assertThat(page(LIMESTONE, session, path)).contains("value=\"AB12\"", "value=\"3\"");
        assertThat(page(LIMESTONE, session, "/desk/plugins/set_risk/history"))
                .contains("Settings changed", "level, code, loud, most, share", "maya@limestone.example");

        sent[1] = "0".repeat(64);
        assertThat(refused(submit(LIMESTONE, session, path, sent))).contains("became another version meanwhile");
    }

    @Test
    void aSecretIsEnteredReplacedAndRemovedAndNeverShown() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        String asked = "{\"secrets\": {\"names\": [\"api_token\"]}}";
        own(LIMESTONE, "secret_risk", "1.0.0", asked);
        install(LIMESTONE, session, "secret_risk", "1.0.0");
        String plugin = "/desk/plugins/secret_risk";
        assertThat(page(LIMESTONE, session, plugin + "/settings"))
                .contains("data-secret=\"api_token\"", "Not entered")
                .doesNotContain("Remove");

        assertThat(refused(submit(LIMESTONE, session, plugin + "/secrets", "name", "api_token", "secret", " ")))
                .contains("Please fill this in.");
        for (String secret : List.of("first-of-them", "second-of-them")) {
            submit(LIMESTONE, session, plugin + "/secrets", "name", "api_token", "secret", secret)
                    .andExpect(flash().attribute("notice", "settings.notice.secret"));
            for (String page : List.of("", "/settings", "/history", "/versions", "/uninstall")) {
                assertThat(page(LIMESTONE, session, plugin + page)).doesNotContain(secret);
            }
        }
        assertThat(page(LIMESTONE, session, plugin + "/settings")).contains("Entered ", "Replace");
        assertThat(page(LIMESTONE, session, plugin + "/history")).contains("Secret entered", "api_token");
        String export = answer(submit(LIMESTONE, session, plugin + "/export"));
        assertThat(export).contains("\"plugin\":\"secret_risk\"").doesNotContain("of-them");

        submit(LIMESTONE, session, plugin + "/secrets/remove", "name", "api_token")
                .andExpect(flash().attribute("notice", "settings.notice.secretRemoved"));
        assertThat(page(LIMESTONE, session, plugin + "/settings")).contains("Not entered");
        submit(LIMESTONE, session, plugin + "/secrets", "name", "another", "secret", "x")
                .andExpect(status().isNotFound());
        submit(LIMESTONE, session, plugin + "/secrets/remove", "name", "another")
                .andExpect(status().isNotFound());
    }

    @Test
    void anUpgradeShowsWhatItAsksForInAdditionAndIsRolledBackByOneAction() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        String plugin = "/desk/plugins/up_risk";
        own(LIMESTONE, "up_risk", "1.0.0", "{\"log\": {}}");
        install(LIMESTONE, session, "up_risk", "1.0.0");
        own(LIMESTONE, "up_risk", "1.1.0", "{\"http\": {\"hosts\": [\"api.example.org\"], \"methods\": [\"GET\"]}}");

        assertThat(page(LIMESTONE, session, plugin)).contains("data-upgrade", "Upgrade to 1.1.0");
        String consent = page(LIMESTONE, session, plugin + "/install?version=1.1.0");
        assertThat(between(consent, "data-added", "</ul>")).contains("May send GET requests to api.example.org.");
        assertThat(between(consent, "data-dropped", "</ul>")).contains("May no longer");
        submit(LIMESTONE, session, plugin + "/install", "digest", found(DIGEST, consent))
                .andExpect(flash().attribute("warning", "plugins.warning.changed"));
        assertThat(version(LIMESTONE, "up_risk"))
                .as("consent is to what was shown beside this very version")
                .isEqualTo("1.0.0");

        install(LIMESTONE, session, "up_risk", "1.1.0")
                .andExpect(flash().attribute("notice", "plugins.notice.installed"));
        assertThat(version(LIMESTONE, "up_risk")).isEqualTo("1.1.0");
        assertThat(between(page(LIMESTONE, session, plugin + "/versions"), "data-version=\"1.0.0\"", "</li>"))
                .contains("Go back to 1.0.0", "data-rollback");

        submit(LIMESTONE, session, plugin + "/rollback")
                .andExpect(flash().attribute("notice", "plugins.notice.rolledBack"));
        assertThat(version(LIMESTONE, "up_risk")).isEqualTo("1.0.0");
        assertThat(page(LIMESTONE, session, plugin + "/versions")).contains("data-pinned=\"true\"");
        assertThat(page(LIMESTONE, session, plugin))
                .contains("pinned to its version")
                .doesNotContain("data-upgrade");
        install(LIMESTONE, session, "up_risk", "1.1.0")
                .andExpect(flash().attribute("warning", "plugins.warning.refused"));

        submit(LIMESTONE, session, plugin + "/unpin").andExpect(flash().attribute("notice", "plugins.notice.unpinned"));
        install(LIMESTONE, session, "up_risk", "1.1.0")
                .andExpect(flash().attribute("notice", "plugins.notice.installed"));
        submit(LIMESTONE, session, plugin + "/pin").andExpect(flash().attribute("notice", "plugins.notice.pinned"));
        assertThat(page(LIMESTONE, session, plugin + "/history"))
                .contains("data-action=\"roll back\"", "data-action=\"unpin\"", "Consent", "maya@limestone.example");
    }

    @Test
    void anUpgradeThatAsksForNothingInAdditionSaysSo() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        own(LIMESTONE, "same_risk", "1.0.0", "{\"log\": {}}");
        install(LIMESTONE, session, "same_risk", "1.0.0");
        own(LIMESTONE, "same_risk", "1.0.1", "{\"log\": {}}");

        assertThat(page(LIMESTONE, session, "/desk/plugins/same_risk/install"))
                .contains("data-added-none", "nothing that you have not consented to already")
                .doesNotContain("data-added>");
        install(LIMESTONE, session, "same_risk", "1.0.1");
        assertThat(version(LIMESTONE, "same_risk")).isEqualTo("1.0.1");
    }

    @Test
    void anEditorOrdersPluginsAndDecidesWhatFailuresDo() throws Exception {
        MockHttpSession session = logIn(MORGENUFER);
        for (String plugin : List.of("first_risk", "second_risk")) {
            own(MORGENUFER, plugin, "1.0.0", "{}");
            install(MORGENUFER, session, plugin, "1.0.0");
        }
        plugins.installations().disable(id(MORGENUFER), "first_risk", NOTE);
        String at = "/desk/plugins/in-order/form.calculate/";
        List<String> before = order(MORGENUFER);

        submit(MORGENUFER, session, at + "second_risk/move", "way", "UP")
                .andExpect(redirectedUrl("/desk/plugins/in-order#form.calculate-second_risk"));
        List<String> moved = new ArrayList<>(before);
        Collections.swap(moved, before.indexOf("second_risk"), before.indexOf("second_risk") - 1);
        assertThat(order(MORGENUFER)).isEqualTo(moved);
        submit(MORGENUFER, session, at + "second_risk/move", "way", "DOWN");
        assertThat(order(MORGENUFER)).isEqualTo(before);
        submit(MORGENUFER, session, at + before.get(0) + "/move", "way", "UP");
        assertThat(order(MORGENUFER)).as("at the top already").isEqualTo(before);

        submit(MORGENUFER, session, at + "second_risk/policy", "policy", "BLOCK")
                .andExpect(flash().attribute("notice", "plugins.notice.policy"));
        assertThat(plugins.extensions().all(id(MORGENUFER), ExtensionPoint.FORM_CALCULATE))
                .filteredOn(each -> each.plugin().equals("second_risk"))
                .extracting(BoundPlugin::policy)
                .containsExactly(FailurePolicy.BLOCK);
        assertThat(page(MORGENUFER, session, "/desk/plugins/in-order"))
                .containsPattern("value=\"BLOCK\" selected")
                .contains("Dort anhalten", "Abgeschaltet");

        submit(MORGENUFER, session, at + "second_risk/policy", "policy", "EXPLODE")
                .andExpect(status().isBadRequest());
        submit(MORGENUFER, session, at + "second_risk/move", "way", "SIDEWAYS").andExpect(status().isBadRequest());
        submit(MORGENUFER, session, "/desk/plugins/in-order/no.point/second_risk/move", "way", "UP")
                .andExpect(status().isNotFound());
        MockHttpSession other = logIn(LIMESTONE);
        submit(LIMESTONE, other, at + "second_risk/move", "way", "UP").andExpect(status().isNotFound());
        submit(LIMESTONE, other, at + "second_risk/policy", "policy", "SKIP").andExpect(status().isNotFound());
        plugins.installations().uninstall(id(MORGENUFER), "second_risk", NOTE);
    }

    @Test
    void whatAPluginKeptIsDownloadedBeforeItIsUninstalled() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        own(LIMESTONE, "gone_risk", "1.0.0", "{\"config\": {\"schema\": {\"type\": \"object\"}}}");
        install(LIMESTONE, session, "gone_risk", "1.0.0");
        plugins.installations().configure(id(LIMESTONE), "gone_risk", "{\"kept\": true}", NOTE);
        String plugin = "/desk/plugins/gone_risk";
        assertThat(page(LIMESTONE, session, plugin + "/uninstall")).contains("data-export", "data-uninstall");

        MockHttpServletResponse export =
                submit(LIMESTONE, session, plugin + "/export").andReturn().getResponse();
        assertThat(export.getHeader(HttpHeaders.CONTENT_DISPOSITION))
                .isEqualTo("attachment; filename=\"gone_risk.json\"");
        assertThat(export.getHeader(HttpHeaders.CACHE_CONTROL)).contains("no-store");
        assertThat(export.getContentAsString()).contains("\"config\":{\"kept\":true}");

        submit(LIMESTONE, session, plugin + "/uninstall")
                .andExpect(flash().attribute("notice", "plugins.notice.uninstalled"));
        assertThat(plugins.installations().find(id(LIMESTONE), "gone_risk")).isEmpty();
        assertThat(page(LIMESTONE, session, plugin + "/history"))
                .contains("Downloaded what it kept", "Uninstalled")
                .doesNotContain("data-tab");
    }

    @Test
    void whatIsOfAnotherClinicIsNotFoundAndDoctorsMayNeitherLookNorChange() throws Exception {
        own(LIMESTONE, "closed_risk", "1.0.0", "{\"secrets\": {\"names\": [\"token\"]}}");
        install(LIMESTONE, logIn(LIMESTONE), "closed_risk", "1.0.0");
        MockHttpSession other = logIn(COMPASSO);
        MockHttpSession doctor = logIn(LIMESTONE, "daniel@limestone.example");
        String plugin = "/desk/plugins/closed_risk";
        for (String page : List.of("", "/install", "/settings", "/versions", "/history", "/uninstall")) {
            http.perform(at(COMPASSO, get(plugin + page)).session(other)).andExpect(status().isNotFound());
            http.perform(at(LIMESTONE, get(plugin + page)).session(doctor)).andExpect(status().isForbidden());
        }
        http.perform(at(LIMESTONE, get("/desk/plugins/in-order")).session(doctor))
                .andExpect(status().isForbidden());
        String[] fields = {"digest", "0".repeat(64), "name", "token", "secret", "stolen", "way", "UP", "policy", "SKIP"
        };
        for (String action : List.of(
                "/settings",
                "/secrets",
                "/secrets/remove",
                "/pin",
                "/unpin",
                "/rollback",
                "/retry",
                "/cancel",
                "/enable",
                "/disable",
                "/export",
                "/uninstall")) {
            submit(COMPASSO, other, plugin + action, fields).andExpect(status().isNotFound());
            submit(LIMESTONE, doctor, plugin + action, fields).andExpect(status().isForbidden());
            http.perform(at(LIMESTONE, post(plugin + action)).session(logIn(LIMESTONE)))
                    .andExpect(status().isForbidden());
        }
        assertThat(plugins.installations()
                        .find(id(LIMESTONE), "closed_risk")
                        .orElseThrow()
                        .isEnabled())
                .isTrue();
        assertThat(plugins.installations().secrets().entered(id(LIMESTONE), "closed_risk"))
                .isEmpty();
    }

    @Test
    void whatWasRefusedIsTriedAgainOnTheSpot() throws Exception {
        MockHttpSession session = logIn(MORGENUFER);
        String plugin = "/desk/plugins/" + CFM;
        install(MORGENUFER, session, CFM, "1.0.0").andExpect(flash().attribute("warning", "plugins.warning.waits"));
        assertThat(page(MORGENUFER, session, plugin)).contains("wurde nicht installiert", "Noch einmal versuchen");

        submit(MORGENUFER, session, plugin + "/retry").andExpect(flash().attribute("warning", "plugins.warning.waits"));
        submit(MORGENUFER, session, plugin + "/cancel");
        assertThat(page(MORGENUFER, session, "/desk/plugins"))
                .as("what was given up is nothing that the clinic has")
                .doesNotContain("data-mine=\"" + CFM + "\"");
        submit(MORGENUFER, session, plugin + "/retry")
                .andExpect(flash().attribute("warning", "plugins.warning.refused"));
    }

    @Test
    @Order(8)
    void whatHappensWhenAPluginGivesNothingIsWhatTheEditorDecided() throws Exception {
        MockHttpSession session = logIn(COMPASSO);
        install(COMPASSO, session, CFM, "1.0.0");
        install(COMPASSO, session, PRIVACY, "1.0.0");
        // Written as JSON, each of these takes six bytes, and all of them more than the plugins take.
        String tooLong = anArticle(COMPASSO, session, "a" + "\u0001".repeat(50_000) + "a");
        String policy = "/desk/plugins/in-order/content.validate/" + CFM + "/policy";
        String warned = "Um plugin não entregou nada";
        String blocked = "Um plugin que precisa concordar falhou";

        submit(COMPASSO, session, policy, "policy", "WARN");
        assertThat(answer(submit(COMPASSO, session, tooLong + "/check"))).contains(warned);
        submit(COMPASSO, session, policy, "policy", "SKIP");
        submit(COMPASSO, session, "/desk/plugins/in-order/content.validate/" + PRIVACY + "/policy", "policy", "SKIP");
        String skipped = answer(submit(COMPASSO, session, tooLong + "/check"));
        assertThat(skipped).doesNotContain(warned, blocked);
        assertThat(skipped.split("data-trace", -1))
                .as("the trace tells of both")
                .hasSize(3);
        submit(COMPASSO, session, policy, "policy", "BLOCK");
        String stopped = answer(submit(COMPASSO, session, tooLong + "/check"));
        assertThat(stopped).contains(blocked);
        assertThat(stopped.split("data-trace", -1))
                .as("the second is not asked")
                .hasSize(2);
    }

    private static String between(String page, String from, String until) {
        int begin = page.indexOf(from);
        assertThat(begin).as("%s in %s", from, page).isNotNegative();
        return page.substring(begin, page.indexOf(until, begin));
    }

    private List<String> order(String clinic) {
        return plugins.extensions().all(id(clinic), ExtensionPoint.FORM_CALCULATE).stream()
                .map(BoundPlugin::plugin)
                .toList();
    }

    private String version(String clinic, String plugin) {
        String active = plugins.installations()
                .find(id(clinic), plugin)
                .flatMap(PluginInstallation::active)
                .orElseThrow();
        return plugins.market().stored(active).version();
    }

    /** Consents on the page to a version, as it shows it. */
    private ResultActions install(String clinic, MockHttpSession session, String plugin, String version)
            throws Exception {
        String path = "/desk/plugins/" + plugin + "/install";
        String consent = page(clinic, session, path + "?version=" + version);
        return submit(clinic, session, path, "digest", found(DIGEST, consent), "from", found(FROM, consent));
    }

    private static String refused(ResultActions done) throws Exception {
        MockHttpServletResponse answer = done.andReturn().getResponse();
        answer.setCharacterEncoding("UTF-8");
        assertThat(answer.getStatus()).isEqualTo(422);
        return answer.getContentAsString();
    }

    /** A plugin that only one clinic sees. */
    @Test
    void anUpgradeThatIsCalledSomewhereElseTooSaysWhere() throws Exception {
        MockHttpSession session = logIn(LIMESTONE);
        own(LIMESTONE, "further_risk", "1.0.0", "{}");
        install(LIMESTONE, session, "further_risk", "1.0.0");
        own(
                LIMESTONE,
                "further_risk",
                "1.1.0",
                "{}",
                "{\"event.handle\": \"pooled_cohort\", \"form.calculate\": \"pooled_cohort\"}");

        String consent = page(LIMESTONE, session, "/desk/plugins/further_risk/install?version=1.1.0");

        assertThat(between(consent, "data-added", "</ul>")).contains("Is told of events of the site.");
    }

    private void own(String clinic, String id, String version, String capabilities) throws IOException {
        own(clinic, id, version, capabilities, POINTS);
    }

    private void own(String clinic, String id, String version, String capabilities, String points) throws IOException {
        byte[] pack = ownPackage(id, version, capabilities, points);
        StoredPackage given = plugins.market().publishFor(id(clinic), pack, NOTE);
        assertThat(given.status()).as("%s", given.report()).isEqualTo(StoredPackage.Status.LISTED);
    }

    private byte[] ownPackage(String id) throws IOException {
        return ownPackage(id, "1.0.0", "{}", POINTS);
    }

    private byte[] ownPackage(String id, String version, String capabilities, String points) throws IOException {
        Instant begin = Instant.now().minus(Duration.ofDays(1));
        SigningKey curator = SigningKey.generate();
        SigningKey publisher = SigningKey.generate();
        plugins.market().trust().add(new CuratorKey(curator.publicKey(), begin, begin.plus(Duration.ofDays(9))), NOTE);
        PluginManifest manifest = PluginManifest.read(new String(file("manifest.json"), StandardCharsets.UTF_8)
                .replace("\"id\": \"cardiac_risk_calculator\"", "\"id\": \"" + id + "\"")
                .replace("\"version\": \"1.0.0\"", "\"version\": \"" + version + "\"")
                .replace(
                        "\"extension_points\": " + POINTS,
                        "\"capabilities\": " + capabilities + ", \"extension_points\": " + points));
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
