package io.tenancy.plugins.sandbox;

import static io.tenancy.plugins.WasmBytes.bytes;
import static io.tenancy.plugins.WasmBytes.export;
import static io.tenancy.plugins.WasmBytes.join;
import static io.tenancy.plugins.WasmBytes.name;
import static io.tenancy.plugins.WasmBytes.plugin;
import static io.tenancy.plugins.WasmBytes.sized;
import static io.tenancy.plugins.WasmBytes.times;
import static io.tenancy.plugins.WasmBytes.u32;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.PluginRefusedException.Reason;
import io.tenancy.plugins.Wat;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Modules that are refused before anything of them runs. */
class HostileModulesTest {

    private static Siege siege;

    @BeforeAll
    static void begin() {
        siege = new Siege();
    }

    @AfterAll
    static void end() {
        siege.close();
    }

    private static Arguments of(String name, Reason reason, byte[] module) {
        return Arguments.of(name, reason, module);
    }

    /** A plugin whose tp_call has these instructions. */
    private static Arguments code(String name, Reason reason, int... code) {
        return of(name, reason, plugin().call(code).toBytes());
    }

    static Stream<Arguments> metering() {
        return Stream.of(
                code(
                        "fuel refilled through a global that does not exist",
                        Reason.MALFORMED,
                        0x42,
                        0x3F,
                        0x24,
                        0,
                        0x42,
                        0),
                code(
                        "stack refilled through a global that does not exist",
                        Reason.MALFORMED,
                        0x41,
                        0x3F,
                        0x24,
                        1,
                        0x42,
                        0),
                code("fuel read", Reason.MALFORMED, 0x23, 0),
                code("a global of number -1", Reason.MALFORMED, 0x23, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F),
                of(
                        "a global exported that does not exist",
                        Reason.MALFORMED,
                        plugin().section(
                                        7,
                                        bytes(4),
                                        export("memory", 2, 0),
                                        export("tp_alloc", 0, 0),
                                        export("tp_call", 0, 1),
                                        export("fuel", 3, 0))
                                .toBytes()),
                of(
                        "a global written that does not change",
                        Reason.MALFORMED,
                        plugin().section(6, bytes(1, 0x7E, 0, 0x42, 0, 0x0B))
                                .call(0x42, 0, 0x24, 0, 0x42, 0)
                                .toBytes()),
                of(
                        "a global that begins with another one",
                        Reason.FEATURE,
                        plugin().section(6, bytes(2, 0x7E, 1, 0x42, 0, 0x0B, 0x7E, 1, 0x23, 0, 0x0B))
                                .toBytes()),
                of(
                        "data at a computed place",
                        Reason.FEATURE,
                        plugin().section(11, bytes(1, 0, 0x41, 0, 0x41, 0, 0x6A, 0x0B, 0))
                                .toBytes()));
    }

