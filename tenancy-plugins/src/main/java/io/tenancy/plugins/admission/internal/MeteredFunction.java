package io.tenancy.plugins.admission.internal;

import io.tenancy.plugins.admission.FuelSchedule;
import io.tenancy.plugins.admission.internal.Opcode.Nan;
import io.tenancy.plugins.admission.internal.ScannedModule.Body;
import io.tenancy.plugins.admission.internal.ScannedModule.Type;

/**
 * One function, written anew so that it meters itself.
 *
 * <p>Each stretch of instructions that run in one go subtracts its cost from the fuel when it is entered. Whether that went
 * below zero is looked at where a function and where each round of a loop begins, and before many bytes are moved: nothing
 * else lets code run for long. A function that calls others takes its frame from the stack's budget and gives it back at
 * its end, for which it is put into a block that all its returns leave.
 */
final class MeteredFunction {

    private static final int I64_LT_S = 0x53;
    private static final int I32_LT_S = 0x48;
    private static final int I32_GT_U = 0x4B;
    private static final int I32_ADD = 0x6A;
    private static final int I32_SUB = 0x6B;
    private static final int I64_SUB = 0x7D;
    private static final int I64_MUL = 0x7E;
    private static final int I64_SHR_U = 0x88;
    private static final int I64_EXTEND_I32_U = 0xAD;
    private static final int F32_EQ = 0x5B;
    private static final int F64_EQ = 0x61;
    private static final int SELECT = 0x1B;
    private static final int I32_AND = 0x71;
    private static final int I32_OR = 0x72;
    private static final int I32_XOR = 0x73;
    private static final int I64_AND = 0x83;
    private static final int I64_OR = 0x84;
    private static final int I64_XOR = 0x85;
    private static final int I32_REINTERPRET_F32 = 0xBC;
    private static final int I64_REINTERPRET_F64 = 0xBD;
    private static final int F32_REINTERPRET_I32 = 0xBE;
    private static final int F64_REINTERPRET_I64 = 0xBF;
    private static final int BULK_SHIFT = Integer.numberOfTrailingZeros(FuelSchedule.BULK_BYTES);
    private static final int F32_NAN = 0x7FC0_0000;
    private static final long F64_NAN = 0x7FF8_0000_0000_0000L;
    // Of what is written here, on top of what the function itself has on the stack.
    private static final int METERING_VALUES = 4;

    private final ScannedModule module;
    private final Body body;
    private final Type type;
    private final Code code;
    private final int fuel;
    private final int stack;
    private final WasmWriter out;

    private boolean calls;
    private boolean movesBytes;
    private boolean hasF32;
    private boolean hasF64;
    private boolean copiesF32;
    private boolean copiesF64;
    private final int lengthLocal;
    private final int f32Local;
    private final int f64Local;
    private final int sign32Local;
    private final int sign64Local;
    private final int frame;
    private int nesting;

    MeteredFunction(ScannedModule module, int number, Code code, int fuel, int stack) {
        this.module = module;
        this.body = module.bodies().get(number);
        this.type = module.typeOf(module.imports().size() + number);
        this.code = code;
        this.fuel = fuel;
        this.stack = stack;
        this.out = new WasmWriter((body.end() - body.from()) * 3);
        for (int i = 0; i < code.count(); i++) {
            Opcode opcode = code.opcode(i);
            calls |= opcode.code() == Opcode.CALL || opcode.code() == Opcode.CALL_INDIRECT;
            movesBytes |= opcode.isBulk();
            hasF32 |= opcode.nan() == Nan.F32;
            hasF64 |= opcode.nan() == Nan.F64;
            copiesF32 |= opcode.code() == Opcode.F32_COPYSIGN;
            copiesF64 |= opcode.code() == Opcode.F64_COPYSIGN;
        }
        int next = type.parameters().length() + body.locals().length();
        lengthLocal = next;
        next += movesBytes ? 1 : 0;
        f32Local = next;
        next += hasF32 ? 1 : 0;
        f64Local = next;
        next += hasF64 ? 1 : 0;
        sign32Local = next;
        next += copiesF32 ? 1 : 0;
        sign64Local = next;
        int values = type.parameters().length() + body.locals().length() + code.mostOnStack() + METERING_VALUES;
        frame = Instrumenter.stackBytes(values);
    }

