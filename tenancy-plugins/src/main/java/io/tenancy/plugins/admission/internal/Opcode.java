package io.tenancy.plugins.admission.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An instruction that is admitted: what follows it, what it takes from the stack and leaves there, and what it costs.
 *
 * @param code its byte; of those with a prefix, 0xFC00 and the number
 * @param name in the text format
 * @param immediate what follows
 * @param pops how many values it takes, as far as the instruction itself says
 * @param pushes how many it leaves
 * @param cost in fuel
 * @param nan what it may leave that is no number, and has to be made the same everywhere
 */
record Opcode(int code, String name, Immediate immediate, int pops, int pushes, int cost, Nan nan) {

    enum Immediate {
        NONE,
        BLOCK,
        LABEL,
        LABELS,
        FUNCTION,
        INDIRECT,
        LOCAL,
        GLOBAL,
        MEMARG,
        MEMORY,
        I32,
        I64,
        F32,
        F64,
        SEGMENT_AND_MEMORY,
        SEGMENT,
        TWO_MEMORIES
    }

    enum Nan {
        NONE,
        F32,
        F64
    }

    static final int UNREACHABLE = 0x00;
    static final int BLOCK = 0x02;
    static final int LOOP = 0x03;
    static final int IF = 0x04;
    static final int ELSE = 0x05;
    static final int END = 0x0B;
    static final int BR = 0x0C;
    static final int BR_IF = 0x0D;
    static final int BR_TABLE = 0x0E;
    static final int RETURN = 0x0F;
    static final int CALL = 0x10;
    static final int CALL_INDIRECT = 0x11;
    static final int LOCAL_GET = 0x20;
    static final int LOCAL_SET = 0x21;
    static final int LOCAL_TEE = 0x22;
    static final int GLOBAL_GET = 0x23;
    static final int GLOBAL_SET = 0x24;
    static final int MEMORY_SIZE = 0x3F;
    static final int MEMORY_GROW = 0x40;
    static final int I32_CONST = 0x41;
    static final int I64_CONST = 0x42;
    static final int F32_CONST = 0x43;
    static final int F64_CONST = 0x44;
    static final int F32_ABS = 0x8B;
    static final int F32_NEG = 0x8C;
    static final int F32_COPYSIGN = 0x98;
    static final int F64_ABS = 0x99;
    static final int F64_NEG = 0x9A;
    static final int F64_COPYSIGN = 0xA6;
    static final int PREFIX = 0xFC;
    static final int MEMORY_INIT = 0xFC08;
    static final int DATA_DROP = 0xFC09;
    static final int MEMORY_COPY = 0xFC0A;
    static final int MEMORY_FILL = 0xFC0B;

    private static final int CALLING = 5;
    private static final int CALLING_INDIRECTLY = 10;
    private static final int DIVIDING = 4;
    private static final int GROWING = 64;
    private static final int BULK = 4;

    private static final TreeMap<Integer, Opcode> ALL = new TreeMap<>();
    private static final @Nullable Opcode[] PLAIN = new Opcode[0x100];

    static {
        control();
        variables();
        memory();
        constants();
        integers();
        floats();
        conversions();
        bulk();
        ALL.values().stream().filter(each -> each.code < PLAIN.length).forEach(each -> PLAIN[each.code] = each);
    }

    /** What the byte stands for, or null where it is not admitted. */
    static @Nullable Opcode of(int code) {
        return code < PLAIN.length ? PLAIN[code] : ALL.get(code);
    }

    static List<Opcode> all() {
        return new ArrayList<>(ALL.values());
    }

    /** Whether it moves more than a few bytes at once. */
    boolean isBulk() {
        return code == MEMORY_INIT || code == MEMORY_COPY || code == MEMORY_FILL;
    }

    private static void add(int code, String name, Immediate immediate, int pops, int pushes, int cost) {
        add(new Opcode(code, name, immediate, pops, pushes, cost, Nan.NONE));
    }

    private static void add(Opcode opcode) {
        if (ALL.put(opcode.code, opcode) != null) {
            throw new IllegalStateException("Twice: " + opcode);
        }
    }