    static Stream<Arguments> features() {
        return Stream.of(
                code("SIMD", Reason.FEATURE, join0(0xFD, 12, 16)),
                code("threads", Reason.FEATURE, 0xFE, 0x10, 2, 0),
                code("exceptions: try", Reason.FEATURE, 0x06, 0x40, 0x0B, 0x42, 0),
                code("exceptions: throw", Reason.FEATURE, 0x08, 0),
                code("exceptions: try_table", Reason.FEATURE, 0x1F, 0x40, 0, 0x0B, 0x42, 0),
                of(
                        "exceptions: tags",
                        Reason.FEATURE,
                        plugin().last(bytes(13, 3, 1, 0, 2)).toBytes()),
                code("tail call", Reason.FEATURE, 0x12, 1),
                code("indirect tail call", Reason.FEATURE, 0x13, 1, 0),
                code("call by reference", Reason.FEATURE, 0x14, 1),
                code("garbage collection", Reason.FEATURE, 0xFB, 0),
                of(
                        "a type of structures",
                        Reason.FEATURE,
                        plugin().section(1, bytes(1, 0x5F, 0)).toBytes()),
                of(
                        "recursive types",
                        Reason.FEATURE,
                        plugin().section(1, bytes(1, 0x4E, 1, 0x60, 0, 0)).toBytes()),
                code("ref.null", Reason.FEATURE, 0xD0, 0x70, 0x1A, 0x42, 0),
                code("ref.func", Reason.FEATURE, 0xD2, 0, 0x1A, 0x42, 0),
                code("select with a type", Reason.FEATURE, 0x42, 0, 0x42, 0, 0x41, 0, 0x1C, 1, 0x7E),
                code("table.get", Reason.FEATURE, 0x41, 0, 0x25, 0, 0x1A, 0x42, 0),
                code("table.set", Reason.FEATURE, 0x41, 0, 0xD2, 0, 0x26, 0, 0x42, 0),
                code("table.grow", Reason.FEATURE, 0xD0, 0x70, 0x41, 1, 0xFC, 15, 0, 0x1A, 0x42, 0),
                code("table.fill", Reason.FEATURE, 0xFC, 17, 0, 0x42, 0),
                code("table.init", Reason.FEATURE, 0xFC, 12, 0, 0, 0x42, 0),
                code("table.copy", Reason.FEATURE, 0xFC, 14, 0, 0, 0x42, 0),
                code("elem.drop", Reason.FEATURE, 0xFC, 13, 0, 0x42, 0),
                code("128 bits of arithmetic", Reason.FEATURE, 0xFC, 19, 0x42, 0),
                code("an instruction with a number above 2^31", Reason.FEATURE, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F),
                code("an unknown instruction", Reason.FEATURE, 0xFF),
                of(
                        "two results",
                        Reason.FEATURE,
                        plugin().section(1, bytes(1, 0x60, 0, 2, 0x7F, 0x7F)).toBytes()),
                code("a block with a type of functions", Reason.FEATURE, 0x02, 2, 0x0B, 0x42, 0),
                code("the type of a block in two bytes", Reason.FEATURE, 0x02, 0xC0, 0x7F, 0x0B, 0x42, 0),
                code("the type of a block that only looks like none", Reason.FEATURE, 0x02, 0xC0, 0x7E, 0x0B, 0x42, 0),
                code("a block of a reference", Reason.FEATURE, 0x02, 0x70, 0xD0, 0x70, 0x0B, 0x1A, 0x42, 0),
                of(
                        "a vector as parameter",
                        Reason.FEATURE,
                        plugin().section(1, bytes(1, 0x60, 1, 0x7B, 0)).toBytes()),
                of(
                        "a reference as local",
                        Reason.FEATURE,
                        plugin().body(bytes(1, 1, 0x70, 0x42, 0, 0x0B)).toBytes()),
                of(
                        "a shared memory",
                        Reason.FEATURE,
                        plugin().section(5, bytes(1, 3, 1, 1)).toBytes()),
                of(
                        "a memory of 64 bits",
                        Reason.FEATURE,
                        plugin().section(5, bytes(1, 4, 1)).toBytes()),
                of(
                        "two memories",
                        Reason.TOO_LARGE,
                        plugin().section(5, bytes(2, 0, 1, 0, 1)).toBytes()),
                code("the size of a second memory", Reason.MALFORMED, 0x3F, 1, 0x1A, 0x42, 0),
                code("a load from a second memory", Reason.MALFORMED, 0x41, 0, 0x28, 0x42, 1, 0, 0x1A, 0x42, 0),
                of(
                        "two tables",
                        Reason.TOO_LARGE,
                        plugin().section(4, bytes(2, 0x70, 0, 1, 0x70, 0, 1)).toBytes()),
                of(
                        "a table of host references",
                        Reason.FEATURE,
                        plugin().section(4, bytes(1, 0x6F, 0, 1)).toBytes()),
                of(
                        "a table that begins with something",
                        Reason.FEATURE,
                        plugin().section(4, bytes(1, 0x40, 0, 0x70, 0, 1)).toBytes()),
                of(
                        "a table of 64 bits",
                        Reason.FEATURE,
                        plugin().section(4, bytes(1, 0x70, 4, 1)).toBytes()),
                of(
                        "passive elements",
                        Reason.FEATURE,
                        plugin().section(4, bytes(1, 0x70, 0, 1))
                                .section(9, bytes(1, 1, 0, 1, 0))
                                .toBytes()),
                of(
                        "a start function",
                        Reason.FEATURE,
                        plugin().section(8, bytes(0)).toBytes()));
    }