    WasmWriter write() {
        locals();
        enter();
        if (calls) {
            out.u8(Opcode.BLOCK).u8(resultType());
        }
        stretch(0, true);
        boolean reached = true;
        int deadFrom = 0;
        for (int i = 0; i < code.count(); i++) {
            int opcode = code.opcode(i).code();
            if (opcode == Opcode.END || opcode == Opcode.ELSE) {
                if (!reached && nesting == deadFrom) {
                    reached = true;
                }
                nesting -= opcode == Opcode.END ? 1 : 0;
            } else if (code.opcode(i).immediate() == Opcode.Immediate.BLOCK) {
                nesting++;
            }
            if (nesting < 0) {
                leave();
            }
            one(i, reached);
            if (reached && Code.endsPath(opcode)) {
                reached = false;
                deadFrom = nesting;
            }
            if (reached && beginsStretch(opcode) && nesting >= 0) {
                stretch(i + 1, opcode == Opcode.LOOP);
            }
        }
        return out;
    }

    private static boolean beginsStretch(int opcode) {
        return switch (opcode) {
            case Opcode.LOOP, Opcode.IF, Opcode.ELSE, Opcode.END, Opcode.BR_IF -> true;
            default -> false;
        };
    }

    private void locals() {
        String letters = body.locals()
                + (movesBytes ? "i" : "")
                + (hasF32 ? "f" : "")
                + (hasF64 ? "d" : "")
                + (copiesF32 ? "i" : "")
                + (copiesF64 ? "j" : "");
        WasmWriter runs = new WasmWriter(16);
        int count = 0;
        int from = 0;
        for (int i = 1; i <= letters.length(); i++) {
            if (i == letters.length() || letters.charAt(i) != letters.charAt(from)) {
                runs.u32((long) i - from).u8(valueType(letters.charAt(from)));
                count++;
                from = i;
            }
        }
        out.u32(count).copy(runs.toBytes(), 0, runs.size());
    }

    private static int valueType(char letter) {
        return switch (letter) {
            case 'i' -> ScannedModule.I32;
            case 'j' -> ScannedModule.I64;
            case 'f' -> ScannedModule.F32;
            default -> ScannedModule.F64;
        };
    }

    private int resultType() {
        return type.results().isEmpty()
                ? Code.NO_RESULT
                : valueType(type.results().charAt(0));
    }

    private void enter() {
        if (calls) {
            change(stack, I32_SUB);
            out.u8(Opcode.GLOBAL_GET).u32(stack).u8(Opcode.I32_CONST).u8(0).u8(I32_LT_S);
            trap();
        } else {
            // It calls nobody, so nobody looks at what is left before it returns.
            out.u8(Opcode.GLOBAL_GET).u32(stack).u8(Opcode.I32_CONST).s64(frame).u8(I32_LT_S);
            out.u8(Opcode.IF).u8(Code.NO_RESULT);
            out.u8(Opcode.I32_CONST).s64(-1).u8(Opcode.GLOBAL_SET).u32(stack);
            out.u8(Opcode.UNREACHABLE).u8(Opcode.END);
        }
    }

    private void leave() {
        if (calls) {
            out.u8(Opcode.END);
            change(stack, I32_ADD);
        }
    }

    private void change(int global, int operation) {
        out.u8(Opcode.GLOBAL_GET).u32(global).u8(Opcode.I32_CONST).s64(frame).u8(operation);
        out.u8(Opcode.GLOBAL_SET).u32(global);
    }

    private void trap() {
        out.u8(Opcode.IF).u8(Code.NO_RESULT).u8(Opcode.UNREACHABLE).u8(Opcode.END);
    }

    /** Charges for what runs in one go from an instruction on. */
    private void stretch(int first, boolean looks) {
        long cost = 0;
        for (int i = first; i < code.count(); i++) {
            int opcode = code.opcode(i).code();
            cost += code.opcode(i).cost();
            if (beginsStretch(opcode) || Code.endsPath(opcode)) {
                break;
            }
        }
        if (cost > 0) {
            out.u8(Opcode.GLOBAL_GET).u32(fuel).u8(Opcode.I64_CONST).s64(cost).u8(I64_SUB);
            out.u8(Opcode.GLOBAL_SET).u32(fuel);
        }
        if (looks) {
            look();
        }
    }

    private void look() {
        out.u8(Opcode.GLOBAL_GET).u32(fuel).u8(Opcode.I64_CONST).u8(0).u8(I64_LT_S);
        trap();
    }

