package io.tenancy.benchmarks.plugins;

import com.dylibso.chicory.wabt.Wat2Wasm;
import io.tenancy.TenantId;
import io.tenancy.benchmarks.CaseFigure;
import io.tenancy.benchmarks.CaseFigure.Verdict;
import io.tenancy.benchmarks.Spread;
import io.tenancy.benchmarks.plans.Extent;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginHost;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.extism.sdk.chicory.Manifest;
import org.extism.sdk.chicory.ManifestWasm;
import org.extism.sdk.chicory.Plugin;

/** A call with 1 KB of JSON: here with a new instance each time, and in Extism's SDK with one that is used again and anew. */
final class CallCases {

    private static final double TARGET_MICROS = 40;
    private static final String INPUT = "\"" + "a sentence of an article, and another one. ".repeat(24) + "\"";
    private static final String HERE = "here";
    private static final String PLAIN = "plain";
    private static final String USED_AGAIN = "used again";

    /** Counts the bytes of its input as Extism's plugins read it, one by one from the host's memory. */
    private static final String OF_EXTISM = """
            (module
              (import "extism:host/env" "input_length" (func $length (result i64)))
              (import "extism:host/env" "input_load_u8" (func $load (param i64) (result i32)))
              (import "extism:host/env" "alloc" (func $alloc (param i64) (result i64)))
              (import "extism:host/env" "store_u8" (func $store (param i64 i32)))
              (import "extism:host/env" "output_set" (func $output (param i64 i64)))
              (memory (export "memory") 1)
              (func (export "work") (result i32)
                (local $at i64) (local $sum i32) (local $out i64)
                (loop $next
                  (local.set $sum (i32.add (local.get $sum) (call $load (local.get $at))))
                  (local.set $at (i64.add (local.get $at) (i64.const 1)))
                  (br_if $next (i64.lt_u (local.get $at) (call $length))))
                (local.set $out (call $alloc (i64.const 1)))
                (call $store (local.get $out) (i32.add (i32.const 48) (i32.rem_u (local.get $sum) (i32.const 10))))
                (call $output (local.get $out) (i64.const 1))
                (i32.const 0)))
            """;

    private CallCases() {}

    static List<CaseFigure> measure(Extent extent) {
        TenantId tenant = Modules.tenant();
        byte[] input = INPUT.getBytes(StandardCharsets.UTF_8);
        Manifest manifest = Manifest.ofWasms(
                        ManifestWasm.fromBytes(Wat2Wasm.parse(OF_EXTISM)).build())
                .withOptions(new Manifest.Options().withAoT())
                .build();
        Plugin again = Plugin.ofManifest(manifest).build();
        try (PluginHost host = PluginHost.builder().build()) {
            AdmittedPlugin plugin = host.admit(Modules.scanning(), Set.of());
            PluginCall call = PluginCall.of(tenant, "work", INPUT);
            Map<String, Runnable> works = new LinkedHashMap<>();
            works.put(HERE, () -> Checks.isDigit(host.call(plugin, call).require()));
            works.put(USED_AGAIN, () -> Checks.isDigit(new String(again.call("work", input), StandardCharsets.UTF_8)));
            works.put(PLAIN, () -> Checks.isDigit(plain(input)));
            Turns turns = Turns.of(extent, works);
            Spread fresh = instantiated(extent, manifest, input);
            Spread here = turns.spread(HERE);
            return List.of(
                    new CaseFigure(
                            PluginBenchmarks.CALL,
                            "a call with 1 KB of JSON, with an instance of its own, metered, and its receipt",
                            "≤ " + CaseFigure.whole(TARGET_MICROS) + " µs",
                            here.text(1) + " µs",
                            "Extism's chicory-sdk, one instance used again "
                                    + turns.spread(USED_AGAIN).text(1)
                                    + " µs, a new one each time " + fresh.text(0) + " µs; plain Java "
                                    + turns.spread(PLAIN).text(2) + " µs",
                            Verdict.of(here.median() <= TARGET_MICROS),
                            "by the clock, with the change to the worker's thread and back; of that the instance takes the most"));
        }
    }

    private static Spread instantiated(Extent extent, Manifest manifest, byte[] input) {
        Map<String, Runnable> works = new LinkedHashMap<>();
        works.put(
                HERE,
                () -> Checks.isDigit(
                        new String(Plugin.ofManifest(manifest).build().call("work", input), StandardCharsets.UTF_8)));
        return Turns.of(extent, works).spread(HERE);
    }

    private static String plain(byte[] input) {
        int sum = 0;
        for (byte each : input) {
            sum += each & 0xFF;
        }
        return Integer.toString(sum % 10);
    }
}
