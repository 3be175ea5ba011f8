package io.tenancy.plugins.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tenancy.plugins.Wat;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmEngine;
import io.tenancy.plugins.engine.spi.WasmInstance;
import io.tenancy.plugins.engine.spi.WasmStackException;
import io.tenancy.plugins.engine.spi.WasmTrapException;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Recursions of every shape use up the budget before the thread's stack, although the thread has only three times the budget
 * here; workers have four times, and a mebibyte more.
 */
class StackBudgetTest {

    private static final int BUDGET = 2 << 20;
    private static final long THREAD = 3L * BUDGET;
    private static final int TIMES = 4;

    private static String gets(int count) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append("(local.get ").append(i).append(") ");
        }
        return all.toString();
    }

    static Stream<Arguments> shapes() {
        String many = "(param" + " i64".repeat(50) + ")";
        String ones = "(i64.const 1) ".repeat(50);
        return Stream.of(EndiveEngine.compiled(), EndiveEngine.interpreted())
                .flatMap(engine -> Stream.of(
                        of(engine, "nothing but the call", "(func $f (call $f))", "(call $f)"),
                        of(
                                engine,
                                "a result",
                                "(func $f (result i64) (i64.add (call $f) (i64.const 1)))",
                                "(drop (call $f))"),
                        of(
                                engine,
                                "an indirect call",
                                "(table funcref (elem $f)) (type $t (func))"
                                        + "(func $f (call_indirect (type $t) (i32.const 0)))",
                                "(call $f)"),
                        of(engine, "many parameters", "(func $f " + many + gets(50) + "(call $f))", ones + "(call $f)"),
                        of(
                                engine,
                                "many parameters indirectly",
                                "(table funcref (elem $f)) (type $t (func " + many + ")) (func $f " + many + gets(50)
                                        + "(call_indirect (type $t) (i32.const 0)))",
                                ones + "(call $f)"),
                        of(
                                engine,
                                "many locals",
                                "(func $f (local" + " i64".repeat(490) + ") (call $f) (local.set 489 (i64.const 1)))",
                                "(call $f)"),
                        of(
                                engine,
                                "many values on the stack",
                                "(func $f (result i64) " + "(i64.const 3) ".repeat(400) + "(call $f) "
                                        + "i64.add ".repeat(400) + ")",
                                "(drop (call $f))"),
                        of(
                                engine,
                                "three functions in turn",
                                "(func $f (call $g)) (func $g (param) (call $h (f64.const 1)))"
                                        + "(func $h (param f64) (call $f) (local.set 0 (f64.const 2)))",
                                "(call $f)")));
    }

    private static Arguments of(WasmEngine engine, String name, String fields, String call) {
        return Arguments.of(name, engine, Wat.plugin(fields, call + " (i64.const 0)"));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("shapes")
    void theBudgetEndsBeforeTheStackOfTheThread(String name, WasmEngine engine, byte[] wasm) throws Exception {
        AdmittedModule module = new Admission(engine, ModuleBounds.DEFAULT, List.of()).admit(wasm);
        for (int i = 0; i < TIMES; i++) {
            WasmInstance instance = module.code().instantiate(16, List.of());
            instance.setGlobal(module.meter().fuel(), Long.MAX_VALUE / 4);
            instance.setGlobal(module.meter().stack(), BUDGET);
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread thread = new Thread(
                    null, () -> thrown.set(catchThrowable(() -> instance.call("tp_call", 0, 0))), name, THREAD);
            thread.start();
            thread.join();

            assertThat(thrown.get()).isInstanceOf(WasmTrapException.class).isNotInstanceOf(WasmStackException.class);
            assertThat((int) instance.global(module.meter().stack())).isNegative();
        }
    }
}
