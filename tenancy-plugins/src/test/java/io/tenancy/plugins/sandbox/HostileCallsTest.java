package io.tenancy.plugins.sandbox;

import static io.tenancy.plugins.sandbox.Siege.ATTACKER;
import static io.tenancy.plugins.sandbox.Siege.answer;
import static io.tenancy.plugins.sandbox.Siege.answering;
import static io.tenancy.plugins.sandbox.Siege.data;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tenancy.TenantId;
import io.tenancy.plugins.Wat;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.capability.PluginServices;
import io.tenancy.plugins.sandbox.PluginFailedException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Modules that are admitted and then do what they can; each call is contained, in both engines. */
class HostileCallsTest {

    private static final List<String> ENGINES = List.of("compiled", "interpreted");
    private static final Set<Capability> ALL = EnumSet.allOf(Capability.class);
    private static final PluginLimits LIMITS =
            new PluginLimits(20_000_000, Duration.ofSeconds(20), 64, 64 << 10, 64 << 10, 2 << 20, 100, 100_000);
    private static final PluginLimits SHORT = LIMITS.withFuel(1L << 60).withDeadline(Duration.ofMillis(120));

    private static Siege siege;

    @BeforeAll
    static void begin() {
        siege = new Siege();
    }

    @AfterAll
    static void end() {
        siege.close();
    }

    private static Arguments of(String name, Kind kind, String fields, String call) {
        return Arguments.of(name, kind, Wat.plugin(fields, call), LIMITS);
    }

    private static Arguments late(String name, String fields, String call) {
        return Arguments.of(name, Kind.DEADLINE, Wat.plugin(fields, call), SHORT);
    }

    private static Arguments output(String name, String json) {
        return Arguments.of(name, Kind.OUTPUT, answering(json), LIMITS);
    }

    private static String locals(int count, String type) {
        return "(local" + (" " + type).repeat(count) + ")";
    }

    static Stream<Arguments> endless() {
        return Stream.of(
                of("a loop", Kind.FUEL, "", "(loop $l (br $l)) (i64.const 0)"),
                of("a loop by br_if", Kind.FUEL, "", "(loop $l (br_if $l (i32.const 1))) (i64.const 0)"),
                of("a loop by br_table", Kind.FUEL, "", "(loop $l (br_table $l $l (local.get $at))) (i64.const 0)"),
                of(
                        "a loop that leaves its inner blocks",
                        Kind.FUEL,
                        "",
                        "(loop $l (block (block (br_table $l 0 1 (i32.const 0)))) (br $l)) (i64.const 0)"),
                of("a loop in a loop", Kind.FUEL, "", "(loop $l (loop $m (br $m)) (br $l)) (i64.const 0)"),
                of(
                        "calls that branch",
                        Kind.FUEL,
                        "(func $f (param i32) (if (local.get 0) (then"
                                + " (call $f (i32.sub (local.get 0) (i32.const 1)))"
                                + " (call $f (i32.sub (local.get 0) (i32.const 1))))))",
                        "(call $f (i32.const 100)) (i64.const 0)"),
                of(
                        "fills of the whole memory",
                        Kind.FUEL,
                        "",
                        "(loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 131072)) (br $l)) (i64.const 0)"),
                of(
                        "copies of the whole memory onto itself",
                        Kind.FUEL,
                        "",
                        "(loop $l (memory.copy (i32.const 1) (i32.const 0) (i32.const 131071)) (br $l)) (i64.const 0)"),
                of(
                        "growth of the memory, again and again",
                        Kind.FUEL,
                        "",
                        "(loop $l (drop (memory.grow (i32.const 1))) (br $l)) (i64.const 0)"),
                of(
                        "growth by nothing",
                        Kind.FUEL,
                        "",
                        "(loop $l (drop (memory.grow (i32.const 0))) (br $l)) (i64.const 0)"),
                Arguments.of("an endless tp_alloc", Kind.FUEL, Wat.module("""
                                (module (memory (export "memory") 1)
                                  (func (export "tp_alloc") (param i32) (result i32) (loop $l (br $l)) (i32.const 0))
                                  (func (export "tp_call") (param i32 i32) (result i64) (i64.const 0)))
                                """), LIMITS),
                Arguments.of(
                        "an endless _initialize",
                        Kind.FUEL,
                        Wat.plugin("(func (export \"_initialize\") (loop $l (br $l)))", "(i64.const 0)"),
                        LIMITS),
                late("a loop with endless fuel", "", "(loop $l (br $l)) (i64.const 0)"),
                late("a loop by br_if with endless fuel", "", "(loop $l (br_if $l (i32.const 1))) (i64.const 0)"),
                late(
                        "a loop by br_table with endless fuel",
                        "",
                        "(loop $l (br_table $l $l (local.get $at))) (i64.const 0)"),
                late(
                        "calls with endless fuel",
                        "(func $f (param i32) (if (local.get 0) (then"
                                + " (call $f (i32.sub (local.get 0) (i32.const 1)))"
                                + " (call $f (i32.sub (local.get 0) (i32.const 1))))))",
                        "(call $f (i32.const 100)) (i64.const 0)"),
                late(
                        "fills with endless fuel",
                        "",
                        "(drop (memory.grow (i32.const 60)))"
                                + "(loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 4000000)) (br $l))"
                                + " (i64.const 0)"));
    }

