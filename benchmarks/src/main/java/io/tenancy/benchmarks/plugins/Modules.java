package io.tenancy.benchmarks.plugins;

import com.dylibso.chicory.wabt.Wat2Wasm;
import io.tenancy.TenantId;
import java.time.InstantSource;

/** Modules that are measured. */
final class Modules {

    /** Where the output lies, and how long it is: in a loop over the input, its bytes are summed up to one digit. */
    private static final String SCAN = """
            (local $sum i32) (local $end i32)
            (local.set $end (i32.add (local.get $at) (local.get $length)))
            (loop $next
              (local.set $sum (i32.add (local.get $sum) (i32.load8_u (local.get $at))))
              (local.set $at (i32.add (local.get $at) (i32.const 1)))
              (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
            (i32.store8 (i32.const 26) (i32.add (i32.const 48) (i32.rem_u (local.get $sum) (i32.const 10))))
            (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const 12))
            """;

    private Modules() {}

    static TenantId tenant() {
        return TenantId.next(InstantSource.system());
    }

    /** Looks at each byte of its input and answers with a number. */
    static byte[] scanning() {
        return plugin("", SCAN);
    }

    /** Never answers. */
    static byte[] endless() {
        return plugin("", "(loop $again (br $again)) (i64.const 0)");
    }

    /** Fills its memory again and again, in operations that nobody interrupts. */
    static byte[] filling() {
        return plugin("", """
                (loop $again
                  (memory.fill (i32.const 0) (i32.const 7) (i32.mul (memory.size) (i32.const 65536)))
                  (br $again))
                (i64.const 0)
                """);
    }

    /** Spins for a number of rounds: what plain Java does in {@link LoopBenchmark}. */
    static byte[] spinning(int rounds) {
        return plugin("", """
                (local $i i32) (local $hash i32)
                (local.set $hash (i32.const 7))
                (loop $next
                  (local.set $hash (i32.xor (i32.mul (local.get $hash) (i32.const 31)) (local.get $i)))
                  (local.set $i (i32.add (local.get $i) (i32.const 1)))
                  (br_if $next (i32.lt_s (local.get $i) (i32.const %d))))
                (i32.store8 (i32.const 26) (i32.add (i32.const 48) (i32.rem_u (local.get $hash) (i32.const 10))))
                (i64.or (i64.shl (i64.const 16) (i64.const 32)) (i64.const 12))
                """.formatted(rounds));
    }

    /** As many functions as it takes to come to some number of bytes. */
    static byte[] ofBytes(int bytes) {
        StringBuilder fields = new StringBuilder();
        int count = bytes / 104;
        for (int i = 0; i < count; i++) {
            fields.append("(func $f%d (param i32 i32) (result i32) (local i32)".formatted(i));
            for (int step = 0; step < 9; step++) {
                fields.append("(local.set 2 (i32.add (i32.mul (local.get 0) (i32.const %d)) (local.get 1)))"
                        .formatted(step + i));
            }
            fields.append("(local.get 2))\n");
        }
        return plugin(fields.toString(), "(i64.extend_i32_u (call $f0 (local.get $at) (local.get $length)))");
    }

    private static byte[] plugin(String fields, String call) {
        return Wat2Wasm.parse("""
                (module
                  (memory (export "memory") 2 64)
                  (data (i32.const 16) "{\\"output\\":0}")
                  (global $next (mut i32) (i32.const 1024))
                  %s
                  (func (export "tp_alloc") (param $size i32) (result i32)
                    (local $at i32)
                    (local.set $at (global.get $next))
                    (global.set $next (i32.add (global.get $next) (local.get $size)))
                    (local.get $at))
                  (func (export "tp_call") (param $at i32) (param $length i32) (result i64)
                    %s))
                """.formatted(fields, call));
    }
}
