package io.tenancy.plugins.kit;

import com.dylibso.chicory.wabt.Wat2Wasm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Plugins of a few lines of WebAssembly text, and projects around them. */
final class SmallPlugin {

    static final String MANIFEST = """
            {
              "format": 1, "id": "notes", "version": "1.0.0", "publisher": "heart_house", "title": "Notes",
              "description": "Notes.", "abi": 1, "module": "plugin.wasm",
              "functions": {"note": {"input": {"type": "object"}, "output": {"type": "object"}}},
              "capabilities": {},
              "limits": {"memory_bytes": 131072, "fuel": 100000, "deadline_millis": 500, "input_bytes": 1000,
                         "output_bytes": 1000},
              "changelog": "First.", "licence": "MIT",
              "samples": [{"function": "note", "input": "samples/a.json", "output": "samples/a.expected.json"}]
            }
            """;

    private SmallPlugin() {}

    /** Answers always the same. */
    static byte[] answering(String json) {
        return module("", data(16, json), answer(16, json.length()));
    }

    /**
     * Asks the host with a text, and has its answer, which is to be JSON, as output; null where the host's number was negative.
     */
    static byte[] asking(String function, String text) {
        String imports = """
                (import "tp" "%s" (func $ask (param i32 i32) (result i32)))
                (import "tp" "result_read" (func $read (param i32 i32) (result i32)))
                """.formatted(function);
        String nothing = "{\"output\":null}";
        String call = """
                (local $size i32)
                (local.set $size (call $ask (i32.const 16) (i32.const %d)))
                (if (i32.lt_s (local.get $size) (i32.const 0)) (then (return %s)))
                (drop (call $read (i32.const 4106) (local.get $size)))
                (i32.store8 (i32.add (i32.const 4106) (local.get $size)) (i32.const 125))
                (i64.or (i64.shl (i64.const 4096) (i64.const 32))
                        (i64.extend_i32_u (i32.add (local.get $size) (i32.const 11))))
                """.formatted(text.length(), answer(2048, nothing.length()));
        return module(imports, data(16, text) + data(2048, nothing) + data(4096, "{\"output\":"), call);
    }

    /** Reads the value "k", keeps "v" there, and then does this. */
    static byte[] keeping(String then, String answered) {
        String imports = """
                (import "tp" "kv_get" (func $get (param i32 i32) (result i32)))
                (import "tp" "kv_put" (func $put (param i32 i32 i32 i32) (result i32)))
                """;
        String call = """
                (drop (call $get (i32.const 16) (i32.const 1)))
                (drop (call $put (i32.const 16) (i32.const 1) (i32.const 17) (i32.const 1)))
                %s
                %s
                """.formatted(then, answer(32, answered.length()));
        return module(imports, data(16, "kv") + data(32, answered), call);
    }

    static byte[] module(String imports, String data, String call) {
        return Wat2Wasm.parse("""
                (module
                  %s
                  (memory (export "memory") 2)
                  (global $next (mut i32) (i32.const 65536))
                  %s
                  (func (export "tp_alloc") (param $size i32) (result i32)
                    (local $at i32)
                    (local.set $at (global.get $next))
                    (global.set $next (i32.add (global.get $next) (local.get $size)))
                    (local.get $at))
                  (func (export "tp_call") (param $at i32) (param $length i32) (result i64)
                    %s))
                """.formatted(imports, data, call));
    }

    static String data(int at, String text) {
        return "(data (i32.const " + at + ") \"" + text.replace("\\", "\\\\").replace("\"", "\\\"") + "\")\n";
    }

    static String answer(int at, int length) {
        return "(i64.or (i64.shl (i64.const " + at + ") (i64.const 32)) (i64.const " + length + "))";
    }

    /** A project whose one sample has this input and this expected output. */
    static Path project(Path folder, String manifest, byte[] module, String input, String expected) {
        write(folder, "manifest.json", manifest.getBytes(StandardCharsets.UTF_8));
        write(folder, "plugin.wasm", module);
        write(folder, "samples/a.json", input.getBytes(StandardCharsets.UTF_8));
        write(folder, "samples/a.expected.json", expected.getBytes(StandardCharsets.UTF_8));
        return folder;
    }

    /** One that passes. */
    static Path project(Path folder) {
        return project(folder, MANIFEST, answering("{\"output\":{\"a\":1}}"), "{}", "{\"a\": 1.0}");
    }

    static void write(Path folder, String file, byte[] content) {
        try {
            Files.createDirectories(folder.resolve(file).getParent());
            Files.write(folder.resolve(file), content);
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }
}