    private static void row(int first, int pops, String... names) {
        for (int i = 0; i < names.length; i++) {
            add(first + i, names[i], Immediate.NONE, pops, 1, 1);
        }
    }

    private static void control() {
        add(UNREACHABLE, "unreachable", Immediate.NONE, 0, 0, 0);
        add(0x01, "nop", Immediate.NONE, 0, 0, 0);
        add(BLOCK, "block", Immediate.BLOCK, 0, 0, 0);
        add(LOOP, "loop", Immediate.BLOCK, 0, 0, 1);
        add(IF, "if", Immediate.BLOCK, 1, 0, 1);
        add(ELSE, "else", Immediate.NONE, 0, 0, 0);
        add(END, "end", Immediate.NONE, 0, 0, 0);
        add(BR, "br", Immediate.LABEL, 0, 0, 1);
        add(BR_IF, "br_if", Immediate.LABEL, 1, 0, 1);
        add(BR_TABLE, "br_table", Immediate.LABELS, 1, 0, 2);
        add(RETURN, "return", Immediate.NONE, 0, 0, 1);
        add(CALL, "call", Immediate.FUNCTION, 0, 0, CALLING);
        add(CALL_INDIRECT, "call_indirect", Immediate.INDIRECT, 1, 0, CALLING_INDIRECTLY);
        add(0x1A, "drop", Immediate.NONE, 1, 0, 0);
        add(0x1B, "select", Immediate.NONE, 3, 1, 1);
    }

    private static void variables() {
        add(LOCAL_GET, "local.get", Immediate.LOCAL, 0, 1, 1);
        add(LOCAL_SET, "local.set", Immediate.LOCAL, 1, 0, 1);
        add(LOCAL_TEE, "local.tee", Immediate.LOCAL, 1, 1, 1);
        add(GLOBAL_GET, "global.get", Immediate.GLOBAL, 0, 1, 1);
        add(GLOBAL_SET, "global.set", Immediate.GLOBAL, 1, 0, 1);
    }

    private static void memory() {
        String[] loads = {
            "i32.load",
            "i64.load",
            "f32.load",
            "f64.load",
            "i32.load8_s",
            "i32.load8_u",
            "i32.load16_s",
            "i32.load16_u",
            "i64.load8_s",
            "i64.load8_u",
            "i64.load16_s",
            "i64.load16_u",
            "i64.load32_s",
            "i64.load32_u"
        };
        for (int i = 0; i < loads.length; i++) {
            add(0x28 + i, loads[i], Immediate.MEMARG, 1, 1, 1);
        }
        String[] stores = {
            "i32.store",
            "i64.store",
            "f32.store",
            "f64.store",
            "i32.store8",
            "i32.store16",
            "i64.store8",
            "i64.store16",
            "i64.store32"
        };
        for (int i = 0; i < stores.length; i++) {
            add(0x36 + i, stores[i], Immediate.MEMARG, 2, 0, 1);
        }
        add(MEMORY_SIZE, "memory.size", Immediate.MEMORY, 0, 1, 1);
        add(MEMORY_GROW, "memory.grow", Immediate.MEMORY, 1, 1, GROWING);
    }

    private static void constants() {
        add(I32_CONST, "i32.const", Immediate.I32, 0, 1, 1);
        add(I64_CONST, "i64.const", Immediate.I64, 0, 1, 1);
        add(F32_CONST, "f32.const", Immediate.F32, 0, 1, 1);
        add(F64_CONST, "f64.const", Immediate.F64, 0, 1, 1);
    }

    private static void integers() {
        String[] comparisons = {"eq", "ne", "lt_s", "lt_u", "gt_s", "gt_u", "le_s", "le_u", "ge_s", "ge_u"};
        row(0x45, 1, "i32.eqz");
        row(0x46, 2, of("i32", comparisons));
        row(0x50, 1, "i64.eqz");
        row(0x51, 2, of("i64", comparisons));
        String[] counts = {"clz", "ctz", "popcnt"};
        row(0x67, 1, of("i32", counts));
        row(0x79, 1, of("i64", counts));
        String[] simple = {"add", "sub", "mul"};
        row(0x6A, 2, of("i32", simple));
        row(0x7C, 2, of("i64", simple));
        String[] divisions = {"div_s", "div_u", "rem_s", "rem_u"};
        for (int i = 0; i < divisions.length; i++) {
            add(0x6D + i, "i32." + divisions[i], Immediate.NONE, 2, 1, DIVIDING);
            add(0x7F + i, "i64." + divisions[i], Immediate.NONE, 2, 1, DIVIDING);
        }
        String[] bits = {"and", "or", "xor", "shl", "shr_s", "shr_u", "rotl", "rotr"};
        row(0x71, 2, of("i32", bits));
        row(0x83, 2, of("i64", bits));
        row(0xC0, 1, "i32.extend8_s", "i32.extend16_s", "i64.extend8_s", "i64.extend16_s", "i64.extend32_s");
    }

