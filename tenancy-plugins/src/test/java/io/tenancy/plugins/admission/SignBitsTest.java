package io.tenancy.plugins.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.Wat;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmEngine;
import io.tenancy.plugins.engine.spi.WasmInstance;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What flips, takes off or copies a sign does so with the bits of what is no number too, however often it has run. */
class SignBitsTest {

    private static final int TIMES = 200_000;

    static Stream<Arguments> signs() {
        return Stream.of(EndiveEngine.compiled(), EndiveEngine.interpreted())
                .flatMap(engine -> Stream.of(
                        Arguments.of(engine, "f32.neg", "0x7FC00000", "", 0xFFC00000L),
                        Arguments.of(engine, "f32.neg", "0xFFC00000", "", 0x7FC00000L),
                        Arguments.of(engine, "f32.abs", "0xFFC00000", "", 0x7FC00000L),
                        Arguments.of(engine, "f32.copysign", "0x3F800000", "0xFFC00000", 0xBF800000L),
                        Arguments.of(engine, "f32.copysign", "0x3F800000", "0x7FC00000", 0x3F800000L),
                        Arguments.of(engine, "f32.copysign", "0x7FC00000", "0xBF800000", 0xFFC00000L),
                        Arguments.of(engine, "f32.copysign", "0xFFC00000", "0x3F800000", 0x7FC00000L),
                        Arguments.of(engine, "f32.copysign", "0x3F800000", "0x4F7FC000", 0x3F800000L)));
    }

    @ParameterizedTest(name = "{1} of {2} {3} in {0}")
    @MethodSource("signs")
    void signsAreBits(WasmEngine engine, String operation, String one, String other, long expected) {
        String second = other.isEmpty() ? "" : "(f32.reinterpret_i32 (i32.const " + other + "))";
        byte[] module = Wat.plugin("(global $g (mut i32) (i32.const 0))", """
                (i64.extend_i32_u (i32.reinterpret_f32 (%s (f32.reinterpret_i32 (i32.xor (local.get $at) (i32.const %s))) %s)))
                """.formatted(operation, one, second));
        AdmittedModule admitted = new Admission(engine, ModuleBounds.DEFAULT, List.of()).admit(module);
        WasmInstance instance = admitted.code().instantiate(16, List.of());
        for (int i = 0; i < (engine.name().contains("compiled") ? TIMES : TIMES / 10); i++) {
            instance.setGlobal(admitted.meter().fuel(), 1_000_000);
            instance.setGlobal(admitted.meter().stack(), 1 << 20);
            assertThat(Long.toHexString(instance.call("tp_call", 0, 0)))
                    .as("time %s", i)
                    .isEqualTo(Long.toHexString(expected));
        }
    }
}