    private static int[] join0(int first, int second, int zeros) {
        int[] all = new int[2 + zeros];
        all[0] = first;
        all[1] = second;
        return all;
    }

    private static byte[] importing(String module, String name, int... rest) {
        return plugin().section(2, bytes(1), name(module), name(name), bytes(rest))
                .toBytes();
    }

    static Stream<Arguments> borders() {
        return Stream.of(
                of("an imported memory", Reason.IMPORT, importing("tp", "memory", 2, 0, 1)),
                of("an imported table", Reason.IMPORT, importing("tp", "table", 1, 0x70, 0, 1)),
                of("an imported global", Reason.IMPORT, importing("tp", "fuel", 3, 0x7E, 1)),
                of("an imported tag", Reason.IMPORT, importing("tp", "tag", 4, 0, 2)),
                of("WASI", Reason.IMPORT, importing("wasi_snapshot_preview1", "proc_exit", 0, 2)),
                of("a function of the host from another module", Reason.IMPORT, importing("env", "clock_now", 0, 2)),
                of("a function that the host has not", Reason.IMPORT, importing("tp", "exec", 0, 2)),
                of("a function of the host with another type", Reason.IMPORT, importing("tp", "clock_now", 0, 1)),
                of(
                        "an import that is not declared",
                        Reason.IMPORT,
                        Wat.plugin(
                                "(import \"tp\" \"secret_read\" (func (param i32 i32) (result i32)))",
                                "(i64.const 0)")),
                of("an import of a type that does not exist", Reason.MALFORMED, importing("tp", "clock_now", 0, 9)),
                of(
                        "no memory exported",
                        Reason.EXPORT,
                        plugin().section(7, bytes(2), export("tp_alloc", 0, 0), export("tp_call", 0, 1))
                                .toBytes()),
                of(
                        "no tp_call",
                        Reason.EXPORT,
                        plugin().section(7, bytes(2), export("memory", 2, 0), export("tp_alloc", 0, 0))
                                .toBytes()),
                of(
                        "tp_call is a memory",
                        Reason.EXPORT,
                        plugin().section(
                                        7,
                                        bytes(3),
                                        export("memory", 2, 0),
                                        export("tp_alloc", 0, 0),
                                        export("tp_call", 2, 0))
                                .toBytes()),
                of(
                        "tp_call of another type",
                        Reason.EXPORT,
                        plugin().section(
                                        7,
                                        bytes(3),
                                        export("memory", 2, 0),
                                        export("tp_alloc", 0, 1),
                                        export("tp_call", 0, 0))
                                .toBytes()),
                of(
                        "_initialize of another type",
                        Reason.EXPORT,
                        plugin().section(
                                        7,
                                        bytes(4),
                                        export("memory", 2, 0),
                                        export("tp_alloc", 0, 0),
                                        export("tp_call", 0, 1),
                                        export("_initialize", 0, 0))
                                .toBytes()),
                of(
                        "two exports of one name",
                        Reason.MALFORMED,
                        plugin().section(
                                        7,
                                        bytes(4),
                                        export("memory", 2, 0),
                                        export("tp_alloc", 0, 0),
                                        export("tp_call", 0, 1),
                                        export("tp_call", 0, 1))
                                .toBytes()),
                of(
                        "an export of a function that does not exist",
                        Reason.MALFORMED,
                        plugin().section(7, bytes(1), export("tp_call", 0, 2)).toBytes()),
                of(
                        "a name that is not UTF-8",
                        Reason.MALFORMED,
                        plugin().section(7, bytes(1, 2, 0xC0, 0x80, 0, 0)).toBytes()));
    }

