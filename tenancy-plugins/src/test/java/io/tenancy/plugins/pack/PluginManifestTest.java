package io.tenancy.plugins.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.assertj.core.api.Assertions.tuple;

import io.tenancy.plugins.capability.Capability;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PluginManifestTest {

    private static List<ManifestProblem> problems(String json) {
        InvalidManifestException refused =
                catchThrowableOfType(InvalidManifestException.class, () -> PluginManifest.read(json));
        assertThat(refused).as("refusal of %s", json).isNotNull();
        assertThat(refused.check()).isEqualTo(PackageCheck.MANIFEST);
        return refused.problems();
    }

    @Test
    void everythingThatAManifestSaysIsRead() {
        PluginManifest manifest = Manifests.full();

        assertThat(manifest.version()).isEqualTo(SemanticVersion.parse("1.2.0"));
        assertThat(manifest.regions()).containsExactly("BR", "DE");
        assertThat(manifest.functions().get("calculate").fuel()).isEqualTo(500_000);
        assertThat(manifest.functions().get("calculate").input())
                .isEqualTo("{\"properties\":{\"chol\":{\"minimum\":0.5,\"type\":\"number\"}},\"type\":\"object\"}");
        assertThat(manifest.extensionPoints()).containsEntry(ExtensionPoint.FORM_CALCULATE, "calculate");
        assertThat(manifest.capabilities()).containsOnlyKeys(Capability.values());
        assertThat(manifest.capabilities().get(Capability.KV)).isEqualTo(new CapabilityRequest.Storage(1_048_576, 100));
        assertThat(manifest.credentials())
                .containsExactly(
                        new RequiredCredential("medical_licence", "cardiology"),
                        new RequiredCredential("clinic", null));
        assertThat(manifest.price()).isNotNull().extracting(PluginPrice::per).isEqualTo(PluginPrice.Per.MONTH);
        assertThat(manifest.samples()).hasSize(2);
    }

    @Test
    void whatAFunctionDoesNotLimitIsThePluginsLimit() {
        PluginFunction validate = Manifests.full().functions().get("validate");

        assertThat(validate.fuel()).isEqualTo(1_000_000);
        assertThat(validate.deadlineMillis()).isEqualTo(200);
    }

    @Test
    void aManifestIsWrittenAsItIsRead() {
        assertThat(PluginManifest.read(Manifests.full().json())).isEqualTo(Manifests.full());
        assertThat(PluginManifest.read(Manifests.small().json())).isEqualTo(Manifests.small());
    }

    @Test
    void capabilitiesGiveTheImportsOfTheInterfaceAndNoOthers() {
        assertThat(Manifests.small().imports()).containsExactly("result_read");
        assertThat(Manifests.full().imports())
                .containsExactlyInAnyOrder(
                        "result_read",
                        "log",
                        "kv_get",
                        "kv_put",
                        "kv_delete",
                        "kv_list",
                        "http_send",
                        "config_get",
                        "secret_handle",
                        "secret_read",
                        "clock_now",
                        "random_fill",
                        "emit_event",
                        "emit_metric",
                        "content_read",
                        "content_annotate");
    }

    @Test
    void allProblemsAreToldAtOnceEachWithItsPlace() {
        String json = Manifests.with(
                Manifests.with(
                        Manifests.with(
                                Manifests.with(Manifests.with("/title", ""), "/regions/1", "\"XX\""),
                                "/functions/calculate/fuel",
                                "0"),
                        "/capabilities/http/hosts/0",
                        "\"10.0.0.1\""),
                "/a~1b",
                "1");

        List<ManifestProblem> problems = problems(json);

        assertThat(problems)
                .extracting(ManifestProblem::pointer)
                .containsExactlyInAnyOrder(
                        "/title", "/regions/1", "/functions/calculate/fuel", "/capabilities/http/hosts/0", "/a~1b");
        assertThat(problems).allSatisfy(problem -> {
            assertThat(problem.found()).isNotBlank();
            assertThat(problem.advice()).isNotBlank();
        });
        assertThat(problems)
                .contains(new ManifestProblem(
                        "/functions/calculate/fuel", "was the number 0", "write a whole number from 1 to 1000000"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /format                        | 2
                    /format                        | "1"
                    /format                        | null
                    /id                            | "Cardiac"
                    /id                            | "a..b"
                    /id                            | "a.b.c.d.e.f"
                    /id                            | "a-b"
                    /version                       | "1.2"
                    /version                       | 1
                    /publisher                     | "heart.house"
                    /title                         | ""
                    /title                         | "line\\nbreak"
                    /title                         | "turned \\u202e around"
                    /title                         | "own \\ue000"
                    /title                         | "hidden \\u200b"
                    /title                         | "tag \\udb40\\udc41"
                    /title                         | "mark \\ufeff"
                    /title                         | "separated \\u2028"
                    /description                   | "bell \\u0007"
                    /description                   | 5
                    /specialty                     | "Cardiology"
                    /regions                       | "BR"
                    /regions/0                     | "br"
                    /regions/1                     | "BR"
                    /abi                           | 2
                    /module                        | "../plugin.wasm"
                    /functions                     | []
                    /functions                     | {}
                    /functions/validate/input      | true
                    /functions/validate/input      | {"$ref": "https://example.org/schema"}
                    /functions/validate/output     | {"items": [{"$ref": "other.json#/a"}]}
                    /functions/validate/input      | {"$schema": "http://example.org/own"}
                    /functions/validate/fuel       | 1000001
                    /functions/validate/fuel       | 1.5
                    /functions/validate/deadline_millis | 201
                    /extension_points/form.calculate | "missing"
                    /extension_points/form.unknown | "validate"
                    /capabilities/kernel           | {}
                    /capabilities/log              | {"level": 1}
                    /capabilities/clock            | true
                    /capabilities/kv/bytes         | 0
                    /capabilities/kv/keys          | 1000001
                    /capabilities/http/hosts       | []
                    /capabilities/http/hosts/0     | "*.example.org"
                    /capabilities/http/hosts/0     | "localhost"
                    /capabilities/http/hosts/0     | "127.0.0.1"
                    /capabilities/http/hosts/0     | "[::1]"
                    /capabilities/http/hosts/0     | "API.example.org"
                    /capabilities/http/hosts/0     | "api.example.org:0"
                    /capabilities/http/hosts/0     | "api.example.org:65536"
                    /capabilities/http/hosts/0     | "api.example.org."
                    /capabilities/http/hosts/0     | "api.example.org/path"
                    /capabilities/http/hosts/0     | "user@api.example.org"
                    /capabilities/http/hosts/0     | "0x7f.0.0.0x1"
                    /capabilities/http/hosts/1     | "api.example.org"
                    /capabilities/http/methods/0   | "CONNECT"
                    /capabilities/config/schema    | []
                    /capabilities/secrets/names    | "api_token"
                    /capabilities/secrets/names/0  | "1"
                    /limits/memory_bytes           | 65535
                    /limits/fuel                   | 1000000000001
                    /limits/deadline_millis        | 60001
                    /limits/input_bytes            | 0
                    /limits/output_bytes           | 16777217
                    /credentials/0/kind            | "licence of medicine"
                    /credentials/0/specialty       | 1
                    /price/amount                  | 49.9
                    /price/amount                  | "049.90"
                    /price/amount                  | "1e3"
                    /price/currency                | "brl"
                    /price/per                     | "week"
                    /changelog                     | " "
                    /licence                       | "Apache 2.0"
                    /screenshots/0/file            | "/etc/passwd"
                    /screenshots/0/caption         | ""
                    /samples/0/function            | "missing"
                    /samples/0/input               | "a\\\\b.json"
                    /samples/1/output              | "C:/b.json"
                    /files                         | []
                    """)
    void whatIsNotAsItShouldBeIsToldWithItsPlace(String pointer, String json) {
        assertThat(problems(Manifests.with(pointer, json)))
                .extracting(ManifestProblem::pointer)
                .containsExactly(pointer);
    }

    @ParameterizedTest
    @CsvSource({
        "/format",
        "/id",
        "/version",
        "/publisher",
        "/title",
        "/description",
        "/abi",
        "/module",
        "/functions",
        "/functions/validate/input",
        "/functions/validate/output",
        "/capabilities/kv/bytes",
        "/capabilities/http/hosts",
        "/capabilities/http/methods",
        "/capabilities/config/schema",
        "/capabilities/secrets/names",
        "/limits",
        "/limits/fuel",
        "/credentials/0/kind",
        "/price/amount",
        "/price/currency",
        "/price/per",
        "/changelog",
        "/licence",
        "/screenshots/0/file",
        "/screenshots/0/caption",
        "/samples/0/input",
        "/samples/0/function"
    })
    void whatIsMissingIsToldWithItsPlace(String pointer) {
        List<ManifestProblem> problems = problems(Manifests.with(pointer, ""));

        assertThat(problems).extracting(ManifestProblem::pointer).contains(pointer);
        assertThat(problems).extracting(ManifestProblem::found).contains("is missing");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"amount": "0", "currency": "EUR", "per": "once"}        | more than zero
                    {"amount": "1.999", "currency": "EUR", "per": "once"}    | EUR has 2 decimals
                    {"amount": "1.5", "currency": "JPY", "per": "once"}      | JPY has 0 decimals
                    {"amount": "1", "currency": "ZZZ", "per": "once"}        | ISO 4217
                    {"amount": "1", "currency": "XAU", "per": "once"}        | ISO 4217
                    """)
    void aPriceThatNobodyCanPayIsRefused(String price, String said) {
        assertThat(problems(Manifests.with("/price", price)))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.toString()).contains("/price: ").contains(said));
    }

    @Test
    void wordsOfAllScriptsAreTaken() {
        String title = "心臓 – قلب – \u0915\u094d\u200d\u0937 – 🫀";

        assertThat(PluginManifest.read(Manifests.with("/title", '"' + title + '"'))
                        .title())
                .isEqualTo(title);
    }

    @Test
    void anotherFormatIsNotJudgedByTheRulesOfThisOne() {
        assertThat(problems("{\"format\": 2, \"whatever\": true}"))
                .extracting(ManifestProblem::pointer, ManifestProblem::advice)
                .containsExactly(tuple("/format", "pack the plugin for this format, or upgrade the host"));
    }

    @Test
    void aSchemaIsBounded() {
        String large = "{\"title\": \"" + "a".repeat(32_768) + "\"}";

        assertThat(problems(Manifests.with("/functions/validate/input", large)))
                .extracting(ManifestProblem::pointer)
                .containsExactly("/functions/validate/input");
    }

    @Test
    void noMoreThanAHundredProblemsAreTold() {
        StringBuilder json = new StringBuilder("{\"format\":1");
        for (int i = 0; i < 500; i++) {
            json.append(",\"x").append(i).append("\":1");
        }

        assertThat(problems(json + "}")).hasSize(PluginManifest.MOST_PROBLEMS);
    }

    @Test
    void aNameFromOutsideCannotBreakTheMessage() {
        String json = Manifests.with("/x\u0007y", "1").replace("/x", "x");

        assertThat(problems(json))
                .singleElement()
                .satisfies(problem -> assertThat(problem.pointer()).isEqualTo("/x?y"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
                    [] | an array
                    5 | the number 5
                    {"format": 1 | not JSON
                    {"format": 1, "format": 1} | not JSON
                    {"format": 1, "price": 9007199254740993} | write it as a text
                    """)
    void whatIsNoJsonObjectIsRefused(String json, String said) {
        assertThatExceptionOfType(InvalidManifestException.class)
                .isThrownBy(() -> PluginManifest.read(json))
                .satisfies(refused ->
                        assertThat(refused.problems().toString() + json).containsAnyOf(said, "write one JSON"));
    }

    @Test
    void filesThatTheManifestSpeaksOfAreAmongItsFiles() {
        TreeMap<String, PackagedFile> files = new TreeMap<>();
        files.put("plugin.wasm", new PackagedFile("0".repeat(64), 1));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> Manifests.full().withFiles(files))
                .withMessageContaining("samples/a.json");
        assertThat(problems(Manifests.with(
                        "/files", "{\"plugin.wasm\": {\"sha256\": \"" + "0".repeat(64) + "\", \"bytes\": 1}}")))
                .hasSize(4)
                .allSatisfy(problem -> assertThat(problem.pointer()).isEqualTo("/files"));
    }

    @ParameterizedTest
    @CsvSource({"manifest.json", "Manifest.JSON", "signatures/x.json", "SIGNATURES/x.json"})
    void filesCannotTakeThePlaceOfThePackagesOwn(String path) {
        String pointer = "/files/" + path.replace("/", "~1");
        String file = "{\"sha256\": \"" + "0".repeat(64) + "\", \"bytes\": 1}";

        assertThat(problems(Manifests.with(Manifests.with("/files", "{}"), pointer, file)))
                .extracting(ManifestProblem::pointer)
                .contains(pointer);
    }

    @Test
    void filesThatDifferInCapitalsOrAreFoldersOfOthersAreRefused() {
        String file = "{\"sha256\": \"" + "0".repeat(64) + "\", \"bytes\": 1}";

        for (String twice : List.of("PLUGIN.wasm", "plugin.wasm/a", "Plugin.Wasm/a")) {
            String files = "{\"plugin.wasm\": " + file + ", \"" + twice + "\": " + file + "}";
            assertThat(problems(Manifests.with(Manifests.SMALL, "/files", files)))
                    .singleElement()
                    .satisfies(problem -> assertThat(problem.found()).contains("twice"));
        }
    }
}
