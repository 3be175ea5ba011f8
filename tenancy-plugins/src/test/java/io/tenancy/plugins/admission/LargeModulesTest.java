package io.tenancy.plugins.admission;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.Wat;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmInstance;
import java.util.List;
import org.junit.jupiter.api.Test;

class LargeModulesTest {

    /** What sends indirect calls on is larger than what the JVM compiles, which is nothing that an author could change. */
    @Test
    void aModuleOfThousandsOfFunctionsOfOneTypeIsAdmittedAndCallsEachOfThem() {
        int count = 2_000;
        StringBuilder fields =
                new StringBuilder("(table " + count + " funcref) (type $t (func (param i32) (result i32)))");
        StringBuilder elements = new StringBuilder("(elem (i32.const 0)");
        for (int i = 0; i < count; i++) {
            fields.append("(func $f%d (type $t) (i32.add (local.get 0) (i32.const %d)))".formatted(i, i));
            elements.append(" $f").append(i);
        }
        byte[] wasm = Wat.plugin(
                fields.append(elements).append(")").toString(),
                "(i64.extend_i32_u (call_indirect (type $t) (local.get $at) (local.get $length)))");
        AdmittedModule module = new Admission(EndiveEngine.compiled(), ModuleBounds.DEFAULT, List.of()).admit(wasm);
        WasmInstance instance = module.code().instantiate(16, List.of());
        instance.setGlobal(module.meter().fuel(), Long.MAX_VALUE / 4);
        instance.setGlobal(module.meter().stack(), 1 << 20);

        for (int i = 0; i < count; i++) {
            assertThat(instance.call("tp_call", 5, i)).isEqualTo(5 + i);
        }
    }
}
