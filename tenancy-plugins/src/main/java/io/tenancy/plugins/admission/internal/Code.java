package io.tenancy.plugins.admission.internal;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.PluginRefusedException.Reason;
import io.tenancy.plugins.admission.ModuleBounds;
import io.tenancy.plugins.admission.internal.ScannedModule.Body;
import io.tenancy.plugins.admission.internal.ScannedModule.Type;
import java.util.Arrays;
import java.util.Objects;

/**
 * The instructions of a function, one after the other, each with its place in the module and its first argument: a label, a
 * function, a type, a local, a global, or the type of a block. Every index was compared with what there is.
 */
final class Code {

    static final int NO_RESULT = 0x40;

    private static final int EXPECTED_BYTES_EACH = 2;

    private final ScannedModule module;
    private final ModuleBounds bounds;
    private final int function;
    private final int locals;
    private final WasmReader in;

    private int count;
    private Opcode[] opcodes;
    private int[] begins;
    private int[] ends;
    private int[] arguments;

    private Code(ScannedModule module, ModuleBounds bounds, int number) {
        this.module = module;
        this.bounds = bounds;
        this.function = module.imports().size() + number;
        Body body = module.bodies().get(number);
        this.locals =
                module.typeOf(function).parameters().length() + body.locals().length();
        this.in = new WasmReader(module.bytes(), body.codeFrom(), body.end());
        int expected = (body.end() - body.codeFrom()) / EXPECTED_BYTES_EACH + 1;
        opcodes = new Opcode[expected];
        begins = new int[expected];
        ends = new int[expected];
        arguments = new int[expected];
    }

    static Code read(ScannedModule module, ModuleBounds bounds, int number) {
        Code code = new Code(module, bounds, number);
        code.read();
        return code;
    }

    int count() {
        return count;
    }

    Opcode opcode(int i) {
        return Objects.requireNonNull(opcodes[i]);
    }

    int begin(int i) {
        return begins[i];
    }

    int end(int i) {
        return ends[i];
    }

    int argument(int i) {
        return arguments[i];
    }

    private void read() {
        // The parser of the engine takes an 'else' wherever it stands.
        boolean[] mayHaveElse = new boolean[Math.max(1, bounds.nesting()) + 1];
        int nesting = 1;
        while (nesting > 0) {
            int begin = in.position();
            Opcode opcode = opcode();
            if (opcode.code() == Opcode.END) {
                nesting--;
            } else if (opcode.code() == Opcode.ELSE) {
                if (!mayHaveElse[nesting]) {
                    throw broken("an 'else' has no 'if'");
                }
                mayHaveElse[nesting] = false;
            } else if (opcode.immediate() == Opcode.Immediate.BLOCK) {
                nesting++;
                if (nesting > bounds.nesting()) {
                    throw new PluginRefusedException(
                            Reason.TOO_LARGE,
                            "Function " + function + " has blocks in blocks, more than " + bounds.nesting()
                                    + " deep. Split it.");
                }
                mayHaveElse[nesting] = opcode.code() == Opcode.IF;
            }
            add(opcode, begin, argument(opcode, nesting));
        }
        in.requireEnd("function " + function);
    }

    private void add(Opcode opcode, int begin, int argument) {
        if (count == opcodes.length) {
            int more = count * 2;
            opcodes = Arrays.copyOf(opcodes, more);
            begins = Arrays.copyOf(begins, more);
            ends = Arrays.copyOf(ends, more);
            arguments = Arrays.copyOf(arguments, more);
        }
        opcodes[count] = opcode;
        begins[count] = begin;
        ends[count] = in.position();
        arguments[count] = argument;
        count++;
    }

    private Opcode opcode() {
        int at = in.position();
        int first = in.u8("an instruction");
        int code = first == Opcode.PREFIX ? Opcode.PREFIX << 8 | (int) Math.min(in.u32("an instruction"), 0xFF) : first;
        Opcode opcode = Opcode.of(code);
        if (opcode == null) {
            throw new PluginRefusedException(
                    Reason.FEATURE,
                    "Function " + function + " has, at byte " + at + ", instruction 0x" + Integer.toHexString(code)
                            + featureOf(code)
                            + ". That is not admitted; docs/guide/plugin-abi.md lists what is.");
        }
        return opcode;
    }

    private static String featureOf(int code) {
        if ((code >= 0xFC0C && code <= 0xFC11) || code == 0x25 || code == 0x26 || (code >= 0xD0 && code <= 0xD6)) {
            return " (changes of tables, reference types)";
        }
        return switch (code) {
            case 0x06, 0x07, 0x08, 0x09, 0x0A, 0x18, 0x19, 0x1F -> " (exceptions)";
            case 0x12, 0x13, 0x14, 0x15 -> " (tail calls)";
            case 0x1C -> " (typed select, reference types)";
            case 0xFB -> " (garbage collection)";
            case 0xFD -> " (SIMD)";
            case 0xFE -> " (threads)";
            default -> "";
        };
    }

