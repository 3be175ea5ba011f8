package io.tenancy.plugins.sandbox;

import static io.tenancy.plugins.sandbox.Siege.ATTACKER;
import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServices;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Valid modules with some bytes changed, removed, doubled or taken from another one: they are refused, or their calls fail or
 * return, and nothing else comes out. {@code -Dtenancy.seed} repeats a run; {@code -Dtenancy.soak=true} makes it ten times as
 * long.
 */
class MutatedModulesTest {

    private static final int MUTATIONS = Boolean.getBoolean("tenancy.soak") ? 60_000 : 6_000;
    private static final Set<Capability> ALL = EnumSet.allOf(Capability.class);
    private static final PluginLimits LIMITS =
            new PluginLimits(200_000, Duration.ofSeconds(20), 16, 1_000, 1_000, 200_000, 50, 10_000);

    private static final PluginServices SERVICES = new PluginServices() {
        @Override
        public long bytesLeft() {
            return 1_000;
        }

        @Override
        public Optional<String> content(String query) {
            return Optional.of("{\"text\":\"" + "x".repeat(100) + "\"}");
        }

        @Override
        public void apply(PluginEffects effects) {}
    };

    private static List<byte[]> originals() {
        String answer = "{\"output\":{\"a\":[1,2,3]}}";
        return List.of(Siege.answering(answer), Wat.plugin("""
                        (import "tp" "kv_put" (func $put (param i32 i32 i32 i32) (result i32)))
                        (import "tp" "content_read" (func $content (param i32 i32) (result i32)))
                        (import "tp" "result_read" (func $result (param i32 i32) (result i32)))
                        (import "tp" "log" (func $log (param i32 i32 i32)))
                        (type $t (func (param i32) (result i32)))
                        (table 4 4 funcref) (elem (i32.const 1) $twice $half)
                        (global $count (mut i64) (i64.const 3))
                        (global $pi f64 (f64.const 3.14159))
                        (data $d "passive")
                        (func $twice (type $t) (i32.mul (local.get 0) (i32.const 2)))
                        (func $half (type $t) (i32.div_s (local.get 0) (i32.const 2)))
                        (func $sum (param i32) (result f64) (local f64)
                          (loop $l
                            (local.set 1 (f64.add (f64.sqrt (f64.convert_i32_s (local.get 0))) (local.get 1)))
                            (br_if $l (local.tee 0 (i32.sub (local.get 0) (i32.const 1)))))
                          (f64.div (local.get 1) (global.get $pi)))
                        (func (export "_initialize") (global.set $count (i64.const 9)))
                        """ + Siege.data(answer), """
                        (drop (call $put (i32.const 16) (i32.const 5) (i32.const 20) (i32.const 9)))
                        (drop (call $result (i32.const 512) (call $content (i32.const 16) (i32.const 5))))
                        (call $log (i32.const 1) (i32.const 16) (i32.const 8))
                        (memory.init $d (i32.const 900) (i32.const 1) (i32.const 5)) (data.drop $d)
                        (memory.fill (i32.const 800) (i32.const 32) (i32.const 64))
                        (memory.copy (i32.const 700) (i32.const 800) (i32.const 64))
                        (drop (memory.grow (i32.const 1)))
                        (drop (call_indirect (type $t) (i32.const 21) (i32.const 1)))
                        (block $a (block $b (br_table $a $b (i32.trunc_sat_f64_s (call $sum (i32.const 40))))))
                        """ + Siege.answer(answer)));
    }

    @Test
    void nothingButARefusalOrAFailureComesOutOfMutatedModules() {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        Random random = new Random(seed);
        List<byte[]> originals = originals();
        Map<String, Integer> outcomes = new TreeMap<>();
        try (Siege siege = new Siege()) {
            for (int i = 0; i < MUTATIONS; i++) {
                byte[] mutated = mutate(originals.get(i % originals.size()), originals, random);
                outcomes.merge(outcome(siege, mutated, seed, i), 1, Integer::sum);
            }
        }
        System.out.printf(Locale.ROOT, "seed %d: %d mutated modules came to %s%n", seed, MUTATIONS, outcomes);
        assertThat(outcomes).containsKeys("returned", "MALFORMED", "INVALID", "TRAP");
    }

    private static String outcome(Siege siege, byte[] module, long seed, int number) {
        try {
            String interpreted = result(siege, "interpreted", module);
            String compiled = result(siege, "compiled", module);
            assertThat(compiled).as("in both engines").isEqualTo(interpreted);
            return compiled.replaceFirst(" .*", "");
        } catch (RuntimeException | Error leaked) {
            throw new AssertionError("Seed " + seed + ", mutation " + number, leaked);
        }
    }

    private static String result(Siege siege, String engine, byte[] module) {
        try {
            PluginHost host = siege.host(engine);
            AdmittedPlugin plugin = host.admit(module, ALL);
            PluginCall call = PluginCall.of(ATTACKER, "work", "{}")
                    .granting(ALL, SERVICES)
                    .within(LIMITS);
            return "returned " + host.call(plugin, call, 1, new byte[32]).receipt();
        } catch (PluginRefusedException refused) {
            return refused.reason().name();
        } catch (PluginFailedException failed) {
            assertThat(failed.kind()).isNotIn(PluginFailedException.Kind.HOST, PluginFailedException.Kind.BUSY);
            return failed.kind() + " " + failed.fuel();
        }
    }

    private static byte[] mutate(byte[] original, List<byte[]> others, Random random) {
        byte[] bytes = original.clone();
        for (int i = random.nextInt(3); i >= 0; i--) {
            int at = 8 + random.nextInt(bytes.length - 8);
            switch (random.nextInt(8)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> bytes[at] = (byte) (bytes[at] + (random.nextBoolean() ? 1 : -1));
                case 3 -> bytes[at] = new byte[] {0, 1, 0x7F, (byte) 0x80, (byte) 0xFF, 0x0B, 0x40}[random.nextInt(7)];
                case 4 -> bytes = splice(bytes, at, Math.min(bytes.length, at + 1 + random.nextInt(4)), new byte[0]);
                case 5 -> {
                    byte[] other = others.get(random.nextInt(others.size()));
                    int from = random.nextInt(other.length - 8);
                    byte[] part = java.util.Arrays.copyOfRange(other, from, from + 1 + random.nextInt(8));
                    bytes = splice(bytes, at, at, part);
                }
                case 6 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(20, at));
                default -> {
                    int with = 8 + random.nextInt(bytes.length - 8);
                    byte swapped = bytes[at];
                    bytes[at] = bytes[with];
                    bytes[with] = swapped;
                }
            }
        }
        return bytes;
    }

    private static byte[] splice(byte[] bytes, int from, int end, byte[] part) {
        byte[] all = new byte[bytes.length - (end - from) + part.length];
        System.arraycopy(bytes, 0, all, 0, from);
        System.arraycopy(part, 0, all, from, part.length);
        System.arraycopy(bytes, end, all, from + part.length, bytes.length - end);
        return all;
    }
}