    private static void floats() {
        String[] comparisons = {"eq", "ne", "lt", "gt", "le", "ge"};
        row(0x5B, 2, of("f32", comparisons));
        row(0x61, 2, of("f64", comparisons));
        arithmetic("f32", 0x8B, Nan.F32);
        arithmetic("f64", 0x99, Nan.F64);
    }

    private static void arithmetic(String type, int first, Nan nan) {
        row(first, 1, type + ".abs", type + ".neg");
        String[] unary = {"ceil", "floor", "trunc", "nearest", "sqrt"};
        for (int i = 0; i < unary.length; i++) {
            int cost = unary[i].equals("sqrt") ? DIVIDING : 1;
            add(new Opcode(first + 2 + i, type + "." + unary[i], Immediate.NONE, 1, 1, cost, nan));
        }
        String[] binary = {"add", "sub", "mul", "div", "min", "max"};
        for (int i = 0; i < binary.length; i++) {
            int cost = binary[i].equals("div") ? DIVIDING : 1;
            add(new Opcode(first + 7 + i, type + "." + binary[i], Immediate.NONE, 2, 1, cost, nan));
        }
        row(first + 13, 2, type + ".copysign");
    }

    private static void conversions() {
        row(0xA7, 1, "i32.wrap_i64", "i32.trunc_f32_s", "i32.trunc_f32_u", "i32.trunc_f64_s", "i32.trunc_f64_u");
        row(0xAC, 1, "i64.extend_i32_s", "i64.extend_i32_u");
        row(0xAE, 1, "i64.trunc_f32_s", "i64.trunc_f32_u", "i64.trunc_f64_s", "i64.trunc_f64_u");
        row(0xB2, 1, "f32.convert_i32_s", "f32.convert_i32_u", "f32.convert_i64_s", "f32.convert_i64_u");
        add(new Opcode(0xB6, "f32.demote_f64", Immediate.NONE, 1, 1, 1, Nan.F32));
        row(0xB7, 1, "f64.convert_i32_s", "f64.convert_i32_u", "f64.convert_i64_s", "f64.convert_i64_u");
        add(new Opcode(0xBB, "f64.promote_f32", Immediate.NONE, 1, 1, 1, Nan.F64));
        row(0xBC, 1, "i32.reinterpret_f32", "i64.reinterpret_f64", "f32.reinterpret_i32", "f64.reinterpret_i64");
        row(
                0xFC00,
                1,
                "i32.trunc_sat_f32_s",
                "i32.trunc_sat_f32_u",
                "i32.trunc_sat_f64_s",
                "i32.trunc_sat_f64_u",
                "i64.trunc_sat_f32_s",
                "i64.trunc_sat_f32_u",
                "i64.trunc_sat_f64_s",
                "i64.trunc_sat_f64_u");
    }

    private static void bulk() {
        add(MEMORY_INIT, "memory.init", Immediate.SEGMENT_AND_MEMORY, 3, 0, BULK);
        add(DATA_DROP, "data.drop", Immediate.SEGMENT, 0, 0, 1);
        add(MEMORY_COPY, "memory.copy", Immediate.TWO_MEMORIES, 3, 0, BULK);
        add(MEMORY_FILL, "memory.fill", Immediate.MEMORY, 3, 0, BULK);
    }

    private static String[] of(String type, String... names) {
        String[] all = new String[names.length];
        for (int i = 0; i < names.length; i++) {
            all[i] = type + "." + names[i];
        }
        return all;
    }
}