    static Stream<Arguments> size() {
        byte[] nothing = bytes(0, 0x0B);
        return Stream.of(
                of(
                        "50,000 locals",
                        Reason.TOO_LARGE,
                        plugin().body(join(bytes(1), u32(50_000), bytes(0x7F, 0x42, 0, 0x0B)))
                                .toBytes()),
                of(
                        "2^32 - 1 locals",
                        Reason.TOO_LARGE,
                        plugin().body(bytes(1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x7F, 0x42, 0, 0x0B))
                                .toBytes()),
                of(
                        "many kinds of locals",
                        Reason.TOO_LARGE,
                        plugin().body(join(u32(501), times(501, bytes(1, 0x7F)), bytes(0x42, 0, 0x0B)))
                                .toBytes()),
                of(
                        "1,000 functions of 500 locals",
                        Reason.TOO_LARGE,
                        plugin().functions(1_000, join(bytes(1), u32(500), bytes(0x7F, 0x0B)))
                                .toBytes()),
                of(
                        "10,000 functions",
                        Reason.TOO_LARGE,
                        plugin().functions(10_000, nothing).toBytes()),
                of(
                        "100,000 blocks in blocks",
                        Reason.TOO_LARGE,
                        plugin().call(join(
                                        times(30_000, bytes(0x02, 0x40)), times(30_000, bytes(0x0B)), bytes(0x42, 0)))
                                .toBytes()),
                of(
                        "a table of a million labels",
                        Reason.TOO_LARGE,
                        plugin().call(join(bytes(0x42, 0, 0x41, 0, 0x0E), u32(1_000_000), times(100, bytes(0))))
                                .toBytes()),
                of(
                        "a table of a million elements",
                        Reason.TOO_LARGE,
                        plugin().section(4, bytes(1, 0x70, 0), u32(1_000_000)).toBytes()),
                of(
                        "a table of 2^32 - 1 elements",
                        Reason.TOO_LARGE,
                        plugin().section(4, bytes(1, 0x70, 0), u32(0xFFFF_FFFFL))
                                .toBytes()),
                of(
                        "a million elements in segments",
                        Reason.TOO_LARGE,
                        plugin().section(4, bytes(1, 0x70, 0), u32(10_000))
                                .section(
                                        9,
                                        bytes(20),
                                        times(20, join(bytes(0, 0x41, 0, 0x0B), u32(9_999), times(9_999, bytes(0)))))
                                .toBytes()),
                of(
                        "a body of 200,000 bytes",
                        Reason.TOO_LARGE,
                        plugin().call(join(times(200_000, bytes(1)), bytes(0x42, 0)))
                                .toBytes()),
                of(
                        "a module of 2 MiB",
                        Reason.TOO_LARGE,
                        plugin().last(join(bytes(0), sized(name("x"), new byte[2 << 20])))
                                .toBytes()),
                of(
                        "2,000 types",
                        Reason.TOO_LARGE,
                        plugin().section(1, u32(2_000), times(2_000, bytes(0x60, 0, 0)))
                                .toBytes()),
                of(
                        "100 parameters",
                        Reason.TOO_LARGE,
                        plugin().section(1, bytes(1, 0x60), u32(100), times(100, bytes(0x7F)), bytes(0))
                                .toBytes()),
                of(
                        "3,000 globals",
                        Reason.TOO_LARGE,
                        plugin().section(6, u32(3_000), times(3_000, bytes(0x7F, 1, 0x41, 0, 0x0B)))
                                .toBytes()),
                of(
                        "300 exports",
                        Reason.TOO_LARGE,
                        plugin().section(7, u32(300), times(300, export("x", 0, 0)))
                                .toBytes()),
                of(
                        "100 imports",
                        Reason.TOO_LARGE,
                        plugin().section(2, u32(100), times(100, join(name("tp"), name("clock_now"), bytes(0, 2))))
                                .toBytes()),
                of(
                        "a name of 10,000 bytes",
                        Reason.TOO_LARGE,
                        plugin().section(7, bytes(1), export("x".repeat(10_000), 0, 0))
                                .toBytes()),
                of(
                        "3,000 segments of data",
                        Reason.TOO_LARGE,
                        plugin().section(11, u32(3_000), times(3_000, bytes(1, 0)))
                                .toBytes()),
                of(
                        "65,537 pages",
                        Reason.TOO_LARGE,
                        plugin().section(5, bytes(1, 0), u32(65_537)).toBytes()),
                of(
                        "a function of more bytecode than is ever compiled to machine code",
                        Reason.FUNCTION_TOO_LARGE,
                        plugin().call(join(bytes(0x42, 0), times(4_000, bytes(0x42, 1, 0x7C))))
                                .toBytes()),
                of(
                        "a function of more bytecode than a class can have",
                        Reason.FUNCTION_TOO_LARGE,
                        plugin().call(join(bytes(0x42, 0), times(40_000, bytes(0x42, 1, 0x7C))))
                                .toBytes()),
                of(
                        "a function of which engines make too much",
                        Reason.FUNCTION_TOO_LARGE,
                        plugin().functions(8, roots(100_000)).toBytes()),
                of(
                        "functions of which engines make too much together",
                        Reason.TOO_LARGE,
                        plugin().functions(800, roots(1_000)).toBytes()),
                of(
                        "a function that metering makes too large",
                        Reason.FUNCTION_TOO_LARGE,
                        plugin().call(join(times(3_000, bytes(0x03, 0x40, 0x0B)), bytes(0x42, 0)))
                                .toBytes()));
    }

