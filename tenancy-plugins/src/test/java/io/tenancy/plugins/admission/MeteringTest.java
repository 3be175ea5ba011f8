package io.tenancy.plugins.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tenancy.plugins.LargeStack;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmEngine;
import io.tenancy.plugins.engine.spi.WasmInstance;
import io.tenancy.plugins.engine.spi.WasmTrapException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MeteringTest {

    private static final long FUEL = 1_000_000;
    private static final int STACK = 1 << 20;

    static Stream<WasmEngine> engines() {
        return Stream.of(EndiveEngine.compiled(), EndiveEngine.interpreted());
    }

    private record Metered(AdmittedModule module, WasmInstance instance) {
        static Metered of(WasmEngine engine, byte[] wasm, long fuel, int stack) {
            AdmittedModule module = new Admission(engine, ModuleBounds.DEFAULT, List.of()).admit(wasm);
            WasmInstance instance = module.code().instantiate(16, List.of());
            instance.setGlobal(module.meter().fuel(), fuel);
            instance.setGlobal(module.meter().stack(), stack);
            return new Metered(module, instance);
        }

        long call(int a, int b) {
            return instance.call("tp_call", a, b);
        }

        long spent() {
            return FUEL - instance.global(module.meter().fuel());
        }

        int stackLeft() {
            return (int) instance.global(module.meter().stack());
        }
    }

    private static Metered metered(WasmEngine engine, String fields, String call) {
        return Metered.of(engine, Wat.plugin(fields, call), FUEL, STACK);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void straightCodeCostsWhatItsInstructionsCost(WasmEngine engine) {
        Metered metered = metered(engine, "", "(i64.extend_i32_u (i32.add (local.get $at) (local.get $length)))");

        assertThat(metered.call(40, 2)).isEqualTo(42);
        // Two reads, a sum and a conversion.
        assertThat(metered.spent()).isEqualTo(4);
        assertThat(metered.stackLeft()).isEqualTo(STACK);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void eachRoundOfALoopCosts(WasmEngine engine) {
        Metered metered = metered(engine, "", """
                (loop $again
                  (local.set $at (i32.sub (local.get $at) (i32.const 1)))
                  (br_if $again (local.get $at)))
                (i64.const 7)
                """);

        assertThat(metered.call(100, 0)).isEqualTo(7);
        // The loop is entered once, each round has six instructions, and a constant follows.
        assertThat(metered.spent()).isEqualTo(1 + 100 * 6 + 1);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aLoopWithoutEndEndsWhenTheFuelIsUsedUp(WasmEngine engine) {
        Metered metered = metered(engine, "", "(loop $again (br $again)) (i64.const 0)");

        assertThatThrownBy(() -> metered.call(0, 0)).isInstanceOf(WasmTrapException.class);
        assertThat(metered.instance().global(metered.module().meter().fuel())).isNegative();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void aRecursionWithoutEndEndsWhenTheStackIsUsedUp(WasmEngine engine) {
        Metered metered = metered(
                engine,
                "(func $f (param i64) (result i64) (i64.add (call $f (local.get 0)) (i64.const 1)))",
                "(call $f (i64.const 1))");

        assertThatThrownBy(() -> LargeStack.call(() -> metered.call(0, 0))).isInstanceOf(WasmTrapException.class);
        assertThat(metered.stackLeft()).isNegative();
        assertThat(metered.spent()).isLessThan(FUEL);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatReturnsEarlyGivesItsStackBack(WasmEngine engine) {
        Metered metered = metered(engine, """
                (func $leaf (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
                (func $f (param i32) (result i32)
                  (block $out
                    (br_if $out (i32.eqz (local.get 0)))
                    (block (if (i32.gt_s (local.get 0) (i32.const 5)) (then (return (call $leaf (local.get 0)))))))
                  (i32.const 1))
                """, """
                (i64.extend_i32_u (i32.add (i32.add (call $f (i32.const 0)) (call $f (i32.const 3))) (call $f (i32.const 9))))
                """);

        assertThat(metered.call(0, 0)).isEqualTo(1 + 1 + 27);
        assertThat(metered.stackLeft()).isEqualTo(STACK);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void whatIsNoNumberHasTheSameBitsEverywhere(WasmEngine engine) {
        Metered metered = metered(engine, "", """
                (i64.reinterpret_f64 (f64.div (f64.reinterpret_i64 (i64.const 0xFFF4000000000123)) (f64.const 2)))
                """);

        assertThat(metered.call(0, 0)).isEqualTo(0x7FF8_0000_0000_0000L);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void movingManyBytesCostsByTheirNumber(WasmEngine engine) {
        Metered metered = metered(engine, "", """
                (memory.fill (i32.const 0) (i32.const 1) (i32.const 80000)) (i64.const 0)
                """);

        metered.call(0, 0);

        assertThat(metered.spent()).isEqualTo(3 + 4 + 80_000 / FuelSchedule.BULK_BYTES + 1);
    }

    @ParameterizedTest
    @MethodSource("engines")
    void movingTooManyBytesIsATrap(WasmEngine engine) {
        Metered metered = Metered.of(engine, Wat.plugin("", """
                (memory.fill (i32.const 0) (i32.const 1) (i32.const -1)) (i64.const 0)
                """), Long.MAX_VALUE / 2, STACK);

        assertThatThrownBy(() -> metered.call(0, 0)).isInstanceOf(WasmTrapException.class);
        assertThat(metered.instance().global(metered.module().meter().fuel())).isPositive();
    }

    @ParameterizedTest
    @MethodSource("engines")
    void growingMemoryCostsByItsPagesAndStopsAtTheLimit(WasmEngine engine) {
        Metered metered = metered(engine, "", "(i64.extend_i32_s (memory.grow (local.get $at)))");

        assertThat(metered.call(3, 0)).isEqualTo(2);
        assertThat(metered.spent()).isEqualTo(1 + 64 + 1 + 5 * FuelSchedule.PER_PAGE);
        assertThat(metered.call(100, 0)).isEqualTo(-1);
        assertThat(metered.instance().pages()).isEqualTo(5);
    }
}
