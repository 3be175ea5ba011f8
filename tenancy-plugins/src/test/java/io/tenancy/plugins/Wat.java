package io.tenancy.plugins;

import com.dylibso.chicory.wabt.Wat2Wasm;

/** Modules from their text. */
public final class Wat {

    private Wat() {}

    /** The module of a text. */
    public static byte[] module(String text) {
        return Wat2Wasm.parse(text);
    }

    /** A plugin with some code besides what each needs: its calls do {@code call}, which leaves an i64. */
    public static byte[] plugin(String fields, String call) {
        return module("""
                (module
                  %s
                  (memory (export "memory") 2)
                  (global $next (mut i32) (i32.const 1024))
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
