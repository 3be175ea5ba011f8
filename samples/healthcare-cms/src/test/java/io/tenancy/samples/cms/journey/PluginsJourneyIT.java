package io.tenancy.samples.cms.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How an editor finds a plugin, consents to it and sees what it finds in an article, in a browser. */
class PluginsJourneyIT {

    private static final String COMPASSO = "compasso";
    private static final boolean UPDATE_DOCUMENTATION = Boolean.getBoolean("screenshots.update");
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Path DOCUMENTATION = Path.of("..", "..", "docs", "images");
    private static final Set<String> DOCUMENTED = Set.of("plugin-findings");
    private static final String CFM = "/desk/plugins/cfm_validation";
    private static final String TEXT =
            "Dr. João Souza, cardiologista. O melhor médico da região, com o laser mais moderno"
                    + " do Brasil: resultado garantido! Cirurgia a partir de R$ 4.990,00, só hoje. Dúvidas? Fale com a Ana,"
                    + " CPF 529.982.247-25.";

    @TempDir
    private static Path temporary;

    @Test
    void anEditorInstallsAValidatorWithConsentAndSeesWhatItFindsInAnArticle() throws Exception {
        Chromium chromium = Chromium.ofThisMachine();
        int port = UPDATE_DOCUMENTATION ? 8080 : RunningCms.freePort();
        try (RunningCms cms = RunningCms.start(
                        temporary.resolve("data"), port, Path.of("target", "plugins-journey", "cms.log"));
                Browser browser = new Browser(chromium, temporary.resolve("profile"))) {
            logIn(browser, cms);
            browser.open(cms.site(COMPASSO) + "/desk/plugins");
            browser.type("#store-q", "CFM");
            browser.follow(".store-search button");
            assertThat(browser.texts("[data-plugin] h2")).containsExactly("CFM advertising rules");
            browser.open(cms.site(COMPASSO) + "/desk/plugins");
            picture(browser, "plugin-store");
            install(browser, cms, "cfm_validation");
            install(browser, cms, "patient_privacy_enhancer");

            write(browser, cms);
            browser.follow("[data-check]");
            assertThat(browser.texts(".hit--error")).contains("cardiologista", "529.982.247-25");
            assertThat(browser.texts(".hit__tag"))
                    .as("a mark says in words how bad it is")
                    .anyMatch(tag -> tag.startsWith("Erro "));
            assertThat(browser.texts("[data-rule='cfm-2336-4-ii-rqe']").get(0))
                    .contains("Resolução CFM 2.336/2023, art. 4º, II", "Acrescente o RQE");
            assertThat(browser.texts("[data-trace]")).hasSize(2).allMatch(step -> step.contains("combustível"));
            browser.desktopAsHighAsThePage();
            picture(browser, "plugin-findings");
            browser.phone();
            assertThat(browser.pageWidth()).as(browser.sticksOut()).isLessThanOrEqualTo(Browser.PHONE_WIDTH);
            picture(browser, "plugin-findings-phone");
            for (String path : List.of("/desk/plugins", CFM)) {
                browser.open(cms.site(COMPASSO) + path);
                assertThat(browser.pageWidth())
                        .as("%s: %s", path, browser.sticksOut())
                        .isLessThanOrEqualTo(Browser.PHONE_WIDTH);
            }
        }
    }

    private static void install(Browser browser, RunningCms cms, String plugin) {
        browser.open(cms.site(COMPASSO) + "/desk/plugins");
        browser.follow("[data-plugin='" + plugin + "'] h2 a");
        browser.follow("[data-install]");
        assertThat(browser.text("[data-may]")).contains("Nada mais");
        picture(browser, "plugin-consent");
        browser.follow("[data-consent] button");
        assertThat(browser.text("[role='status']")).contains("O plugin está instalado e ativo.");
        assertThat(browser.text("[data-state]")).isEqualTo("Ativo");
        picture(browser, "plugin-page");
    }

    private static void write(Browser browser, RunningCms cms) {
        browser.open(cms.site(COMPASSO) + "/editor/articles/new");
        browser.type("#field-title", "Uma consulta como nenhuma outra");
        browser.type("#field-summary", "Por que vir até nós.");
        browser.type("#field-categoryId", "Exames");
        browser.type("#field-body", TEXT);
        browser.follow("button[form='article-form']");
        assertThat(browser.shows("[data-check]")).isTrue();
    }

    private static void logIn(Browser browser, RunningCms cms) {
        browser.open(cms.site(COMPASSO) + "/login");
        browser.type("#username", "helena@compasso.example");
        browser.type("#password", "open-the-clinic");
        browser.follow("main form button[type='submit']");
        assertThat(browser.address()).isEqualTo(cms.site(COMPASSO) + "/editor");
    }

    private static void picture(Browser browser, String name) {
        Path file = Path.of(name + ".png");
        List<Path> files = new ArrayList<>(List.of(PICTURES.resolve(file)));
        if (UPDATE_DOCUMENTATION && DOCUMENTED.contains(name)) {
            files.add(DOCUMENTATION.resolve(file));
        }
        browser.picture(files);
    }
}
