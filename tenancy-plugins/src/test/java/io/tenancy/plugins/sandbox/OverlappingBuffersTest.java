package io.tenancy.plugins.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.TenantId;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmEngine;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Plugins that give the host pieces of memory that lie across each other. */
class OverlappingBuffersTest {

    private static final TenantId TENANT = TenantId.next(InstantSource.system());

    private final Map<String, String> kept = new TreeMap<>();

    private final PluginServices services = new PluginServices() {
        @Override
        public long bytesLeft() {
            return 1_000;
        }

        @Override
        public void apply(PluginEffects effects) {
            effects.values()
                    .forEach((key, value) -> kept.put(
                            key, value.bytes() == null ? "" : new String(value.bytes(), StandardCharsets.UTF_8)));
        }
    };

    static Stream<WasmEngine> engines() {
        return Stream.of(EndiveEngine.compiled(), EndiveEngine.interpreted());
    }

    private static byte[] module(String steps) {
        return Wat.plugin("""
                (import "tp" "kv_get" (func $get (param i32 i32) (result i32)))
                (import "tp" "kv_put" (func $put (param i32 i32 i32 i32) (result i32)))
                (import "tp" "result_read" (func $read (param i32 i32) (result i32)))
                (data (i32.const 16) "{\\"output\\":\\"0123456789\\"}")
                (data (i32.const 64) "keyvalue")
                """, steps + """
                (memory.copy (i32.const 27) (i32.const 62) (i32.const 10))
                (i64.const 0x0000001000000017)
                """);
    }

    private String called(WasmEngine engine, byte[] module) {
        try (PluginHost host = PluginHost.builder().engine(engine).build()) {
            AdmittedPlugin plugin = host.admit(module, Set.of(Capability.KV));
            return host.call(plugin, PluginCall.of(TENANT, "work", "{}").granting(Set.of(Capability.KV), services))
                    .require();
        }
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aKeyAndAValueThatShareBytesAreEachWhatLiesThere(WasmEngine engine) {
        String answer = called(engine, module("""
                (drop (call $put (i32.const 64) (i32.const 5) (i32.const 66) (i32.const 6)))
                (drop (call $put (i32.const 64) (i32.const 8) (i32.const 64) (i32.const 8)))
                (i32.store8 (i32.const 62) (i32.const 97)) (i32.store8 (i32.const 63) (i32.const 98))
                """));

        assertThat(answer).isEqualTo("\"abkeyvalue\"");
        assertThat(kept).containsExactly(Map.entry("keyva", "yvalue"), Map.entry("keyvalue", "keyvalue"));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void anAnswerThatIsReadOverTheKeyItWasAskedWithIsTheAnswer(WasmEngine engine) {
        String answer = called(engine, module("""
                (drop (call $put (i32.const 64) (i32.const 5) (i32.const 66) (i32.const 6)))
                (drop (call $get (i32.const 64) (i32.const 5)))
                (drop (call $read (i32.const 62) (i32.const 6)))
                (drop (call $put (i32.const 64) (i32.const 4) (i32.const 65) (i32.const 4)))
                """));

        assertThat(answer).isEqualTo("\"yvaluealue\"");
        assertThat(kept).containsExactly(Map.entry("alue", "luea"), Map.entry("keyva", "yvalue"));
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatWasPutIsWhatLayThereThenAndNotWhatLiesThereLater(WasmEngine engine) {
        String answer = called(engine, module("""
                (drop (call $put (i32.const 64) (i32.const 3) (i32.const 67) (i32.const 5)))
                (memory.fill (i32.const 62) (i32.const 120) (i32.const 10))
                """));

        assertThat(answer).isEqualTo("\"xxxxxxxxxx\"");
        assertThat(kept).containsExactly(Map.entry("key", "value"));
    }
}
