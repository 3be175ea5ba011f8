package io.tenancy.plugins.kit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.kit.RecordingServices.LogLine;
import io.tenancy.plugins.kit.RecordingServices.SentRequest;
import io.tenancy.plugins.sandbox.PluginFailedException;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.plugins.sandbox.PluginResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The harness and its test double do what a host does. */
class PluginUnderTestTest {

    private static final String DONE = "{\"output\":true}";

    private static PluginUnderTest keeping(String then, String answered) {
        return PluginUnderTest.of(SmallPlugin.keeping(then, answered), Capability.KV);
    }

    private static PluginUnderTest asking(Capability capability, String function, String text) {
        return PluginUnderTest.of(SmallPlugin.asking(function, text), capability);
    }

    @Test
    void aCallTellsOutputAndFuel() {
        try (PluginUnderTest plugin = PluginUnderTest.of(SmallPlugin.answering("{\"output\":[1]}"))) {
            PluginResult result = plugin.call("note", "{}");

            assertThat(result.require()).isEqualTo("[1]");
            assertThat(result.fuel())
                    .isPositive()
                    .isEqualTo(plugin.call("note", "{}").fuel());
        }
    }

    @Test
    void aProjectIsTakenWithItsManifestsCapabilitiesAndLimits(@TempDir Path folder) {
        SmallPlugin.project(
                folder,
                SmallPlugin.MANIFEST
                        .replace("\"capabilities\": {}", "\"capabilities\": {\"kv\": {\"bytes\": 100, \"keys\": 1}}")
                        .replace("\"output_bytes\": 1000", "\"output_bytes\": 5"),
                SmallPlugin.keeping("", DONE),
                "{}",
                "{}");

        try (PluginUnderTest plugin = PluginUnderTest.in(folder)) {
            assertThat(catchThrowableOfType(PluginFailedException.class, () -> plugin.call("note", "{}"))
                            .kind())
                    .isEqualTo(PluginFailedException.Kind.OUTPUT);
            assertThat(plugin.within(PluginLimits.DEFAULT).call("note", "{}").require())
                    .isEqualTo("true");
        }
    }

    @Test
    void aModuleThatImportsMoreThanIsAskedForIsRefused() {
        assertThatThrownBy(() -> PluginUnderTest.of(SmallPlugin.keeping("", DONE)))
                .isInstanceOf(PluginRefusedException.class)
                .hasMessageContaining("kv_get");
    }

    @Test
    void effectsTakePlaceWhenACallReturns() {
        try (PluginUnderTest plugin = keeping("", DONE)) {
            plugin.call("note", "{}");

            assertThat(plugin.services().values()).isEqualTo(Map.of("k", "v"));
        }
    }

    @Test
    void effectsOfACallThatAnswersWithAnErrorDoNotTakePlace() {
        try (PluginUnderTest plugin = keeping("", "{\"error\":{\"code\":\"no\",\"message\":\"No.\"}}")) {
            plugin.call("note", "{}");

            assertThat(plugin.services().values()).isEmpty();
        }
    }

    @Test
    void effectsOfACallThatTrapsDoNotTakePlace() {
        try (PluginUnderTest plugin = keeping("(unreachable)", DONE)) {
            plugin.services().kept("k", "before");

            assertThatThrownBy(() -> plugin.call("note", "{}")).isInstanceOf(PluginFailedException.class);
            assertThat(plugin.services().values()).isEqualTo(Map.of("k", "before"));
        }
    }

    @Test
    void aValueThatSomebodyElseChangedMeanwhileIsAConflict() {
        try (PluginUnderTest plugin = keeping("", DONE)) {
            plugin.services().kept("k", "before").changedMeanwhile("k");

            assertThat(catchThrowableOfType(PluginFailedException.class, () -> plugin.call("note", "{}"))
                            .kind())
                    .isEqualTo(PluginFailedException.Kind.CONFLICT);
            assertThat(plugin.services().values()).isEqualTo(Map.of("k", "before"));
            plugin.call("note", "{}");
            assertThat(plugin.services().values()).isEqualTo(Map.of("k", "v"));
        }
    }

    @Test
    void nothingIsKeptBeyondTheQuota() {
        try (PluginUnderTest plugin = keeping("", DONE)) {
            plugin.services().quota(2);
            plugin.call("note", "{}");
            assertThat(plugin.services().values()).isEmpty();

            plugin.services().quota(3);
            plugin.call("note", "{}");
            assertThat(plugin.services().values()).hasSize(1);
        }
    }

    @Test
    void aCapabilityThatTheTenantDoesNotGrantDoesNothing() {
        try (PluginUnderTest plugin = keeping("", DONE).granting()) {
            plugin.call("note", "{}");

            assertThat(plugin.services().values()).isEmpty();
        }
    }