    private int argument(Opcode opcode, int nesting) {
        switch (opcode.immediate()) {
            case BLOCK -> {
                return blockType();
            }
            case LABEL -> {
                return index("a label", nesting);
            }
            case LABELS -> {
                int labels = in.count("the number of labels", bounds.labels());
                for (int i = 0; i <= labels; i++) {
                    var unused = index("a label", nesting);
                }
            }
            case FUNCTION -> {
                return index("a function", module.functionCount());
            }
            case INDIRECT -> {
                int type = index("a type", module.types().size());
                var unused = index("a table", module.tableElements() < 0 ? 0 : 1);
                return type;
            }
            case LOCAL -> {
                return index("a local", locals);
            }
            case GLOBAL -> {
                int global = index("a global", module.globals().size());
                if (opcode.code() == Opcode.GLOBAL_SET
                        && !module.globals().get(global).mutable()) {
                    throw broken("global " + global + " does not change");
                }
                return global;
            }
            default -> constant(opcode);
        }
        return 0;
    }

    private void constant(Opcode opcode) {
        switch (opcode.immediate()) {
            case MEMARG -> {
                if (in.u32("an alignment") > 3) {
                    throw broken("an alignment is larger than 8, or stands for another memory");
                }
                var unusedOffset = in.u32("an offset");
            }
            case MEMORY -> requireZero("a memory");
            case TWO_MEMORIES -> {
                requireZero("a memory");
                requireZero("a memory");
            }
            case SEGMENT_AND_MEMORY -> {
                var unused = index("a data segment", module.dataSegments());
                requireZero("a memory");
            }
            case SEGMENT -> {
                var unused = index("a data segment", module.dataSegments());
            }
            case I32 -> {
                var unused = in.s32("a constant");
            }
            case I64 -> in.s64("a constant");
            case F32 -> in.skip(4, "a constant");
            case F64 -> in.skip(8, "a constant");
            default -> {}
        }
    }

    /** The type of what a block leaves, as a letter, or 0 for nothing. */
    private int blockType() {
        int at = in.position();
        // In one byte: another reader might see another type, or other instructions, in a longer form of the same
        // number.
        int type = in.u8("the type of a block");
        if ((type & 0xC0) != 0x40) {
            throw new PluginRefusedException(
                    Reason.FEATURE,
                    "Function " + function + " has, at byte " + at + ", a block with parameters or several results."
                            + " Build it without the feature 'multivalue'.");
        }
        return switch (type) {
            case NO_RESULT -> 0;
            case ScannedModule.I32 -> 'i';
            case ScannedModule.I64 -> 'j';
            case ScannedModule.F32 -> 'f';
            case ScannedModule.F64 -> 'd';
            default ->
                throw new PluginRefusedException(
                        Reason.FEATURE,
                        "Function " + function + " has, at byte " + at + ", a block of type 0x"
                                + Integer.toHexString(type) + " (reference types or SIMD).");
        };
    }

    private int index(String what, int amount) {
        int at = in.position();
        long index = in.u32(what);
        if (index >= amount) {
            throw new WasmReader.Broken(
                    at, "function " + function + " names " + what + " " + index + ", but there are " + amount);
        }
        return (int) index;
    }

    private void requireZero(String what) {
        if (in.u32(what) != 0) {
            throw broken(what + " is not the first one");
        }
    }

    private WasmReader.Broken broken(String what) {
        return new WasmReader.Broken(in.position(), "in function " + function + ", " + what);
    }

    /** How many values are on the stack at most, where what is never reached counts for nothing. */
    int mostOnStack() {
        Type own = module.typeOf(function);
        int[] bases = new int[bounds.nesting() + 2];
        int[] results = new int[bounds.nesting() + 2];
        int nesting = 0;
        results[0] = own.results().length();
        int height = 0;
        int most = 0;
        boolean reached = true;
        for (int i = 0; i < count; i++) {
            Opcode opcode = opcode(i);
            int code = opcode.code();
            if (code == Opcode.END || code == Opcode.ELSE) {
                reached = true;
                height = bases[nesting] + (code == Opcode.END ? results[nesting] : 0);
                nesting -= code == Opcode.END ? 1 : 0;
            } else {
                height = Math.max(bases[nesting], height - pops(opcode, argument(i)));
                if (opcode.immediate() == Opcode.Immediate.BLOCK) {
                    nesting++;
                    bases[nesting] = height;
                    results[nesting] = argument(i) == 0 ? 0 : 1;
                }
                height += pushes(opcode, argument(i));
                reached &= !endsPath(code);
            }
            most = reached ? Math.max(most, height) : most;
        }
        return most;
    }

    static boolean endsPath(int code) {
        return code == Opcode.UNREACHABLE || code == Opcode.BR || code == Opcode.BR_TABLE || code == Opcode.RETURN;
    }

    private int pops(Opcode opcode, int argument) {
        return opcode.pops()
                + switch (opcode.code()) {
                    case Opcode.CALL -> module.typeOf(argument).parameters().length();
                    case Opcode.CALL_INDIRECT ->
                        module.types().get(argument).parameters().length();
                    default -> 0;
                };
    }

    private int pushes(Opcode opcode, int argument) {
        return opcode.pushes()
                + switch (opcode.code()) {
                    case Opcode.CALL -> module.typeOf(argument).results().length();
                    case Opcode.CALL_INDIRECT ->
                        module.types().get(argument).results().length();
                    default -> 0;
                };
    }
}