    static Stream<Arguments> deep() {
        String many = "(param" + " i64".repeat(50) + ")";
        return Stream.of(
                of("a recursion", Kind.STACK, "(func $f (call $f))", "(call $f) (i64.const 0)"),
                of(
                        "a recursion of two functions",
                        Kind.STACK,
                        "(func $f (result i32) (i32.add (call $g) (i32.const 1))) (func $g (result i32) (call $f))",
                        "(drop (call $f)) (i64.const 0)"),
                of(
                        "an indirect recursion",
                        Kind.STACK,
                        "(table funcref (elem $f)) (type $t (func)) (func $f (call_indirect (type $t) (i32.const 0)))",
                        "(call $f) (i64.const 0)"),
                of(
                        "an indirect recursion with many parameters",
                        Kind.STACK,
                        "(table funcref (elem $f)) (type $t (func " + many + ")) (func $f " + many + params(50)
                                + "(call_indirect (type $t) (i32.const 0)))",
                        "(i64.const 1) ".repeat(50) + "(call $f) (i64.const 0)"),
                of(
                        "a recursion with many parameters",
                        Kind.STACK,
                        "(func $f " + many + params(50) + " (call $f))",
                        "(i64.const 1) ".repeat(50) + "(call $f) (i64.const 0)"),
                of(
                        "a recursion with 490 locals",
                        Kind.STACK,
                        "(func $f " + locals(490, "i64") + " (call $f) (local.set 489 (i64.const 1)))",
                        "(call $f) (i64.const 0)"),
                of(
                        "a recursion with 400 values on the stack",
                        Kind.STACK,
                        "(func $f (result i64) " + "(i64.const 3) ".repeat(400) + "(call $f) " + "i64.add ".repeat(400)
                                + ")",
                        "(call $f)"),
                of(
                        "a recursion that leaves a bit of stack to a function that calls nobody",
                        Kind.STACK,
                        "(func $leaf " + locals(490, "f64") + " (local.set 0 (f64.const 1)))"
                                + "(func $f (call $leaf) (call $f))",
                        "(call $f) (i64.const 0)"),
                Arguments.of("a recursion of tp_alloc", Kind.STACK, Wat.module("""
                                (module (memory (export "memory") 1)
                                  (func $a (export "tp_alloc") (param i32) (result i32) (i32.add (call $a (local.get 0)) (i32.const 1)))
                                  (func (export "tp_call") (param i32 i32) (result i64) (i64.const 0)))
                                """), LIMITS),
                Arguments.of(
                        "a recursion with all the stack that workers have",
                        Kind.STACK,
                        Wat.plugin(
                                "(func $f (param i64 f64) (result i64) (i64.add (call $f (local.get 0) (f64.const 1)) (local.get 0)))",
                                "(call $f (i64.const 2) (f64.const 0))"),
                        PluginLimits.DEFAULT.withDeadline(Duration.ofSeconds(20))));
    }