    @Test
    void requestsAreAnsweredAsStatedAndRememberedWithSecretsInPlaceOfTheirHandles() {
        String request = "{\"method\":\"POST\",\"url\":\"https://api.example.org/a\","
                + "\"headers\":{\"Authorization\":\"Bearer {{secret:token}}\"},\"body\":\"x\"}";
        try (PluginUnderTest plugin = asking(Capability.HTTP, "http_send", request)) {
            plugin.services().secret("token", "s3cret").answering("POST", "https://api.example.org/a", 201, "made");

            String answer = plugin.call("note", "{}").require();

            assertThat(KitJson.read(answer))
                    .isEqualTo(KitJson.read("{\"status\":201,\"headers\":{},\"body\":\"made\"}"));
            assertThat(plugin.services().requests())
                    .containsExactly(new SentRequest(
                            "POST", "https://api.example.org/a", Map.of("Authorization", "Bearer s3cret"), "x"));
        }
    }

    @Test
    void aRequestWithoutAStatedAnswerFailsAndTheLogSaysWhatToDo() {
        try (PluginUnderTest plugin = asking(Capability.HTTP, "http_send", "{\"url\":\"https://api.example.org/a\"}")) {
            assertThat(plugin.call("note", "{}").require()).isEqualTo("null");
            assertThat(plugin.services().lines())
                    .singleElement()
                    .extracting(LogLine::text)
                    .asString()
                    .contains("GET https://api.example.org/a", "answering(...)");
        }
    }

    @Test
    void aRequestThatIsNotOverTlsFails() {
        try (PluginUnderTest plugin = asking(Capability.HTTP, "http_send", "{\"url\":\"http://api.example.org/a\"}")) {
            plugin.services().answering("GET", "http://api.example.org/a", 200, "");

            assertThat(plugin.call("note", "{}").require()).isEqualTo("null");
            assertThat(plugin.services().requests()).isEmpty();
        }
    }

    @Test
    void aRequestThatTheManifestDoesNotAskForFails(@TempDir Path folder) {
        String http = "\"capabilities\": {\"http\": {\"hosts\": [\"%s\"], \"methods\": [\"GET\"]}}";
        byte[] module = SmallPlugin.asking("http_send", "{\"url\":\"https://api.example.org/a\"}");
        for (String host : List.of("api.example.org", "other.example.org")) {
            SmallPlugin.project(
                    folder,
                    SmallPlugin.MANIFEST.replace("\"capabilities\": {}", http.formatted(host)),
                    module,
                    "{}",
                    "{}");
            try (PluginUnderTest plugin = PluginUnderTest.in(folder)) {
                plugin.services().answering("GET", "https://api.example.org/a", 200, "");
                plugin.call("note", "{}");
                assertThat(plugin.services().requests()).hasSize(host.startsWith("api") ? 1 : 0);
            }
        }
    }

    @Test
    void theQuotaOfStorageIsThatOfTheManifest(@TempDir Path folder) {
        String kv = "\"capabilities\": {\"kv\": {\"bytes\": 2, \"keys\": 1}}";
        SmallPlugin.project(
                folder,
                SmallPlugin.MANIFEST.replace("\"capabilities\": {}", kv),
                SmallPlugin.keeping("", DONE),
                "{}",
                "{}");
        try (PluginUnderTest plugin = PluginUnderTest.in(folder)) {
            plugin.call("note", "{}");
            assertThat(plugin.services().values()).isEmpty();
        }
    }

    @Test
    void settingsAreThoseStated() {
        try (PluginUnderTest plugin = asking(Capability.CONFIG, "config_get", "word")) {
            assertThat(plugin.call("note", "{}").require()).isEqualTo("null");
            plugin.services().configured("word", "\"cure\"");
            assertThat(plugin.call("note", "{}").require()).isEqualTo("\"cure\"");
        }
        try (PluginUnderTest plugin = asking(Capability.CONFIG, "config_get", "")) {
            plugin.services().configured("word", "\"cure\"");
            assertThat(plugin.call("note", "{}").require()).isEqualTo("{\"word\":\"cure\"}");
        }
    }

