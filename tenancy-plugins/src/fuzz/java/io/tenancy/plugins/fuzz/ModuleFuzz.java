package io.tenancy.plugins.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.admission.Admission;
import io.tenancy.plugins.admission.AdmittedModule;
import io.tenancy.plugins.admission.ModuleBounds;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.HostFunction;
import io.tenancy.plugins.engine.spi.WasmInstance;
import io.tenancy.plugins.engine.spi.WasmTrapException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever the bytes are, a module is refused, or it is admitted and ends within its fuel. */
class ModuleFuzz {

    private static final long FUEL = 20_000;

    private static final Admission ADMISSION =
            new Admission(EndiveEngine.interpreted(), ModuleBounds.DEFAULT, Capability.allFunctions());

    static Stream<byte[]> modules() {
        return Stream.of(
                Wat.plugin("", "(i64.const 42)"),
                Wat.plugin("(func $f (param i64) (result i64) (local.get 0))", """
                        (local $i i32)
                        (loop $next
                          (local.set $i (i32.add (local.get $i) (i32.const 1)))
                          (br_if $next (i32.lt_s (local.get $i) (i32.const 10))))
                        (call $f (i64.extend_i32_s (local.get $i)))
                        """),
                Wat.plugin("(table 1 funcref) (elem (i32.const 0) $f) (type $t (func (result i64)))"
                        + " (func $f (result i64) (i64.trunc_sat_f64_s (f64.div (f64.const 1) (f64.const 3))))", """
                        (memory.copy (i32.const 0) (i32.const 8) (i32.const 16))
                        (drop (memory.grow (i32.const 1)))
                        (call_indirect (type $t) (i32.const 0))
                        """));
    }

    @MethodSource("modules")
    @FuzzTest(maxDuration = "10m")
    void aModuleIsRefusedOrEndsWithinItsFuel(byte[] bytes) {
        if (bytes == null) {
            return;
        }
        try {
            AdmittedModule module = ADMISSION.admit(bytes);
            List<HostFunction> imports = module.signatures().stream()
                    .map(each -> new HostFunction(
                            "tp", each.name(), each.parameters(), each.result(), (caller, arguments) -> 0))
                    .toList();
            WasmInstance instance = module.code().instantiate(16, imports);
            instance.setGlobal(module.meter().fuel(), FUEL);
            instance.setGlobal(module.meter().stack(), 100_000);
            instance.call("tp_call", 0, 0);
        } catch (PluginRefusedException | WasmTrapException expected) {
            // Both are answers.
        }
    }
}
