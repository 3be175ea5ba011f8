package io.tenancy.plugins;

/** A plugin that keeps its input under {@code k}, and tells an event, a metric and an annotation, in one call. */
public final class KeepingPlugin {

    public static final String ASKS = "{\"kv\": {\"bytes\": 200, \"keys\": 2}, \"emit\": {}, \"content.annotate\": {}}";

    private KeepingPlugin() {}

    public static TestPlugin of(String id) {
        return new TestPlugin(id, "1.0.0", "{\"event.handle\": \"work\"}", ASKS, "", module("1"));
    }

    /** A module whose metric counts something. */
    public static byte[] module(String metric) {
        return Wat.plugin("""
                (import "tp" "kv_get" (func $get (param i32 i32) (result i32)))
                (import "tp" "kv_put" (func $put (param i32 i32 i32 i32) (result i32)))
                (import "tp" "emit_event" (func $event (param i32 i32) (result i32)))
                (import "tp" "emit_metric" (func $metric (param i32 i32 f64) (result i32)))
                (import "tp" "content_annotate" (func $annotate (param i32 i32) (result i32)))
                (data (i32.const 16) "{\\"output\\":{}}")
                (data (i32.const 64) "k")
                (data (i32.const 80) "{\\"type\\":\\"kept\\",\\"data\\":1}")
                (data (i32.const 128) "kept")
                (data (i32.const 144) "{\\"note\\":1}")
                """, """
                (drop (call $get (i32.const 64) (i32.const 1)))
                (drop (call $put (i32.const 64) (i32.const 1) (local.get $at) (local.get $length)))
                (drop (call $event (i32.const 80) (i32.const 24)))
                (drop (call $metric (i32.const 128) (i32.const 4) (f64.const %s)))
                (drop (call $annotate (i32.const 144) (i32.const 10)))
                """.formatted(metric) + TestPlugin.answer(16, 13));
    }

    /** What it keeps of an input. */
    public static String kept(String input) {
        return "{\"function\":\"work\",\"input\":" + input + "}";
    }
}
