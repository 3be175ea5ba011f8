package io.tenancy.samples.cms.journey;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * How an editor finds plugins, consents to them, sees what they find in an article and what that costs, and looks after them,
 * in a browser.
 */
class PluginsJourneyIT {

    private static final String COMPASSO = "compasso";
    private static final boolean UPDATE_DOCUMENTATION = Boolean.getBoolean("screenshots.update");
    private static final Path PICTURES = Path.of("target", "screenshots");
    private static final Path DOCUMENTATION = Path.of("..", "..", "docs", "images");
    private static final Set<String> DOCUMENTED = Set.of("plugin-findings", "plugins");
    private static final String CFM = "/desk/plugins/cfm_validation";
    private static final String STYLE = "house_style";
    private static final String TEXT =
            "Dr. João Souza, cardiologista. O melhor médico da região, com o laser mais moderno"
                    + " do Brasil: resultado garantido! Cirurgia a partir de R$ 4.990,00, só hoje. Dúvidas? Fale com a Ana,"
                    + " CPF 529.982.247-25.";

    private static final String ASKED = """
            "secrets": {"names": ["dictionary_token"]},
            "config": {"schema": {"type": "object", "required": ["sentence", "tone"], "additionalProperties": false,
              "properties": {
                "sentence": {"type": "integer", "title": "Longest sentence", "description": "In words.",
                  "minimum": 5, "maximum": 60},
                "tone": {"type": "string", "title": "Tone", "description": "One word that says how we sound.",
                  "maxLength": 40},
                "units": {"enum": ["SI", "mg/dL"], "title": "Units", "default": "SI"},
                "weekdays": {"type": "boolean", "title": "Write weekdays out", "default": true},
                "words": {"type": "array", "title": "Words that we avoid", "items": {"type": "string"},
                  "default": ["milagre"]}}}}""";

    @TempDir
    private static Path temporary;

    @Test
    void anEditorInstallsAValidatorWithConsentAndSeesWhatItFindsInAnArticle() throws Exception {
        Chromium chromium = Chromium.ofThisMachine();
        int port = UPDATE_DOCUMENTATION ? 8080 : RunningCms.freePort();
        Path own = temporary.resolve("own");
        houseStyle(own.resolve("first"), "1.0.0", "");
        houseStyle(
                own.resolve("second"),
                "1.1.0",
                ", \"http\": {\"hosts\": [\"style.example.org\"], \"methods\": [\"GET\"]}");
        try (RunningCms cms = RunningCms.start(
                        temporary.resolve("data"),
                        port,
                        Path.of("target", "plugins-journey", "cms.log"),
                        "--cms.demo-plugins=classpath:plugins/*/manifest.json," + own.toUri() + "*/manifest.json");
                Browser browser = new Browser(chromium, temporary.resolve("profile"))) {
            logIn(browser, cms);
            browser.open(cms.site(COMPASSO) + "/desk/plugins");
            browser.type("#store-q", "CFM");
            browser.follow(".store-search button");
            assertThat(browser.texts("[data-plugin] h3")).containsExactly("CFM advertising rules");
            browser.open(cms.site(COMPASSO) + "/desk/plugins");
            picture(browser, "plugin-store");
            install(browser, cms, "cfm_validation");
            install(browser, cms, "patient_privacy_enhancer");

            write(browser, cms, "Uma consulta como nenhuma outra");
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
            browser.desktop();

            configure(browser, cms);
            upgradeAndRollBack(browser, cms);
            order(browser, cms);
            browser.open(cms.site(COMPASSO) + "/desk/plugins");
            assertThat(browser.texts("[data-mine] h3")).hasSize(3);
            assertThat(browser.texts("[data-fuel-of]")).as("its fuel").noneMatch(each -> each.startsWith("0 "));
            browser.desktopAsHighAsThePage();
            picture(browser, "plugins");
            disable(browser, cms);
            lookAtAllOnAPhone(browser, cms);
            uninstall(browser, cms);
            assertThat(cms.log()
                            .lines()
                            .filter(line -> line.contains("platform scope entered") && line.contains("plugin run")))
                    .as("a job that comes again every two seconds is in the log once")
                    .hasSize(1);
        }
    }

    /** A plugin with settings and a secret, made of one of the samples. */
    private static void houseStyle(Path folder, String version, String more) throws IOException {
        Path sample = Path.of("..", "plugins", "cfm_validation");
        Files.createDirectories(folder.resolve("samples"));
        String manifest = Files.readString(sample.resolve("manifest.json"))
                .replace("\"cfm_validation\"", "\"" + STYLE + "\"")
                .replace("\"version\": \"1.0.0\"", "\"version\": \"" + version + "\"")
                .replace("CFM advertising rules", "House style")
                .replaceFirst("\"description\": \"[^\"]*\"", "\"description\": \"How we write: names, units, tone.\"")
                .replaceFirst("\"changelog\": \"[^\"]*\"", "\"changelog\": \"" + version + ": looks up words.\"")
                .replace("\"extension_points\"", "\"capabilities\": {" + ASKED + more + "}, \"extension_points\"");
        Files.writeString(folder.resolve("manifest.json"), manifest);
        Files.copy(sample.resolve("cfm_validation.wasm"), folder.resolve("cfm_validation.wasm"));
        try (Stream<Path> samples = Files.list(sample.resolve("samples"))) {
            for (Path each : samples.toList()) {
                Files.copy(each, folder.resolve("samples").resolve(each.getFileName()));
            }
        }
    }