    /** A function that takes a square root again and again, which metering makes seventeen bytes of one. */
    private static byte[] roots(int count) {
        return join(bytes(0, 0x43, 0, 0, 0, 0), times(count, bytes(0x91)), bytes(0x1A, 0x0B));
    }

    static Stream<Arguments> form() {
        return Stream.of(
                of("nothing", Reason.MALFORMED, bytes()),
                of("only a beginning", Reason.EXPORT, bytes(0, 0x61, 0x73, 0x6D, 1, 0, 0, 0)),
                of("another version", Reason.MALFORMED, bytes(0, 0x61, 0x73, 0x6D, 2, 0, 0, 0)),
                of("a component", Reason.MALFORMED, bytes(0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0)),
                of("a class file", Reason.MALFORMED, bytes(0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 55)),
                of(
                        "a section of 4 GiB",
                        Reason.MALFORMED,
                        plugin().raw(1, bytes(1, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F)).toBytes()),
                of(
                        "a section shorter than its content",
                        Reason.MALFORMED,
                        plugin().raw(5, bytes(5, 2, 1, 0, 1)).toBytes()),
                of(
                        "a section longer than its content",
                        Reason.MALFORMED,
                        plugin().raw(5, bytes(5, 4, 1, 0, 1, 0)).toBytes()),
                of(
                        "a section twice",
                        Reason.MALFORMED,
                        plugin().raw(5, bytes(5, 3, 1, 0, 1, 5, 3, 1, 0, 1)).toBytes()),
                of(
                        "sections in the wrong order",
                        Reason.MALFORMED,
                        plugin().without(5).last(bytes(5, 3, 1, 0, 1)).toBytes()),
                of(
                        "a section that does not exist",
                        Reason.MALFORMED,
                        plugin().last(bytes(14, 0)).toBytes()),
                of(
                        "a custom section without a name",
                        Reason.MALFORMED,
                        plugin().last(bytes(0, 0)).toBytes()),
                of("half a section", Reason.MALFORMED, plugin().last(bytes(11)).toBytes()),
                of(
                        "functions without code",
                        Reason.MALFORMED,
                        plugin().without(10).toBytes()),
                of(
                        "code without functions",
                        Reason.MALFORMED,
                        plugin().section(3, bytes(1, 0)).toBytes()),
                of(
                        "a body longer than its section",
                        Reason.MALFORMED,
                        plugin().section(10, bytes(2, 4, 0, 0x41, 0x10, 0x0B, 100, 0))
                                .toBytes()),
                of(
                        "a body that goes on after its end",
                        Reason.MALFORMED,
                        plugin().call(0x42, 0, 0x0B, 0x01).toBytes()),
                of(
                        "a body without an end",
                        Reason.MALFORMED,
                        plugin().body(bytes(0, 0x42, 0)).toBytes()),
                of(
                        "fewer segments of data than announced",
                        Reason.MALFORMED,
                        plugin().section(12, bytes(2))
                                .section(11, bytes(1, 1, 0))
                                .toBytes()),
                code(
                        "a constant of 32 bits in six bytes",
                        Reason.MALFORMED,
                        0x41,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0,
                        0x1A,
                        0x42,
                        0),
                code(
                        "a constant that does not fit into 32 bits",
                        Reason.MALFORMED,
                        0x41,
                        0xFF,
                        0xFF,
                        0xFF,
                        0xFF,
                        0x0F,
                        0x1A,
                        0x42,
                        0),
                code(
                        "a constant of 64 bits in eleven bytes",
                        Reason.MALFORMED,
                        0x42,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0),
                code("a local in six bytes", Reason.MALFORMED, 0x20, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x1A, 0x42, 0),
                code(
                        "a local that does not fit into 32 bits",
                        Reason.MALFORMED,
                        0x20,
                        0x80,
                        0x80,
                        0x80,
                        0x80,
                        0x70,
                        0x1A,
                        0x42,
                        0),
                code("a local that does not exist", Reason.MALFORMED, 0x20, 2, 0x1A, 0x42, 0),
                code("a function that does not exist", Reason.MALFORMED, 0x10, 2, 0x42, 0),
                code("a label that does not exist", Reason.MALFORMED, 0x0C, 1),
                code("an indirect call without a table", Reason.MALFORMED, 0x41, 0, 0x11, 2, 0, 0x42, 0),
                code("an indirect call of a type that does not exist", Reason.MALFORMED, 0x41, 0, 0x11, 9, 0, 0x42, 0),
                code(
                        "a segment of data that does not exist",
                        Reason.MALFORMED,
                        0x41,
                        0,
                        0x41,
                        0,
                        0x41,
                        0,
                        0xFC,
                        8,
                        0,
                        0,
                        0x42,
                        0),
                code("an empty stack", Reason.INVALID, 0x7C),
                code("a value of another type", Reason.INVALID, 0x41, 0),
                code("a value too many", Reason.INVALID, 0x42, 0, 0x42, 0),
                code("an else without an if", Reason.MALFORMED, 0x02, 0x40, 0x05, 0x0B, 0x42, 0),
                code("two elses of one if", Reason.MALFORMED, 0x41, 0, 0x04, 0x40, 0x05, 0x05, 0x0B, 0x42, 0),
                code("an if that leaves nothing on one side", Reason.INVALID, 0x41, 0, 0x04, 0x7E, 0x42, 0, 0x0B),
                code("an alignment beyond the value's", Reason.INVALID, 0x41, 0, 0x2D, 1, 0, 0x1A, 0x42, 0),
                of(
                        "a memory that begins larger than it may be",
                        Reason.INVALID,
                        plugin().section(5, bytes(1, 1, 2, 1)).toBytes()),
                of(
                        "a segment of data that nobody announced",
                        Reason.INVALID,
                        plugin().section(11, bytes(1, 1, 0))
                                .call(0x41, 0, 0x41, 0, 0x41, 0, 0xFC, 8, 0, 0, 0x42, 0)
                                .toBytes()),
                of(
                        "an element that does not exist",
                        Reason.MALFORMED,
                        plugin().section(4, bytes(1, 0x70, 0, 1))
                                .section(9, bytes(1, 0, 0x41, 0, 0x0B, 1, 9))
                                .toBytes()),
                of(
                        "elements without a table",
                        Reason.MALFORMED,
                        plugin().section(9, bytes(1, 0, 0x41, 0, 0x0B, 1, 0)).toBytes()));
    }