    @Test
    void aSettingThatIsNoJsonIsRefused() {
        assertThatThrownBy(() -> new RecordingServices().configured("word", "cure"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quote texts");
    }

    @Test
    void secretsAndContentAreThoseStated() {
        try (PluginUnderTest plugin = asking(Capability.SECRETS_CLEAR, "secret_read", "pin")) {
            plugin.services().secret("pin", "1234");
            assertThat(plugin.call("note", "{}").require()).isEqualTo("1234");
        }
        try (PluginUnderTest plugin = asking(Capability.CONTENT_READ, "content_read", "page 1")) {
            plugin.services().showing("page 1", "{\"title\":\"A\"}");
            assertThat(plugin.call("note", "{}").require()).isEqualTo("{\"title\":\"A\"}");
        }
    }

    @Test
    void eventsAndAnnotationsAreRemembered() {
        try (PluginUnderTest plugin = asking(Capability.EMIT, "emit_event", "{\"type\":\"seen\"}")) {
            // What it answers with is no JSON here, since the host has no answer to read; the effect is what counts.
            assertThatThrownBy(() -> plugin.call("note", "{}")).isInstanceOf(PluginFailedException.class);
            assertThat(plugin.services().events()).isEmpty();
        }
        String call = "(drop (call $emit (i32.const 16) (i32.const 15)))" + SmallPlugin.answer(64, DONE.length());
        byte[] module = SmallPlugin.module(
                "(import \"tp\" \"emit_event\" (func $emit (param i32 i32) (result i32)))",
                SmallPlugin.data(16, "{\"type\":\"seen\"}") + SmallPlugin.data(64, DONE),
                call);
        try (PluginUnderTest plugin = PluginUnderTest.of(module, Capability.EMIT)) {
            plugin.call("note", "{}");
            assertThat(plugin.services().events()).containsExactly("{\"type\":\"seen\"}");
        }
        byte[] annotating = SmallPlugin.module(
                "(import \"tp\" \"content_annotate\" (func $emit (param i32 i32) (result i32)))",
                SmallPlugin.data(16, "{\"type\":\"seen\"}") + SmallPlugin.data(64, DONE),
                call);
        try (PluginUnderTest plugin = PluginUnderTest.of(annotating, Capability.CONTENT_ANNOTATE)) {
            plugin.call("note", "{}");
            assertThat(plugin.services().annotations()).containsExactly("{\"type\":\"seen\"}");
        }
    }

    @Test
    void linesAreRememberedAlsoOfACallThatFails() {
        byte[] module = SmallPlugin.module(
                "(import \"tp\" \"log\" (func $log (param i32 i32 i32)))",
                SmallPlugin.data(16, "hello"),
                "(call $log (i32.const 2) (i32.const 16) (i32.const 5)) (unreachable)");
        try (PluginUnderTest plugin = PluginUnderTest.of(module, Capability.LOG)) {
            assertThatThrownBy(() -> plugin.call("note", "{}")).isInstanceOf(PluginFailedException.class);

            assertThat(plugin.services().lines()).containsExactly(new LogLine(2, "hello"));
        }
    }

    /** Answers with whether the time is that of 2001-09-09T01:46:40Z. */
    private static final byte[] CLOCK = SmallPlugin.module(
            "(import \"tp\" \"clock_now\" (func $now (result i64)))",
            SmallPlugin.data(16, "{\"output\":0}"),
            "(if (i64.eq (call $now) (i64.const 1000000000000)) (then (i32.store8 (i32.const 26) (i32.const 49))))"
                    + SmallPlugin.answer(16, 12));

    @Test
    void theTimeIsTheStatedOne() {
        try (PluginUnderTest plugin = PluginUnderTest.of(CLOCK, Capability.CLOCK)) {
            assertThat(plugin.call("note", "{}").require()).isEqualTo("0");
            assertThat(plugin.at(Instant.ofEpochSecond(1_000_000_000))
                            .call("note", "{}")
                            .require())
                    .isEqualTo("1");
        }
    }

    @Test
    void whatIsRandomIsTheSameForTheSameSeed() {
        byte[] module = SmallPlugin.module(
                "(import \"tp\" \"random_fill\" (func $fill (param i32 i32) (result i32)))",
                SmallPlugin.data(16, "{\"output\":0}"),
                "(drop (call $fill (i32.const 64) (i32.const 1)))"
                        + "(i32.store8 (i32.const 26) (i32.add (i32.const 48)"
                        + " (i32.rem_u (i32.load8_u (i32.const 64)) (i32.const 10))))"
                        + SmallPlugin.answer(16, 12));
        try (PluginUnderTest plugin = PluginUnderTest.of(module, Capability.RANDOM)) {
            String drawn = plugin.seed(1).call("note", "{}").receipt().transcript();

            assertThat(plugin.seed(1).call("note", "{}").receipt().transcript()).isEqualTo(drawn);
            assertThat(plugin.seed(2).call("note", "{}").receipt().transcript()).isNotEqualTo(drawn);
        }
    }

    @Test
    void oneOfTheSamplePluginsRunsInTheHarness() throws IOException {
        Path folder = Path.of("../samples/plugins/cfm_validation");
        String input = Files.readString(folder.resolve("samples/many-faults.input.json"));
        JsonNode output = KitJson.read(Files.readString(folder.resolve("samples/many-faults.output.json")));
        try (PluginUnderTest plugin = PluginUnderTest.of(Files.readAllBytes(folder.resolve("cfm_validation.wasm")))) {
            PluginResult result = plugin.call("validate", input);

            assertThat(KitJson.same(KitJson.read(result.require()), output)).isTrue();
        }
    }
}