    private static void configure(Browser browser, RunningCms cms) {
        browser.open(cms.site(COMPASSO) + "/desk/plugins/" + STYLE + "/install?version=1.0.0");
        browser.follow("[data-consent] button");
        assertThat(browser.address()).as("it waits for its settings").endsWith(STYLE + "/settings");
        browser.type("#set-0", "muito");
        browser.type("#set-1", "amigável");
        picture(browser, "plugin-settings-empty");
        browser.follow("[data-settings] button");
        assertThat(browser.text("#set-0-fault")).isEqualTo("Digite um número inteiro.");
        assertThat(browser.attribute("#set-0", "value")).as("what was typed").isEqualTo("muito");
        assertThat(browser.attribute("#set-0", "aria-describedby")).contains("set-0-fault");
        browser.desktopAsHighAsThePage();
        picture(browser, "plugin-settings-faulty");
        browser.desktop();
        browser.clear("#set-0");
        browser.type("#set-0", "25");
        browser.follow("[data-settings] button");
        assertThat(browser.text("[role='status']")).isEqualTo("As configurações estão salvas.");
        assertThat(browser.text("[data-state]")).isEqualTo("Ativo");
        browser.type("#secret-0", "nobody-reads-this");
        browser.follow("[data-secret] .secret button");
        assertThat(browser.text("[data-secret]")).contains("Informado em").doesNotContain("nobody-reads-this");
        assertThat(browser.attribute("#secret-0", "value")).isEmpty();
        browser.desktopAsHighAsThePage();
        picture(browser, "plugin-settings");
        browser.desktop();
    }

    private static void upgradeAndRollBack(Browser browser, RunningCms cms) {
        browser.open(cms.site(COMPASSO) + "/desk/plugins/" + STYLE);
        browser.follow("[data-upgrade]");
        assertThat(browser.text("[data-added]")).contains("style.example.org");
        picture(browser, "plugin-upgrade");
        browser.follow("[data-consent] button");
        browser.follow("[data-tab='versions']");
        assertThat(browser.text("[data-version='1.1.0']")).contains("Em uso");
        write(browser, cms, "Mais uma consulta");
        browser.follow("[data-check]");
        assertThat(browser.texts("[data-trace]")).hasSize(3).anyMatch(step -> step.contains("House style"));
        browser.open(cms.site(COMPASSO) + "/desk/plugins/" + STYLE + "/versions");
        browser.follow("[data-rollback] button");
        assertThat(browser.text("[data-version='1.0.0']")).contains("Em uso");
        assertThat(browser.attribute("[data-pin]", "data-pinned")).isEqualTo("true");
        picture(browser, "plugin-versions");
    }

    private static void order(Browser browser, RunningCms cms) {
        browser.open(cms.site(COMPASSO) + "/desk/plugins/in-order");
        String row = "[data-point='content.validate'] [data-place='" + STYLE + "'] ";
        browser.follow(row + "button[value='UP']");
        assertThat(browser.texts("[data-point='content.validate'] .place__name"))
                .containsExactly("CFM advertising rules", "House style", "Patient privacy enhancer");
        browser.type(row + "select", "Parar");
        browser.follow(row + ".place__policy button");
        assertThat(browser.attribute(row + "select", "value")).isEqualTo("BLOCK");
        browser.desktopAsHighAsThePage();
        picture(browser, "plugin-order");
        browser.desktop();
    }

    private static void disable(Browser browser, RunningCms cms) {
        browser.open(cms.site(COMPASSO) + "/desk/plugins/" + STYLE);
        browser.follow("[data-disable]");
        assertThat(browser.text("[data-state]")).isEqualTo("Desativado");
        browser.follow("[data-tab='history']");
        assertThat(browser.texts(".plugin-history strong")).startsWith("Desativado");
        browser.desktopAsHighAsThePage();
        picture(browser, "plugin-history");
    }

    private static void lookAtAllOnAPhone(Browser browser, RunningCms cms) {
        browser.phone();
        String plugin = "/desk/plugins/" + STYLE;
        for (String path : List.of(
                "/desk/plugins",
                CFM,
                plugin,
                plugin + "/install?version=1.1.0",
                plugin + "/settings",
                plugin + "/versions",
                plugin + "/history",
                plugin + "/uninstall",
                "/desk/plugins/in-order")) {
            browser.open(cms.site(COMPASSO) + path);
            assertThat(browser.pageWidth())
                    .as("%s: %s", path, browser.sticksOut())
                    .isLessThanOrEqualTo(Browser.PHONE_WIDTH);
            browser.phoneAsHighAsThePage();
            picture(browser, "phone" + path.replaceAll("[^a-z]+", "-"));
            browser.phone();
        }
        browser.desktop();
    }

    private static void uninstall(Browser browser, RunningCms cms) {
        browser.open(cms.site(COMPASSO) + "/desk/plugins/" + STYLE);
        browser.follow("[data-uninstall]");
        picture(browser, "plugin-uninstall");
        browser.follow("form[data-uninstall] button");
        assertThat(browser.text("[role='status']")).contains("O plugin foi desinstalado.");
        assertThat(browser.texts("[data-mine] h3")).hasSize(2);
    }

    private static void install(Browser browser, RunningCms cms, String plugin) {
        browser.open(cms.site(COMPASSO) + "/desk/plugins");
        browser.follow("[data-plugin='" + plugin + "'] h3 a");
        browser.follow("[data-install]");
        assertThat(browser.text("[data-may]")).contains("Nada mais");
        picture(browser, "plugin-consent");
        browser.follow("[data-consent] button");
        assertThat(browser.text("[role='status']")).contains("O plugin está instalado e ativo.");
        assertThat(browser.text("[data-state]")).isEqualTo("Ativo");
        picture(browser, "plugin-page");
    }

    private static void write(Browser browser, RunningCms cms, String title) {
        browser.open(cms.site(COMPASSO) + "/editor/articles/new");
        browser.type("#field-title", title);
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