    private static void requireRefusal(Reason reason, byte[] module) {
        for (String engine :
                reason == Reason.FUNCTION_TOO_LARGE ? Set.of("compiled") : Set.of("compiled", "interpreted")) {
            Throwable thrown = catchThrowable(() -> siege.host(engine).admit(module, Set.of()));
            assertThat(thrown).as(engine).isInstanceOf(PluginRefusedException.class);
            assertThat(((PluginRefusedException) thrown).reason())
                    .as(thrown.getMessage())
                    .isEqualTo(reason);
            assertThat(thrown.getMessage()).hasSizeGreaterThan(20).hasSizeLessThan(2_000);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("metering")
    void whatReachesForTheMeterIsRefused(String name, Reason reason, byte[] module) {
        requireRefusal(reason, module);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("features")
    void aFeatureThatIsNotAdmittedIsRefused(String name, Reason reason, byte[] module) {
        requireRefusal(reason, module);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("borders")
    void whatAsksForMoreThanIsOfferedIsRefused(String name, Reason reason, byte[] module) {
        requireRefusal(reason, module);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("size")
    void whatIsTooLargeIsRefused(String name, Reason reason, byte[] module) {
        requireRefusal(reason, module);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("form")
    void whatIsBrokenIsRefused(String name, Reason reason, byte[] module) {
        requireRefusal(reason, module);
    }
}