    private void one(int i, boolean reached) {
        Opcode opcode = code.opcode(i);
        if (opcode.code() == Opcode.RETURN && calls) {
            out.u8(Opcode.BR).u32(nesting);
            return;
        }
        if (reached && sign(opcode.code())) {
            return;
        }
        boolean meters = reached && opcode.isBulk();
        if (meters) {
            bulk();
        }
        out.copy(module.bytes(), code.begin(i), code.end(i));
        if (reached && opcode.nan() == Nan.F32) {
            canonical(f32Local, F32_EQ, () -> out.u8(Opcode.F32_CONST).littleEndian(F32_NAN, Float.BYTES));
        } else if (reached && opcode.nan() == Nan.F64) {
            canonical(f64Local, F64_EQ, () -> out.u8(Opcode.F64_CONST).littleEndian(F64_NAN, Double.BYTES));
        } else if (reached && opcode.code() == Opcode.MEMORY_GROW) {
            grown();
        }
    }

    /**
     * Signs of what is no number are bits, but the JVM is free to leave them, and does so differently before and after it
     * compiles: so they are changed as bits.
     */
    private boolean sign(int opcode) {
        switch (opcode) {
            case Opcode.F32_ABS -> bits32(Integer.MAX_VALUE, I32_AND);
            case Opcode.F32_NEG -> bits32(Integer.MIN_VALUE, I32_XOR);
            case Opcode.F64_ABS -> bits64(Long.MAX_VALUE, I64_AND);
            case Opcode.F64_NEG -> bits64(Long.MIN_VALUE, I64_XOR);
            case Opcode.F32_COPYSIGN -> {
                out.u8(I32_REINTERPRET_F32)
                        .u8(Opcode.I32_CONST)
                        .s64(Integer.MIN_VALUE)
                        .u8(I32_AND);
                out.u8(Opcode.LOCAL_SET).u32(sign32Local);
                out.u8(I32_REINTERPRET_F32)
                        .u8(Opcode.I32_CONST)
                        .s64(Integer.MAX_VALUE)
                        .u8(I32_AND);
                out.u8(Opcode.LOCAL_GET).u32(sign32Local).u8(I32_OR).u8(F32_REINTERPRET_I32);
            }
            case Opcode.F64_COPYSIGN -> {
                out.u8(I64_REINTERPRET_F64)
                        .u8(Opcode.I64_CONST)
                        .s64(Long.MIN_VALUE)
                        .u8(I64_AND);
                out.u8(Opcode.LOCAL_SET).u32(sign64Local);
                out.u8(I64_REINTERPRET_F64)
                        .u8(Opcode.I64_CONST)
                        .s64(Long.MAX_VALUE)
                        .u8(I64_AND);
                out.u8(Opcode.LOCAL_GET).u32(sign64Local).u8(I64_OR).u8(F64_REINTERPRET_I64);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private void bits32(int mask, int operation) {
        out.u8(I32_REINTERPRET_F32).u8(Opcode.I32_CONST).s64(mask).u8(operation).u8(F32_REINTERPRET_I32);
    }

    private void bits64(long mask, int operation) {
        out.u8(I64_REINTERPRET_F64).u8(Opcode.I64_CONST).s64(mask).u8(operation).u8(F64_REINTERPRET_I64);
    }

    /** What is no number, and so not equal to itself, becomes the one with the simplest bits. */
    private void canonical(int local, int equals, Runnable nan) {
        out.u8(Opcode.LOCAL_TEE).u32(local);
        nan.run();
        out.u8(Opcode.LOCAL_GET)
                .u32(local)
                .u8(Opcode.LOCAL_GET)
                .u32(local)
                .u8(equals)
                .u8(SELECT);
    }

    /** Charges for the length on top of the stack, and refuses one that would take too long. */
    private void bulk() {
        out.u8(Opcode.LOCAL_SET).u32(lengthLocal);
        out.u8(Opcode.GLOBAL_GET).u32(fuel);
        out.u8(Opcode.LOCAL_GET).u32(lengthLocal).u8(I64_EXTEND_I32_U);
        out.u8(Opcode.I64_CONST).s64(BULK_SHIFT).u8(I64_SHR_U).u8(I64_SUB);
        out.u8(Opcode.GLOBAL_SET).u32(fuel);
        look();
        out.u8(Opcode.LOCAL_GET).u32(lengthLocal);
        out.u8(Opcode.I32_CONST).s64(FuelSchedule.MOST_BULK_BYTES).u8(I32_GT_U);
        trap();
        out.u8(Opcode.LOCAL_GET).u32(lengthLocal);
    }

    private void grown() {
        out.u8(Opcode.GLOBAL_GET).u32(fuel);
        out.u8(Opcode.MEMORY_SIZE).u8(0).u8(I64_EXTEND_I32_U);
        out.u8(Opcode.I64_CONST).s64(FuelSchedule.PER_PAGE).u8(I64_MUL).u8(I64_SUB);
        out.u8(Opcode.GLOBAL_SET).u32(fuel);
        look();
    }
}