    private static String params(int count) {
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < count; i++) {
            all.append("(local.get ").append(i).append(") ");
        }
        return all.toString();
    }

    private static Arguments trap(String name, String call) {
        return of(name, Kind.TRAP, "", call + " (i64.const 0)");
    }

    static Stream<Arguments> traps() {
        return Stream.of(
                trap("unreachable", "(unreachable)"),
                trap("a division by zero", "(drop (i32.div_u (i32.const 1) (i32.const 0)))"),
                trap("a rest of a division by zero", "(drop (i64.rem_s (i64.const 1) (i64.const 0)))"),
                trap("a quotient that does not fit", "(drop (i32.div_s (i32.const 0x80000000) (i32.const -1)))"),
                trap("a conversion of what is no number", "(drop (i32.trunc_f64_s (f64.const nan)))"),
                trap("a conversion of what does not fit", "(drop (i64.trunc_f32_u (f32.const -1)))"),
                trap("a load beyond the memory", "(drop (i32.load (i32.const 131069)))"),
                trap("a load at -1", "(drop (i32.load8_u (i32.const -1)))"),
                trap("a load with an offset of 2^32 - 1", "(drop (i32.load8_u offset=4294967295 (i32.const 1)))"),
                trap("a store beyond the memory", "(i64.store (i32.const 131065) (i64.const 1))"),
                trap("a store that would wrap around", "(i32.store8 offset=32 (i32.const -16) (i32.const 1))"),
                trap(
                        "a store of four bytes that would wrap around",
                        "(i64.store32 offset=32 (i32.const -16) (i64.const 1))"),
                trap("a fill beyond the memory", "(memory.fill (i32.const 131071) (i32.const 0) (i32.const 2))"),
                of(
                        "a fill of 4 GiB",
                        Kind.FUEL,
                        "",
                        "(memory.fill (i32.const 0) (i32.const 0) (i32.const -1)) (i64.const 0)"),
                Arguments.of(
                        "a fill of 4 GiB with endless fuel",
                        Kind.TRAP,
                        Wat.plugin("", "(memory.fill (i32.const 0) (i32.const 0) (i32.const -1)) (i64.const 0)"),
                        LIMITS.withFuel(1L << 60)),
                trap("a copy from beyond the memory", "(memory.copy (i32.const 0) (i32.const 131071) (i32.const 2))"),
                Arguments.of(
                        "a copy of 2 GiB with endless fuel",
                        Kind.TRAP,
                        Wat.plugin(
                                "", "(memory.copy (i32.const 0) (i32.const 0) (i32.const 0x80000000)) (i64.const 0)"),
                        LIMITS.withFuel(1L << 60)),
                of(
                        "more of a segment than there is",
                        Kind.TRAP,
                        "(data $d \"abc\")",
                        "(memory.init $d (i32.const 0) (i32.const 1) (i32.const 3)) (i64.const 0)"),
                of(
                        "a segment that was dropped",
                        Kind.TRAP,
                        "(data $d \"abc\")",
                        "(data.drop $d) (memory.init $d (i32.const 0) (i32.const 0) (i32.const 1)) (i64.const 0)"),
                of(
                        "a call of an empty element",
                        Kind.TRAP,
                        "(table 3 funcref) (type $t (func))",
                        "(call_indirect (type $t) (i32.const 1)) (i64.const 0)"),
                of(
                        "a call beyond the table",
                        Kind.TRAP,
                        "(table 3 funcref) (type $t (func))",
                        "(call_indirect (type $t) (i32.const -1)) (i64.const 0)"),
                of(
                        "a call of another type",
                        Kind.TRAP,
                        "(table funcref (elem $f)) (type $t (func (param f64))) (func $f)",
                        "(call_indirect (type $t) (f64.const 1) (i32.const 0)) (i64.const 0)"),
                of("data beyond the memory", Kind.TRAP, "(data (i32.const 131070) \"abc\")", "(i64.const 0)"),
                of("data at -1", Kind.TRAP, "(data (i32.const -1) \"abc\")", "(i64.const 0)"),
                of(
                        "elements beyond the table",
                        Kind.TRAP,
                        "(table 1 funcref) (elem (i32.const 1) $f) (func $f)",
                        "(i64.const 0)"),
                of(
                        "elements at -1",
                        Kind.TRAP,
                        "(table 1 funcref) (elem (i32.const -1) $f) (func $f)",
                        "(i64.const 0)"),
                Arguments.of(
                        "a memory that begins larger than is granted",
                        Kind.TRAP,
                        allocating("(i32.const 0)", 65),
                        LIMITS),
                Arguments.of("an input written at -1", Kind.TRAP, allocating("(i32.const -1)", 1), LIMITS),
                Arguments.of("an input written at the end", Kind.TRAP, allocating("(i32.const 65535)", 1), LIMITS),
                Arguments.of("an input written at 2 GiB", Kind.TRAP, allocating("(i32.const 0x80000000)", 1), LIMITS));
    }

    private static byte[] allocating(String pointer, int pages) {
        return Wat.module("""
                (module (memory (export "memory") %d)
                  (func (export "tp_alloc") (param i32) (result i32) %s)
                  (func (export "tp_call") (param i32 i32) (result i64) (i64.const 0)))
                """.formatted(pages, pointer));
    }

    static Stream<Arguments> outputs() {
        return Stream.of(
                of("an output of -1 bytes", Kind.OUTPUT, "", "(i64.const 0x00000010FFFFFFFF)"),
                of("an output of 2 GiB", Kind.OUTPUT, "", "(i64.const 0x000000007FFFFFFF)"),
                of("an output at -1", Kind.OUTPUT, "", "(i64.const 0xFFFFFFFF00000002)"),
                of("an output across the end of the memory", Kind.OUTPUT, "", "(i64.const 0x0001FFFF00000002)"),
                of("an output of no bytes", Kind.OUTPUT, "", "(i64.const 0)"),
                of("an output larger than allowed", Kind.OUTPUT, "", "(i64.const 0x0000000000010001)"),
                of("all zeros", Kind.OUTPUT, "", "(i64.const 0x0000000000010000)"),
                of(
                        "its own input",
                        Kind.OUTPUT,
                        "",
                        "(i64.or (i64.shl (i64.extend_i32_u (local.get $at)) (i64.const 32))"
                                + " (i64.extend_i32_u (local.get $length)))"),
                output("no JSON", "hello"),
                output("half of JSON", "{\"output\":[1,"),
                output("JSON and more", "{\"output\":1} {}"),
                output("a field twice", "{\"output\":1,\"output\":2}"),
                output("a field twice, deeper", "{\"output\":{\"a\":1,\"a\":2}}"),
                output("lists in lists", "{\"output\":" + "[".repeat(5_000) + "]".repeat(5_000) + "}"),
                output("objects in objects", "{\"output\":" + "{\"a\":".repeat(500) + "1" + "}".repeat(500) + "}"),
                output("a number of 10,000 digits", "{\"output\":" + "9".repeat(10_000) + "}"),
                output("no number", "{\"output\":NaN}"),
                output("a comment", "{\"output\":1/**/}"),
                output("neither output nor error", "{\"result\":1}"),
                output("output and error", "{\"output\":1,\"error\":{}}"),
                output("an error that is a text", "{\"error\":\"no\"}"),
                output("a list", "[1]"),
                output("bytes that are not UTF-8", "{\"output\":\"\u00C0\u0080\"}"),
                output("half of a character", "{\"output\":\"\u00E2\u0082\"}"),
                output("UTF-16", utf16("{\"output\":1}")),
                output("a mark of the order of bytes", "\u00EF\u00BB\u00BF{\"output\":1}"));
    }

    private static String utf16(String text) {
        StringBuilder bytes = new StringBuilder();
        text.chars().forEach(each -> bytes.append('\0').append((char) each));
        return bytes.toString();
    }

    private static PluginCall call(PluginLimits limits) {
        return PluginCall.of(ATTACKER, "work", "{\"a\":[1,2,3]}").within(limits);
    }

    private static PluginFailedException failure(String engine, byte[] module, PluginCall call) {
        AdmittedPlugin plugin = siege.host(engine).admit(module, ALL);
        PluginFailedException failed = catchThrowableOfType(
                PluginFailedException.class, () -> siege.host(engine).call(plugin, call));
        assertThat(failed).as(engine).isNotNull();
        return failed;
    }

    private static void requireContained(Kind kind, byte[] module, PluginLimits limits) {
        List<Long> fuel = new ArrayList<>();
        for (String engine : ENGINES) {
            PluginFailedException failed = failure(engine, module, call(limits));
            assertThat(failed.kind()).as(engine + ": " + failed.getMessage()).isEqualTo(kind);
            assertThat(failed.isByPlugin()).isTrue();
            fuel.add(failed.fuel());
        }
        if (kind != Kind.DEADLINE) {
            assertThat(fuel.get(0))
                    .as("fuel in both engines")
                    .isEqualTo(fuel.get(1))
                    .isPositive();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endless")
    void whatHasNoEndIsEnded(String name, Kind kind, byte[] module, PluginLimits limits) {
        requireContained(kind, module, limits);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("deep")
    void whatGoesTooDeepUsesUpItsOwnStackOnly(String name, Kind kind, byte[] module, PluginLimits limits) {
        requireContained(kind, module, limits);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("traps")
    void whatIsNotAllowedIsATrap(String name, Kind kind, byte[] module, PluginLimits limits) {
        requireContained(kind, module, limits);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("outputs")
    void anOutputThatIsNotAsItHasToBeIsRefused(String name, Kind kind, byte[] module, PluginLimits limits) {
        requireContained(kind, module, limits);
    }

    @Test
    void aLongFillOverrunsTheDeadlineByLittle() {
        byte[] module = Wat.plugin("", """
                (drop (memory.grow (i32.const 254)))
                (loop $l (memory.fill (i32.const 0) (i32.const 7) (i32.const 16777216)) (br $l)) (i64.const 0)
                """);
        long begin = System.nanoTime();
        PluginFailedException failed = failure("compiled", module, call(SHORT.withMemoryPages(256)));
        long overrun = System.nanoTime() - begin - SHORT.deadline().toNanos();

        assertThat(failed.kind()).isEqualTo(Kind.DEADLINE);
        System.out.printf(Locale.ROOT, "overran the deadline by %.1f ms, admission included%n", overrun / 1e6);
    }

    /** A plugin that imports a function and answers with minus what it gives. */
    private static byte[] asking(String import_, String fields, String expression) {
        return Wat.plugin(
                "(import \"tp\" " + import_ + ")" + fields + data("{\"output\":0}"),
                "(i32.store8 (i32.const 26) (i32.sub (i32.const 48) " + expression + "))" + answer("{\"output\":0}"));
    }

    private static final String KV_PUT = "\"kv_put\" (func $ask (param i32 i32 i32 i32) (result i32))";

    private static String two(String name) {
        return "\"" + name + "\" (func $ask (param i32 i32) (result i32))";
    }

    static Stream<Arguments> asked() {
        return Stream.of(
                Arguments.of(
                        "a value beyond the quota",
                        "3",
                        asking(KV_PUT, "", "(call $ask (i32.const 16) (i32.const 9) (i32.const 0) (i32.const 2000))")),
                Arguments.of(
                        "a key of no bytes",
                        "4",
                        asking(KV_PUT, "", "(call $ask (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2))")),
                Arguments.of(
                        "a key of 257 bytes",
                        "4",
                        asking(
                                KV_PUT,
                                "(data (i32.const 2048) \"" + "x".repeat(257) + "\")",
                                "(call $ask (i32.const 2048) (i32.const 257) (i32.const 0) (i32.const 2))")),
                Arguments.of(
                        "a key with a zero",
                        "4",
                        asking(KV_PUT, "", "(call $ask (i32.const 4096) (i32.const 3) (i32.const 0) (i32.const 2))")),
                Arguments.of(
                        "a look at a key with a zero",
                        "4",
                        asking(two("kv_get"), "", "(call $ask (i32.const 4096) (i32.const 3))")),
                Arguments.of(
                        "a removal of a key with a zero",
                        "4",
                        asking(two("kv_delete"), "", "(call $ask (i32.const 4096) (i32.const 3))")),
                Arguments.of(
                        "a list of keys with a zero",
                        "4",
                        asking(two("kv_list"), "", "(call $ask (i32.const 4096) (i32.const 3))")),
                Arguments.of(
                        "a secret with a zero",
                        "4",
                        asking(two("secret_read"), "", "(call $ask (i32.const 4096) (i32.const 3))")),
                Arguments.of(
                        "a configuration that is not UTF-8",
                        "4",
                        asking(
                                two("config_get"),
                                "(data (i32.const 2048) \"\\c0\\80\")",
                                "(call $ask (i32.const 2048) (i32.const 2))")),
                Arguments.of(
                        "an event that is no JSON",
                        "4",
                        asking(two("emit_event"), "", "(call $ask (i32.const 16) (i32.const 5))")),
                Arguments.of(
                        "a finding that is no JSON",
                        "4",
                        asking(two("content_annotate"), "", "(call $ask (i32.const 16) (i32.const 5))")),
                Arguments.of(
                        "a metric that is no number",
                        "4",
                        asking(
                                "\"emit_metric\" (func $ask (param i32 i32 f64) (result i32))",
                                "",
                                "(call $ask (i32.const 16) (i32.const 2) (f64.const inf))")),
                Arguments.of(
                        "a request that is not allowed",
                        "5",
                        asking(two("http_send"), "", "(call $ask (i32.const 16) (i32.const 2))")),
                Arguments.of(
                        "65,537 random bytes",
                        "4",
                        asking(two("random_fill"), "", "(call $ask (i32.const 0) (i32.const 65537))")),
                Arguments.of(
                        "-1 random bytes",
                        "4",
                        asking(two("random_fill"), "", "(call $ask (i32.const 0) (i32.const -1))")),
                Arguments.of(
                        "an answer before any question",
                        "0",
                        asking(two("result_read"), "", "(call $ask (i32.const 0) (i32.const -1))")));
    }

    /** Keeps a thousand bytes, and has nothing. */
    private static final PluginServices POOR = new PluginServices() {
        @Override
        public long bytesLeft() {
            return 1_000;
        }

        @Override
        public void apply(PluginEffects effects) {}
    };

    @ParameterizedTest(name = "{0}")
    @MethodSource("asked")
    void whatThePluginMayNotAskIsAnsweredWithAnError(String name, String answer, byte[] module) {
        for (String engine : ENGINES) {
            PluginHost host = siege.host(engine);
            assertThat(host.call(host.admit(module, ALL), call(LIMITS).granting(ALL, POOR))
                            .require())
                    .as(engine)
                    .isEqualTo(answer);
        }
    }

    @Test
    void whatTheTenantHasNotGrantedIsAnsweredWithAnError() {
        for (String each : List.of(
                "kv_get", "http_send", "secret_handle", "secret_read", "config_get", "random_fill", "content_read")) {
            byte[] module = asking(two(each), "", "(call $ask (i32.const 16) (i32.const 2))");
            PluginHost host = siege.host("compiled");
            assertThat(host.call(host.admit(module, ALL), call(LIMITS)).require())
                    .as(each)
                    .isEqualTo("2");
        }
    }

    static Stream<Arguments> floods() {
        return Stream.of(
                Arguments.of(
                        "calls of the host",
                        Kind.HOST_CALLS,
                        asking(
                                two("kv_get"),
                                "",
                                "(block (result i32) (loop $l (drop (call $ask (i32.const 16) (i32.const 2))) (br $l)) (i32.const 0))")),
                Arguments.of(
                        "calls of a host function that is not granted",
                        Kind.HOST_CALLS,
                        asking(
                                two("result_read"),
                                "",
                                "(block (result i32) (loop $l (drop (call $ask (i32.const 16) (i32.const 2))) (br $l)) (i32.const 0))")),
                Arguments.of(
                        "many bytes to the host",
                        Kind.HOST_CALLS,
                        asking(
                                two("content_read"),
                                "",
                                "(block (result i32) (loop $l (drop (call $ask (i32.const 64) (i32.const 60000))) (br $l)) (i32.const 0))")),
                Arguments.of(
                        "4 GiB to the host",
                        Kind.HOST_CALLS,
                        asking(two("content_read"), "", "(call $ask (i32.const 0) (i32.const -1))")),
                Arguments.of(
                        "many bytes from the host",
                        Kind.HOST_CALLS,
                        asking(
                                two("random_fill"),
                                "",
                                "(block (result i32) (loop $l (drop (call $ask (i32.const 64) (i32.const 60000))) (br $l)) (i32.const 0))")),
                Arguments.of(
                        "a key beyond the memory",
                        Kind.TRAP,
                        asking(two("kv_get"), "", "(call $ask (i32.const 131071) (i32.const 2))")),
                Arguments.of(
                        "a key at -1",
                        Kind.TRAP,
                        asking(two("kv_get"), "", "(call $ask (i32.const -1) (i32.const 2))")),
                Arguments.of(
                        "random bytes beyond the memory",
                        Kind.TRAP,
                        asking(two("random_fill"), "", "(call $ask (i32.const 131071) (i32.const 2))")),
                Arguments.of(
                        "an answer read to beyond the memory",
                        Kind.TRAP,
                        asking(two("result_read"), "", "(call $ask (i32.const 131073) (i32.const 2))")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("floods")
    void aFloodOfTheHostEndsTheCall(String name, Kind kind, byte[] module) {
        for (String engine : ENGINES) {
            PluginFailedException failed = failure(engine, module, call(LIMITS).granting(ALL, POOR));
            assertThat(failed.kind()).as(engine + ": " + failed.getMessage()).isEqualTo(kind);
            assertThat(failed.fuel()).isPositive();
        }
    }

    @Test
    void valuesPutAgainAndAgainNeverTakeMoreThanTheQuota() {
        AtomicLong applied = new AtomicLong();
        PluginServices services = new PluginServices() {
            @Override
            public long bytesLeft() {
                return 1_000;
            }

            @Override
            public void apply(PluginEffects effects) {
                effects.values()
                        .forEach((key, value) -> applied.addAndGet(
                                key.length() * 2L + (value.bytes() == null ? 0 : value.bytes().length)));
            }
        };
        // Ninety values of 300 bytes under keys of one digit after the other, and one key again and again.
        byte[] module = asking(KV_PUT, "(global $i (mut i32) (i32.const 0))", """
                (block (result i32)
                  (loop $l
                    (i32.store8 (i32.const 4096) (i32.add (i32.const 48) (i32.rem_u (global.get $i) (i32.const 10))))
                    (drop (call $ask (i32.const 4096) (i32.const 1) (i32.const 0) (i32.const 300)))
                    (global.set $i (i32.add (global.get $i) (i32.const 1)))
                    (br_if $l (i32.lt_u (global.get $i) (i32.const 90))))
                  (i32.const 0))
                """);
        PluginHost host = siege.host("compiled");

        assertThat(host.call(host.admit(module, ALL), call(LIMITS).granting(ALL, services))
                        .require())
                .isEqualTo("0");
        assertThat(applied.get()).isEqualTo(3 * 302);
    }

    @Test
    void aLineOfTheLogIsOneLineOfPlainText() {
        List<String> lines = new ArrayList<>();
        PluginServices services = new PluginServices() {
            @Override
            public void log(int level, String text) {
                lines.add(level + " " + text);
            }
        };
        String text = "a\\n2026 ERROR b\\1b[31m\\c2\\9b0m\\e2\\80\\a8c\\e2\\80\\aed";
        byte[] module = Wat.plugin(
                "(import \"tp\" \"log\" (func $log (param i32 i32 i32)))" + data("{\"output\":0}")
                        + "(data (i32.const 2048) \"" + text + "\")",
                "(call $log (i32.const 99) (i32.const 2048) (i32.const 33))" + answer("{\"output\":0}"));
        PluginHost host = siege.host("compiled");
        host.call(host.admit(module, ALL), call(LIMITS).granting(ALL, services));

        assertThat(lines).hasSize(1);
        assertThat(lines.get(0))
                .startsWith("3 a 2026 ERROR b [31m 0m c d")
                .doesNotContainPattern("[\\p{Cc}\\u2028\\u202E]");
    }

    private static byte[] askingThenEndless() {
        return asking(
                two("content_read"),
                "",
                "(block (result i32) (drop (call $ask (i32.const 16) (i32.const 2))) (loop $l (br $l)) (i32.const 0))");
    }

    @Test
    void aServiceThatThrowsIsAFailureOfTheHostThatCostsNothing() {
        PluginServices services = new PluginServices() {
            @Override
            public Optional<String> content(String query) {
                throw new IllegalStateException("no connection");
            }
        };
        for (String engine : ENGINES) {
            PluginFailedException failed =
                    failure(engine, askingThenEndless(), call(LIMITS).granting(ALL, services));
            assertThat(failed.kind()).isEqualTo(Kind.HOST);
            assertThat(failed.fuel()).isZero();
            assertThat(failed.isByPlugin()).isFalse();
        }
    }

    @Test
    void anErrorOfAServiceIsAFailureOfTheHostToo() {
        PluginServices services = new PluginServices() {
            @Override
            public Optional<String> content(String query) {
                throw new StackOverflowError();
            }
        };
        assertThat(failure("compiled", askingThenEndless(), call(LIMITS).granting(ALL, services))
                        .kind())
                .isEqualTo(Kind.HOST);
    }

    @Test
    void aServiceThatBlocksIsInterruptedAtTheDeadline() {
        PluginServices services = new PluginServices() {
            @Override
            public Optional<String> content(String query) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException interrupted) {
                    throw new IllegalStateException(interrupted);
                }
                return Optional.empty();
            }
        };
        for (String engine : ENGINES) {
            assertThat(failure(engine, askingThenEndless(), call(SHORT).granting(ALL, services))
                            .kind())
                    .isEqualTo(Kind.DEADLINE);
        }
    }

    @Test
    void aServiceThatSwallowsTheInterruptDoesNotSaveThePlugin() {
        PluginServices services = new PluginServices() {
            @Override
            public Optional<String> content(String query) {
                try {
                    new CountDownLatch(1).await();
                } catch (InterruptedException swallowed) {
                    return Optional.empty();
                }
                return Optional.empty();
            }
        };
        // Where nobody interrupts again, it ends when its fuel does.
        assertThat(failure(
                                "compiled",
                                askingThenEndless(),
                                call(SHORT.withFuel(300_000_000)).granting(ALL, services))
                        .kind())
                .isEqualTo(Kind.DEADLINE);
    }

    @Test
    void aDroppedSegmentOfOneCallIsThereInTheNext() {
        // It fills 16 from its segment, and then drops it: the second call finds it again.
        String json = "{\"output\":7}";
        byte[] module = Wat.plugin(
                data(json).replace("(data (i32.const 16)", "(data $d"),
                "(memory.init $d (i32.const 16) (i32.const 0) (i32.const 12)) (data.drop $d)" + answer(json));
        for (String engine : ENGINES) {
            PluginHost host = siege.host(engine);
            AdmittedPlugin plugin = host.admit(module, ALL);
            for (int i = 0; i < 3; i++) {
                assertThat(host.call(plugin, call(LIMITS)).require()).isEqualTo("7");
            }
        }
    }

    @Test
    void growthOfOneCallIsNotSeenInTheNext() {
        byte[] module = asking(
                two("result_read"), "", "(i32.sub (i32.const 0) (i32.sub (memory.grow (i32.const 5)) (i32.const 2)))");
        for (String engine : ENGINES) {
            PluginHost host = siege.host(engine);
            AdmittedPlugin plugin = host.admit(module, ALL);
            for (int i = 0; i < 3; i++) {
                assertThat(host.call(plugin, call(LIMITS)).require()).isEqualTo("0");
            }
        }
    }

    @Test
    void closingEndsWhatRunsAndTellsWhoeverWaits() {
        PluginHost host = PluginHost.builder().workers(1, 1).build();
        AdmittedPlugin plugin = host.admit(Wat.plugin("", "(loop $l (br $l)) (i64.const 0)"), Set.of());
        PluginCall call = call(SHORT.withDeadline(Duration.ofHours(1)));
        List<Thread> threads = new ArrayList<>();
        List<AtomicReference<PluginFailedException>> failures = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            AtomicReference<PluginFailedException> failure = new AtomicReference<>();
            failures.add(failure);
            Thread thread = new Thread(() ->
                    failure.set(catchThrowableOfType(PluginFailedException.class, () -> host.call(plugin, call))));
            threads.add(thread);
            thread.start();
        }
        assertThat(Siege.soon(() -> threads.stream().allMatch(each -> each.getState() == Thread.State.WAITING)))
                .isTrue();
        host.close();

        assertThat(Siege.soon(() -> threads.stream().noneMatch(Thread::isAlive)))
                .isTrue();
        assertThat(failures).extracting(each -> each.get().kind()).containsOnly(Kind.BUSY);
        assertThat(failures).extracting(each -> each.get().isByPlugin()).containsOnly(false);
        assertThat(catchThrowableOfType(PluginFailedException.class, () -> host.call(plugin, call))
                        .kind())
                .isEqualTo(Kind.BUSY);
    }

    @Test
    void whoeverWaitsAndIsInterruptedEndsItsCallAndNoOther() {
        PluginHost host = siege.host("compiled");
        AdmittedPlugin endless = host.admit(Wat.plugin("", "(loop $l (br $l)) (i64.const 0)"), Set.of());
        AdmittedPlugin short_ = host.admit(answering("{\"output\":1}"), Set.of());
        TenantId tenant = TenantId.next(java.time.InstantSource.system());
        FutureTask<Kind> waiting = new FutureTask<>(() -> catchThrowableOfType(
                        PluginFailedException.class,
                        () -> host.call(
                                endless,
                                PluginCall.of(tenant, "work", "{}").within(SHORT.withDeadline(Duration.ofHours(1)))))
                .kind());
        Thread thread = new Thread(waiting);
        thread.start();
        assertThat(Siege.soon(() -> thread.getState() == Thread.State.WAITING)).isTrue();
        LockSupport.parkNanos(20_000_000);
        thread.interrupt();

        assertThat(Siege.soon(waiting::isDone)).isTrue();
        assertThat(org.assertj.core.api.Assertions.catchThrowable(
                        () -> assertThat(waiting.get()).isEqualTo(Kind.BUSY)))
                .isNull();
        // The tenant's one worker is free again, and without a mark.
        for (int i = 0; i < 20; i++) {
            assertThat(host.call(short_, PluginCall.of(tenant, "work", "{}").within(LIMITS))
                            .require())
                    .isEqualTo("1");
        }
    }
}
