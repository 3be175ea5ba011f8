package io.tenancy.plugins.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tenancy.TenantId;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmEngine;
import io.tenancy.plugins.sandbox.PluginFailedException.Kind;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PluginHostTest {

    private static final TenantId TENANT = TenantId.next(InstantSource.system());

    /** Answers with a text that lies at 16. */
    private static byte[] answering(String json) {
        return Wat.plugin("(data (i32.const 16) \"" + json.replace("\"", "\\\"") + "\")", answer(json.length()));
    }

    private static String answer(int length) {
        return "(i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const " + length + "))";
    }

    static Stream<WasmEngine> engines() {
        return Stream.of(EndiveEngine.compiled(), EndiveEngine.interpreted());
    }

    private static PluginHost host(WasmEngine engine) {
        return PluginHost.builder().engine(engine).build();
    }

    private static PluginResult call(WasmEngine engine, byte[] module) {
        try (PluginHost host = host(engine)) {
            return host.call(host.admit(module, Set.of()), PluginCall.of(TENANT, "work", "{}"));
        }
    }

    private static PluginFailedException failure(WasmEngine engine, byte[] module, PluginLimits limits) {
        try (PluginHost host = host(engine)) {
            AdmittedPlugin plugin = host.admit(module, Set.of());
            return catchThrowableOfType(
                    PluginFailedException.class,
                    () -> host.call(plugin, PluginCall.of(TENANT, "work", "{}").within(limits)));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aPluginAnswersWithItsOutput(WasmEngine engine) {
        PluginResult result = call(engine, answering("{\"output\":{\"a\":[1,2.50]}}"));

        assertThat(result.require()).isEqualTo("{\"a\":[1,2.50]}");
        assertThat(result.fuel()).isPositive();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aPluginSaysWhyItCannotDoIt(WasmEngine engine) {
        PluginResult result = call(engine, answering("{\"error\":{\"code\":\"no\",\"message\":\"I will not.\"}}"));

        assertThat(result.output()).isNull();
        assertThat(result.error()).isEqualTo(new PluginResult.PluginError("no", "I will not."));
        assertThatThrownBy(result::require).hasMessageContaining("I will not.");
    }

    @Test
    void aPluginIsGivenItsFunctionAndItsInput() {
        // It answers with what it was given, which is no answer; the message of the refusal does not matter, its bytes
        // do.
        byte[] echo = Wat.plugin("", """
                (i64.or (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32)) (i64.extend_i32_u (local.get $length)))
                """);
        byte[] wrapped = Wat.plugin("(data (i32.const 16) \"{\\\"output\\\":\")", """
                (memory.copy (i32.const 26) (local.get $at) (local.get $length))
                (i32.store8 (i32.add (i32.const 26) (local.get $length)) (i32.const 125))
                (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.extend_i32_u (i32.add (local.get $length) (i32.const 11))))
                """);

        try (PluginHost host = host(EndiveEngine.compiled())) {
            PluginCall call = PluginCall.of(TENANT, "work \"hard\"", "[1, {\"x\": null}]");
            assertThat(host.call(host.admit(wrapped, Set.of()), call).require())
                    .isEqualTo("{\"function\":\"work \\\"hard\\\"\",\"input\":[1,{\"x\":null}]}");
            assertThatThrownBy(() -> host.call(host.admit(echo, Set.of()), call))
                    .isInstanceOfSatisfying(
                            PluginFailedException.class,
                            failed -> assertThat(failed.kind()).isEqualTo(Kind.OUTPUT));
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void fuelEndsALoop(WasmEngine engine) {
        PluginFailedException failed = failure(
                engine,
                Wat.plugin("", "(loop $again (br $again)) (i64.const 0)"),
                PluginLimits.DEFAULT.withFuel(10_000));

        assertThat(failed.kind()).isEqualTo(Kind.FUEL);
        assertThat(failed.fuel()).isEqualTo(10_000);
        assertThat(failed.isByPlugin()).isTrue();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theDeadlineEndsALoopThatHasFuel(WasmEngine engine) {
        PluginFailedException failed = failure(
                engine,
                Wat.plugin("", "(loop $again (br $again)) (i64.const 0)"),
                PluginLimits.DEFAULT.withFuel(1L << 60).withDeadline(Duration.ofMillis(80)));

        assertThat(failed.kind()).isEqualTo(Kind.DEADLINE);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void theStackEndsARecursion(WasmEngine engine) {
        PluginFailedException failed = failure(
                engine,
                Wat.plugin("(func $f (result i64) (i64.add (call $f) (i64.const 1)))", "(call $f)"),
                PluginLimits.DEFAULT.withDeadline(Duration.ofSeconds(20)));

        assertThat(failed.kind()).isEqualTo(Kind.STACK);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aTrapEndsTheCall(WasmEngine engine) {
        PluginFailedException failed = failure(engine, Wat.plugin("", "(unreachable)"), PluginLimits.DEFAULT);

        assertThat(failed.kind()).isEqualTo(Kind.TRAP);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void outputThatIsNotInMemoryIsRefused(WasmEngine engine) {
        PluginFailedException failed =
                failure(engine, Wat.plugin("", "(i64.const 0x7FFFFFF000000010)"), PluginLimits.DEFAULT);

        assertThat(failed.kind()).isEqualTo(Kind.OUTPUT);
    }

    @Test
    void nothingOfOneCallIsSeenByTheNext() {
        byte[] counting = Wat.plugin("(data (i32.const 16) \"{\\\"output\\\":0}\")", """
                (i32.store8 (i32.const 26) (i32.add (i32.load8_u (i32.const 26)) (i32.const 1)))
                %s""".formatted(answer(12)));

        try (PluginHost host = host(EndiveEngine.compiled())) {
            AdmittedPlugin plugin = host.admit(counting, Set.of());
            List<String> outputs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                outputs.add(
                        host.call(plugin, PluginCall.of(TENANT, "work", "{}")).require());
            }
            assertThat(outputs).containsExactly("1", "1", "1");
        }
    }

    @Test
    void bothEnginesGiveTheSameReceipt() {
        byte[] module = answering("{\"output\":true}");

        assertThat(call(EndiveEngine.interpreted(), module).receipt())
                .isEqualTo(call(EndiveEngine.compiled(), module).receipt());
    }

    @Test
    void anImportThatTheManifestDoesNotDeclareIsRefusedByName() {
        byte[] module =
                Wat.plugin("(import \"tp\" \"kv_put\" (func (param i32 i32 i32 i32) (result i32)))", "(i64.const 0)");

        try (PluginHost host = host(EndiveEngine.compiled())) {
            assertThatThrownBy(() -> host.admit(module, Set.of(Capability.LOG)))
                    .hasMessageContaining("'kv_put'")
                    .hasMessageContaining("does not declare");
            assertThat(host.admit(module, Set.of(Capability.KV)).imports()).containsExactly("kv_put");
        }
    }

    @Test
    void inputThatIsNoJsonIsToldToTheCaller() {
        try (PluginHost host = host(EndiveEngine.compiled())) {
            AdmittedPlugin plugin = host.admit(answering("{\"output\":1}"), Set.of());

            assertThatThrownBy(() -> host.call(plugin, PluginCall.of(TENANT, "work", "{} {}")))
                    .isInstanceOfSatisfying(
                            PluginFailedException.class,
                            failed -> assertThat(failed.kind()).isEqualTo(Kind.INPUT));
        }
    }

    @Test
    void aHostThatIsClosedRefusesNoModule() {
        PluginHost host = host(EndiveEngine.compiled());
        host.close();

        assertThatThrownBy(() ->
                        host.admit(answering("{\"output\":1}"), Set.of(), List.of(new PluginSample("work", "{}"))))
                .isInstanceOf(PluginHostBusyException.class)
                .hasMessageContaining("closed");
    }

    /** Tells what a call did; has the keys {@code s1} and {@code s2}. */
    private static final class Listening implements PluginServices {
        private final List<PluginEffects> applied = new ArrayList<>();
        private final List<String> lines = new ArrayList<>();

        @Override
        public List<String> keys(String prefix) {
            return Stream.of("s1", "s2").filter(key -> key.startsWith(prefix)).toList();
        }

        @Override
        public long bytesLeft() {
            return 1_000;
        }

        @Override
        public void log(int level, String text) {
            lines.add(text);
        }

        @Override
        public void apply(PluginEffects effects) {
            applied.add(effects);
        }
    }

    @Test
    void keysThatACallListedAreAmongWhatItRead() {
        byte[] module = Wat.plugin(
                "(import \"tp\" \"kv_list\" (func $list (param i32 i32) (result i32)))"
                        + "(import \"tp\" \"kv_put\" (func $put (param i32 i32 i32 i32) (result i32)))"
                        + "(data (i32.const 16) \"{\\\"output\\\":1}\") (data (i32.const 64) \"s3\")",
                "(drop (call $put (i32.const 64) (i32.const 2) (i32.const 64) (i32.const 1)))"
                        + "(drop (call $list (i32.const 64) (i32.const 1)))" + answer(12));
        Listening services = new Listening();

        try (PluginHost host = host(EndiveEngine.compiled())) {
            Set<Capability> granted = Set.of(Capability.KV);
            host.call(
                    host.admit(module, granted),
                    PluginCall.of(TENANT, "work", "{}").granting(granted, services));
        }

        assertThat(services.applied)
                .singleElement()
                .satisfies(effects -> assertThat(effects.listings())
                        .as("what the call itself put is not what others have to leave alone")
                        .isEqualTo(Map.of("s", PluginEffects.Listing.of(List.of("s1", "s2")))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\\22type\\22:\\22a\\\\u0000b\\22}",
                "{\\22a\\\\u0000\\22:1}",
                "[[\\22\\\\u0000\\22]]",
                "{\\22type\\22:\\22\\\\ud800\\22}",
                "{\\22type\\22:\\22\\\\udc00\\\\ud800\\22}",
                "{\\22data\\22:1e999999}",
                "{\\22data\\22:1e-999999}"
            })
    void whatDatabasesDoNotTakeIsRefusedWhereItIsSaid(String written) {
        int length = written.replace("\\22", "\"").replace("\\\\", "\\").length();
        byte[] module = Wat.plugin(
                "(import \"tp\" \"emit_event\" (func $event (param i32 i32) (result i32)))"
                        + "(import \"tp\" \"content_annotate\" (func $note (param i32 i32) (result i32)))"
                        + "(data (i32.const 16) \"{\\\"output\\\":00000}\") (data (i32.const 64) \"" + written + "\")",
                // The answer is -4 twice, as 44.
                "(i32.store8 (i32.const 26) (i32.sub (i32.const 48) (call $event (i32.const 64) (i32.const " + length
                        + "))))"
                        + "(i32.store8 (i32.const 27) (i32.sub (i32.const 48) (call $note (i32.const 64) (i32.const "
                        + length + "))))"
                        + "(i32.store8 (i32.const 28) (i32.const 125))" + answer(13));
        Listening services = new Listening();

        try (PluginHost host = host(EndiveEngine.compiled())) {
            Set<Capability> granted = Set.of(Capability.EMIT, Capability.CONTENT_ANNOTATE);
            assertThat(host.call(
                                    host.admit(module, granted),
                                    PluginCall.of(TENANT, "work", "{}").granting(granted, services))
                            .require())
                    .isEqualTo("44");
        }

        assertThat(services.applied).isEmpty();
        assertThat(services.lines).hasSize(2).allMatch(line -> line.contains("was not taken"));
    }
}
