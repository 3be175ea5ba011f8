package io.tenancy.plugins.admission.internal;

import io.tenancy.plugins.admission.internal.ScannedModule.Type;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A random module that is valid, comes to an end, and shows everything that it computes.
 *
 * <p>It ends because a global counts down at each beginning of a function and at each round of a loop; when it is used up,
 * functions return at once and loops are left. What is no number may have any bits as long as it was computed, so that the
 * bits of such values are only looked at (stored, returned, reinterpreted, their sign copied) after the module itself made
 * them the same; those that were not computed, such as constants and what is loaded, are moved about as they are, and have to
 * stay as they are. A wild module also does what traps.
 */
final class RandomModule {

    static final int WORK = 0;
    static final int ALLOCATE = 0;
    static final int CALL = 1;

    private static final String LETTERS = "ijfd";

    private final Random random;
    private final boolean wild;
    private final List<Type> types = new ArrayList<>();
    private final List<Integer> functions = new ArrayList<>();
    private final List<Character> globals = new ArrayList<>();
    private final List<Boolean> mutable = new ArrayList<>();
    private final int[] table;
    private final int pages;
    private final List<Segment> segments = new ArrayList<>();

    record Segment(boolean passive, boolean dropped, int length) {}

    private RandomModule(long seed) {
        random = new Random(seed);
        wild = random.nextInt(3) == 0;
        types.add(new Type("i", "i"));
        types.add(new Type("ii", "j"));
        int more = 2 + random.nextInt(5);
        for (int i = 0; i < more; i++) {
            types.add(new Type(letters(random.nextInt(5)), letters(random.nextInt(5) == 0 ? 0 : 1)));
        }
        functions.add(0);
        functions.add(1);
        int count = 2 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            functions.add(2 + random.nextInt(types.size() - 2));
        }
        globals.add('i');
        mutable.add(true);
        for (int i = random.nextInt(6); i >= 0; i--) {
            globals.add(LETTERS.charAt(random.nextInt(4)));
            mutable.add(random.nextInt(4) != 0);
        }
        table = new int[1 + random.nextInt(8)];
        for (int i = 0; i < table.length; i++) {
            table[i] = 1 + random.nextInt(functions.size() - 1);
        }
        pages = 1 + random.nextInt(2);
        segments.add(new Segment(false, false, 1 + random.nextInt(40)));
        for (int i = random.nextInt(3); i >= 0; i--) {
            segments.add(new Segment(true, random.nextBoolean(), 1 + random.nextInt(200)));
        }
    }

    /** The module of a seed. */
    static byte[] of(long seed) {
        return new RandomModule(seed).write();
    }

    private String letters(int count) {
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append(LETTERS.charAt(random.nextInt(4)));
        }
        return letters.toString();
    }

    private byte[] write() {
        WasmWriter out = new WasmWriter(4_096);
        for (int each : new int[] {0, 0x61, 0x73, 0x6D, 1, 0, 0, 0}) {
            out.u8(each);
        }
        out.u8(1).sized(types());
        WasmWriter declared = new WasmWriter(16).u32(functions.size());
        functions.forEach(declared::u32);
        out.u8(3).sized(declared);
        out.u8(4).sized(new WasmWriter(8).u8(1).u8(0x70).u8(0).u32(table.length + 1L));
        out.u8(5).sized(new WasmWriter(8).u8(1).u8(1).u32(pages).u32(pages + 1L));
        out.u8(6).sized(globals());
        out.u8(7).sized(exports());
        out.u8(9).sized(elements());
        out.u8(12).sized(new WasmWriter(8).u32(segments.size()));
        out.u8(10).sized(code());
        out.u8(11).sized(data());
        return out.toBytes();
    }

    private WasmWriter types() {
        WasmWriter out = new WasmWriter(64).u32(types.size());
        for (Type each : types) {
            out.u8(0x60);
            out.u32(each.parameters().length());
            each.parameters().chars().forEach(letter -> out.u8(valueType((char) letter)));
            out.u32(each.results().length());
            each.results().chars().forEach(letter -> out.u8(valueType((char) letter)));
        }
        return out;
    }

    static int valueType(char letter) {
        return switch (letter) {
            case 'i' -> ScannedModule.I32;
            case 'j' -> ScannedModule.I64;
            case 'f' -> ScannedModule.F32;
            default -> ScannedModule.F64;
        };
    }

    private WasmWriter globals() {
        WasmWriter out = new WasmWriter(64).u32(globals.size());
        for (int i = 0; i < globals.size(); i++) {
            out.u8(valueType(globals.get(i))).u8(mutable.get(i) ? 1 : 0);
            if (i == WORK) {
                out.u8(Opcode.I32_CONST).s64(10L + random.nextInt(110));
            } else {
                constant(out, globals.get(i));
            }
            out.u8(Opcode.END);
        }
        return out;
    }

    private WasmWriter exports() {
        WasmWriter out = new WasmWriter(64).u32(4);
        name(out, "memory").u8(2).u32(0);
        name(out, "tp_alloc").u8(0).u32(ALLOCATE);
        name(out, "tp_call").u8(0).u32(CALL);
        name(out, "work").u8(3).u32(WORK);
        return out;
    }

    private static WasmWriter name(WasmWriter out, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
        return out.u32(bytes.length).copy(bytes, 0, bytes.length);
    }

    private WasmWriter elements() {
        WasmWriter out = new WasmWriter(64).u32(1).u32(0);
        out.u8(Opcode.I32_CONST).s64(0).u8(Opcode.END).u32(table.length);
        for (int each : table) {
            out.u32(each);
        }
        return out;
    }

    private WasmWriter data() {
        WasmWriter out = new WasmWriter(256).u32(segments.size());
        for (Segment each : segments) {
            out.u32(each.passive() ? 1 : 0);
            if (!each.passive()) {
                out.u8(Opcode.I32_CONST)
                        .s64(random.nextInt(0x10000 - each.length()))
                        .u8(Opcode.END);
            }
            out.u32(each.length());
            for (int i = 0; i < each.length(); i++) {
                out.u8(random.nextInt(256));
            }
        }
        return out;
    }

    private WasmWriter code() {
        WasmWriter out = new WasmWriter(2_048).u32(functions.size());
        for (int number = 0; number < functions.size(); number++) {
            out.sized(new Body(types.get(functions.get(number)), number == ALLOCATE).write());
        }
        return out;
    }

    private void constant(WasmWriter out, char type) {
        switch (type) {
            case 'i' -> out.u8(Opcode.I32_CONST).s64((int) number());
            case 'j' -> out.u8(Opcode.I64_CONST).s64(number());
            case 'f' -> out.u8(Opcode.F32_CONST).littleEndian(bits32(), Float.BYTES);
            default -> out.u8(Opcode.F64_CONST).littleEndian(bits64(), Double.BYTES);
        }
    }

    private long number() {
        return switch (random.nextInt(6)) {
            case 0 -> random.nextInt(10) - 3L;
            case 1 -> random.nextInt(70_000);
            case 2 -> random.nextInt();
            case 3 -> random.nextLong();
            case 4 -> Integer.MIN_VALUE + (long) random.nextInt(2);
            default -> random.nextBoolean() ? Long.MIN_VALUE : Long.MAX_VALUE;
        };
    }

    private long bits32() {
        return switch (random.nextInt(5)) {
            case 0 -> Float.floatToRawIntBits(random.nextInt(200) - 100);
            case 1 -> Float.floatToRawIntBits((float) random.nextGaussian());
            case 2 -> 0x7F80_0001 + random.nextInt(0x7F_FFFE) | (random.nextBoolean() ? Integer.MIN_VALUE : 0);
            case 3 -> random.nextBoolean() ? 0x8000_0000 : 0x7F80_0000;
            default -> random.nextInt();
        };
    }

    private long bits64() {
        return switch (random.nextInt(5)) {
            case 0 -> Double.doubleToRawLongBits(random.nextInt(200) - 100);
            case 1 -> Double.doubleToRawLongBits(random.nextGaussian());
            case 2 -> 0x7FF0_0000_0000_0001L + (random.nextLong() >>> 13) | (random.nextBoolean() ? Long.MIN_VALUE : 0);
            case 3 -> random.nextBoolean() ? Long.MIN_VALUE : 0x7FF0_0000_0000_0000L;
            default -> random.nextLong();
        };
    }

    /** What an instruction takes and gives, as its name says. */
    record Signature(Opcode opcode, String operands, char result) {

        static List<Signature> giving(char result) {
            List<Signature> all = new ArrayList<>();
            for (Opcode each : Opcode.all()) {
                if (each.name().indexOf('.') == 3 && each.pushes() == 1 && each.pops() > 0) {
                    Signature signature = of(each);
                    if (signature.result() == result) {
                        all.add(signature);
                    }
                }
            }
            return all;
        }

        private static Signature of(Opcode opcode) {
            char own = letter(opcode.name().substring(0, 3));
            String operation = opcode.name().substring(4);
            if (opcode.immediate() == Opcode.Immediate.MEMARG) {
                return new Signature(opcode, "i", own);
            }
            String of = String.valueOf(own).repeat(opcode.pops());
            if (operation.equals("eqz") || operation.matches("(eq|ne|lt|gt|le|ge)(_[su])?")) {
                return new Signature(opcode, of, 'i');
            }
            int from = Math.max(
                    Math.max(operation.indexOf("_i32"), operation.indexOf("_i64")),
                    Math.max(operation.indexOf("_f32"), operation.indexOf("_f64")));
            return from < 0
                    ? new Signature(opcode, of, own)
                    : new Signature(opcode, String.valueOf(letter(operation.substring(from + 1, from + 4))), own);
        }

        static char letter(String type) {
            return switch (type) {
                case "i32" -> 'i';
                case "i64" -> 'j';
                case "f32" -> 'f';
                default -> 'd';
            };
        }

        boolean truncates() {
            return opcode.name().contains(".trunc_f");
        }

        boolean divides() {
            return opcode.name().contains(".div_") || opcode.name().contains(".rem_");
        }
    }

    private static final List<List<Signature>> GIVING =
            List.of(Signature.giving('i'), Signature.giving('j'), Signature.giving('f'), Signature.giving('d'));
    private static final List<Opcode> STORES =
            Opcode.all().stream().filter(each -> each.name().contains(".store")).toList();

    /** The code of one function. */
    private final class Body {

        private final Type type;
        private final boolean trivial;
        private final WasmWriter out = new WasmWriter(1_024);
        private final StringBuilder locals = new StringBuilder();
        // Of floats: whether what it holds may be no number with any bits.
        private final List<Boolean> loose = new ArrayList<>();
        private final List<Label> labels = new ArrayList<>();
        private final int float32;
        private final int float64;
        private final int counters;
        private int counter;
        private int nodes;

        private record Label(char result, boolean loop) {}

        private static final char NOTHING = 'v';
        // Nobody branches to a loop that gives a value, because nothing would count its rounds.
        private static final char NOBODY = 'x';
        private static final int LOOPS = 4;

        Body(Type type, boolean trivial) {
            this.type = type;
            this.trivial = trivial;
            type.parameters().chars().forEach(each -> {
                locals.append((char) each);
                loose.add(false);
            });
            for (int i = random.nextInt(7); i >= 0; i--) {
                locals.append(LETTERS.charAt(random.nextInt(4)));
                loose.add(random.nextInt(3) == 0);
            }
            float32 = locals.length();
            float64 = float32 + 1;
            counters = float32 + 2;
            nodes = 40 + random.nextInt(100);
        }

        WasmWriter write() {
            String own = locals.substring(type.parameters().length()) + "fd" + "i".repeat(LOOPS);
            out.u32(own.length());
            own.chars().forEach(each -> out.u32(1).u8(valueType((char) each)));
            if (trivial) {
                out.u8(Opcode.LOCAL_GET).u32(0).u8(Opcode.END);
                return out;
            }
            char result = type.results().isEmpty() ? NOTHING : type.results().charAt(0);
            labels.add(new Label(result, false));
            work();
            out.u8(Opcode.IF).u8(Code.NO_RESULT);
            if (result != NOTHING) {
                constant(out, result);
            }
            out.u8(Opcode.RETURN).u8(Opcode.END);
            statements(2 + random.nextInt(4), 3);
            if (random.nextInt(2) == 0) {
                loop(3);
            }
            if (result != NOTHING) {
                value(result, 3, true);
            }
            if (random.nextInt(6) == 0) {
                out.u8(Opcode.RETURN);
                dead(2);
            }
            return out.u8(Opcode.END);
        }

        /** Leaves whether nothing is left to do. */
        private void work() {
            out.u8(Opcode.GLOBAL_GET).u32(WORK).u8(Opcode.I32_CONST).s64(1).u8(0x6B);
            out.u8(Opcode.GLOBAL_SET).u32(WORK);
            out.u8(Opcode.GLOBAL_GET).u32(WORK).u8(Opcode.I32_CONST).s64(0).u8(0x4C);
        }

        private void statements(int count, int depth) {
            for (int i = 0; i < count; i++) {
                statement(depth);
            }
        }

        private void statement(int depth) {
            nodes--;
            switch (random.nextInt(nodes < 0 || depth <= 0 ? 5 : 17)) {
                case 0 -> set(depth);
                case 1, 2 -> store(depth);
                case 3 -> {
                    value(anyType(), depth - 1, false);
                    out.u8(0x1A);
                }
                case 4 -> setGlobal(depth);
                case 5, 6 -> loop(depth);
                case 7 -> condition(depth);
                case 8 -> {
                    open(Opcode.BLOCK, NOTHING, false);
                    statements(1 + random.nextInt(3), depth - 1);
                    close();
                }
                case 9 -> branchIf(depth);
                case 10 -> leave(depth);
                case 11 -> bulk(depth);
                case 12, 13 -> {
                    Type called = call(depth);
                    if (!called.results().isEmpty()) {
                        out.u8(0x1A);
                    }
                }
                case 14 -> rare(depth);
                default -> set(depth);
            }
        }

        private char anyType() {
            return LETTERS.charAt(random.nextInt(4));
        }

        private void open(int opcode, char result, boolean loop) {
            out.u8(opcode).u8(result == NOTHING ? Code.NO_RESULT : valueType(result));
            labels.add(new Label(result, loop));
        }

        private void close() {
            out.u8(Opcode.END);
            labels.remove(labels.size() - 1);
        }

        private void set(int depth) {
            int local = random.nextInt(float32);
            value(locals.charAt(local), depth - 1, !loose.get(local));
            if (random.nextInt(3) == 0) {
                out.u8(Opcode.LOCAL_TEE).u32(local).u8(0x1A);
            } else {
                out.u8(Opcode.LOCAL_SET).u32(local);
            }
        }

        private void setGlobal(int depth) {
            int global = random.nextInt(globals.size());
            if (global == WORK || !mutable.get(global)) {
                out.u8(0x01);
                return;
            }
            value(globals.get(global), depth - 1, true);
            out.u8(Opcode.GLOBAL_SET).u32(global);
        }

        private void store(int depth) {
            Opcode store = STORES.get(random.nextInt(STORES.size()));
            int size = sizeOf(store);
            long offset = address(size, depth);
            value(Signature.letter(store.name().substring(0, 3)), depth - 1, true);
            out.u8(store.code())
                    .u32(random.nextInt(Integer.numberOfTrailingZeros(size) + 1))
                    .u32(offset);
        }

        private static int sizeOf(Opcode access) {
            String name = access.name();
            return name.contains("8")
                    ? 1
                    : name.contains("16")
                            ? 2
                            : name.indexOf("32", 4) > 0 || name.startsWith("i32") || name.startsWith("f32") ? 4 : 8;
        }

        /** An address at which so many bytes fit, or not if it is wild; the offset that has to be added. */
        private long address(int size, int depth) {
            long end = (long) pages << 16;
            if (wild && random.nextInt(25) == 0) {
                value('i', depth - 1, true);
                return random.nextInt(4) == 0 ? 0xFFFF_FFFFL - random.nextInt(8) : random.nextInt(1 << 20);
            }
            if (random.nextInt(4) == 0) {
                long offset = random.nextInt(200);
                long beyond = wild && random.nextInt(6) == 0 ? 1 : 0;
                out.u8(Opcode.I32_CONST).s64(end - size - offset - (random.nextBoolean() ? 0 : 1) + beyond);
                return offset;
            }
            value('i', depth - 1, true);
            out.u8(Opcode.I32_CONST).s64(0x7FFF).u8(0x71);
            return random.nextInt(0x7FF0);
        }

        private void loop(int depth) {
            if (counter == LOOPS) {
                out.u8(0x01);
                return;
            }
            int own = counters + counter++;
            out.u8(Opcode.I32_CONST)
                    .s64(1L + random.nextInt(40))
                    .u8(Opcode.LOCAL_SET)
                    .u32(own);
            open(Opcode.BLOCK, NOTHING, false);
            open(Opcode.LOOP, NOTHING, true);
            work();
            out.u8(Opcode.LOCAL_GET).u32(own).u8(Opcode.I32_CONST).s64(1).u8(0x6B);
            out.u8(Opcode.LOCAL_TEE).u32(own).u8(0x45).u8(0x72);
            out.u8(Opcode.BR_IF).u32(1);
            statements(1 + random.nextInt(4), depth - 1);
            switch (random.nextInt(3)) {
                case 0 -> {
                    value('i', depth - 1, true);
                    out.u8(Opcode.BR_IF).u32(0);
                }
                case 1 -> {
                    value('i', depth - 1, true);
                    out.u8(Opcode.I32_CONST).s64(3).u8(0x71);
                    out.u8(Opcode.BR_TABLE).u32(3).u32(0).u32(0).u32(1).u32(0);
                }
                default -> out.u8(Opcode.BR).u32(0);
            }
            close();
            close();
            counter--;
        }

        private void condition(int depth) {
            value('i', depth - 1, true);
            open(Opcode.IF, NOTHING, false);
            statements(1 + random.nextInt(2), depth - 1);
            if (random.nextInt(2) == 0) {
                out.u8(Opcode.ELSE);
                statements(1 + random.nextInt(2), depth - 1);
            }
            close();
        }

        private int anyLabel() {
            int label = random.nextInt(labels.size());
            return wants(label) == NOBODY ? labels.size() - 1 : label;
        }

        /** What a label wants: those of a loop want nothing. */
        private char wants(int label) {
            Label target = labels.get(labels.size() - 1 - label);
            return target.loop() ? NOTHING : target.result();
        }

        private void branchIf(int depth) {
            int label = anyLabel();
            char wanted = wants(label);
            if (wanted != NOTHING) {
                value(wanted, depth - 1, true);
            }
            value('i', depth - 1, true);
            out.u8(Opcode.BR_IF).u32(label);
            if (wanted != NOTHING) {
                out.u8(0x1A);
            }
        }

        /** Leaves in one of the ways that do not come back, behind a condition most of the time. */
        private void leave(int depth) {
            value('i', depth - 1, true);
            open(Opcode.IF, NOTHING, false);
            int label = anyLabel();
            char wanted = wants(label);
            switch (random.nextInt(3)) {
                case 0 -> {
                    if (wanted != NOTHING) {
                        value(wanted, depth - 1, true);
                    }
                    out.u8(Opcode.BR).u32(label);
                }
                case 1 -> {
                    if (!type.results().isEmpty()) {
                        value(type.results().charAt(0), depth - 1, true);
                    }
                    out.u8(Opcode.RETURN);
                }
                default -> table(label, wanted, depth);
            }
            if (random.nextInt(2) == 0) {
                dead(2);
            }
            close();
        }

        private void table(int label, char wanted, int depth) {
            if (wanted != NOTHING) {
                value(wanted, depth - 1, true);
            }
            value('i', depth - 1, true);
            out.u8(Opcode.I32_CONST).s64(7).u8(0x71);
            List<Integer> same = new ArrayList<>();
            for (int i = 0; i < labels.size(); i++) {
                if (wants(i) == wanted) {
                    same.add(i);
                }
            }
            int count = random.nextInt(6);
            out.u8(Opcode.BR_TABLE).u32(count);
            for (int i = 0; i < count; i++) {
                out.u32(same.get(random.nextInt(same.size())));
            }
            out.u32(label);
        }

        /** What is never reached takes from the stack what is not there. */
        private void dead(int count) {
            for (int i = 0; i < count; i++) {
                switch (random.nextInt(7)) {
                    case 0 -> out.u8(0x6A).u8(0x1A);
                    case 1 -> out.u8(0x9F).u8(0x9F).u8(0x1A);
                    case 2 -> out.u8(Opcode.PREFIX).u8(0x0B).u8(0);
                    case 3 ->
                        out.u8(Opcode.LOOP)
                                .u8(Code.NO_RESULT)
                                .u8(Opcode.BR)
                                .u32(0)
                                .u8(Opcode.END);
                    case 4 ->
                        out.u8(Opcode.BLOCK)
                                .u8(ScannedModule.F64)
                                .u8(Opcode.UNREACHABLE)
                                .u8(Opcode.END)
                                .u8(0x1A);
                    case 5 -> out.u8(Opcode.MEMORY_GROW).u8(0).u8(0x1A);
                    default -> {
                        out.u8(Opcode.I32_CONST)
                                .s64(1)
                                .u8(Opcode.IF)
                                .u8(Code.NO_RESULT)
                                .u8(Opcode.ELSE);
                        out.u8(Opcode.UNREACHABLE).u8(Opcode.END);
                    }
                }
            }
        }

        private void bulk(int depth) {
            int choice = random.nextInt(4);
            boolean anywhere = wild && random.nextInt(10) == 0;
            int segment = random.nextInt(segments.size());
            if (choice == 3) {
                Segment dropped = segments.get(segment);
                if (dropped.passive() && !dropped.dropped() && !wild) {
                    out.u8(0x01);
                } else {
                    out.u8(Opcode.PREFIX).u8(0x09).u32(segment);
                }
                return;
            }
            masked(0x3FFF, anywhere, depth);
            if (choice == 2) {
                Segment source = segments.get(segment);
                boolean there = source.passive() && !source.dropped();
                int from = there ? random.nextInt(source.length() + 1) : 0;
                out.u8(Opcode.I32_CONST).s64(from);
                int most = there || anywhere ? source.length() - from + (anywhere ? 2 : 0) : 0;
                out.u8(Opcode.I32_CONST).s64(random.nextInt(most + 1));
                out.u8(Opcode.PREFIX).u8(0x08).u32(segment).u8(0);
                return;
            }
            masked(0x3FFF, false, depth);
            masked(0xFFF, anywhere, depth);
            out.u8(Opcode.PREFIX);
            if (choice == 0) {
                out.u8(0x0A).u8(0).u8(0);
            } else {
                out.u8(0x0B).u8(0);
            }
        }

        private void masked(int mask, boolean anywhere, int depth) {
            value('i', depth - 1, true);
            if (!anywhere) {
                out.u8(Opcode.I32_CONST).s64(mask).u8(0x71);
            }
        }

        private void rare(int depth) {
            switch (random.nextInt(wild ? 4 : 3)) {
                case 0 -> {
                    value('i', depth - 1, true);
                    out.u8(Opcode.I32_CONST).s64(random.nextInt(3)).u8(0x71);
                    out.u8(Opcode.MEMORY_GROW).u8(0).u8(0x1A);
                }
                case 1 -> out.u8(0x01).u8(Opcode.MEMORY_SIZE).u8(0).u8(0x1A);
                case 2 -> {
                    open(Opcode.BLOCK, NOTHING, false);
                    leave(depth);
                    close();
                }
                default -> {
                    value('i', depth - 1, true);
                    out.u8(Opcode.I32_CONST).s64(7).u8(0x71).u8(0x45);
                    out.u8(Opcode.IF).u8(Code.NO_RESULT).u8(Opcode.UNREACHABLE).u8(Opcode.END);
                }
            }
        }

        private Type call(int depth) {
            return random.nextInt(3) == 0 ? callIndirect(depth) : call(random.nextInt(functions.size()), depth);
        }

        private Type call(int function, int depth) {
            Type called = types.get(functions.get(function));
            called.parameters().chars().forEach(each -> value((char) each, depth - 1, true));
            out.u8(Opcode.CALL).u32(function);
            return called;
        }

        private Type callIndirect(int depth) {
            int slot = random.nextInt(table.length);
            int index = functions.get(table[slot]);
            Type called = types.get(index);
            called.parameters().chars().forEach(each -> value((char) each, depth - 1, true));
            if (wild && random.nextInt(3) == 0) {
                value('i', depth - 1, true);
                out.u8(Opcode.I32_CONST).s64(15).u8(0x71);
            } else {
                out.u8(Opcode.I32_CONST).s64(slot);
            }
            out.u8(Opcode.CALL_INDIRECT).u32(index).u32(0);
            return called;
        }

        /** Leaves a value. One that is exact has the same bits wherever it is computed. */
        private void value(char wanted, int depth, boolean exact) {
            nodes--;
            if (depth <= 0 || nodes < 0) {
                leaf(wanted, exact);
                return;
            }
            boolean isFloat = wanted == 'f' || wanted == 'd';
            switch (random.nextInt(12)) {
                case 0 -> leaf(wanted, exact);
                case 1 -> block(wanted, depth);
                case 2 -> {
                    value('i', depth - 1, true);
                    open(Opcode.IF, wanted, false);
                    value(wanted, depth - 1, true);
                    out.u8(Opcode.ELSE);
                    value(wanted, depth - 1, true);
                    close();
                }
                case 3 -> {
                    value(wanted, depth - 1, exact);
                    value(wanted, depth - 1, exact);
                    value('i', depth - 1, true);
                    out.u8(0x1B);
                }
                case 4 -> called(wanted, depth, exact);
                default -> {
                    if (isFloat && exact && random.nextInt(2) == 0) {
                        value(wanted, depth - 1, false);
                        canonical(wanted);
                    } else {
                        operation(wanted, depth, exact);
                    }
                }
            }
        }

        private void leaf(char wanted, boolean exact) {
            if (random.nextInt(3) == 0) {
                constant(out, wanted);
                return;
            }
            if (random.nextInt(3) == 0) {
                int global = globals.lastIndexOf(wanted);
                if (global > WORK) {
                    out.u8(Opcode.GLOBAL_GET).u32(global);
                    return;
                }
            }
            int from = random.nextInt(float32);
            for (int i = 0; i < float32; i++) {
                int local = (from + i) % float32;
                if (locals.charAt(local) == wanted && !(exact && loose.get(local))) {
                    out.u8(Opcode.LOCAL_GET).u32(local);
                    return;
                }
            }
            constant(out, wanted);
        }

        private void block(char wanted, int depth) {
            boolean loop = random.nextInt(4) == 0;
            open(loop ? Opcode.LOOP : Opcode.BLOCK, wanted, false);
            if (loop) {
                labels.set(labels.size() - 1, new Label(NOBODY, false));
            }
            statements(random.nextInt(3), depth - 1);
            value(wanted, depth - 1, true);
            close();
        }

        private void called(char wanted, int depth, boolean exact) {
            int from = random.nextInt(functions.size());
            for (int i = 0; i < functions.size(); i++) {
                int function = (from + i) % functions.size();
                if (types.get(functions.get(function)).results().equals(String.valueOf(wanted))) {
                    var unused = call(function, depth);
                    return;
                }
            }
            leaf(wanted, exact);
        }

        private void canonical(char wanted) {
            int local = wanted == 'f' ? float32 : float64;
            out.u8(Opcode.LOCAL_TEE).u32(local);
            if (wanted == 'f') {
                out.u8(Opcode.F32_CONST).littleEndian(0x7FC0_0000, Float.BYTES);
            } else {
                out.u8(Opcode.F64_CONST).littleEndian(0x7FF8_0000_0000_0000L, Double.BYTES);
            }
            out.u8(Opcode.LOCAL_GET)
                    .u32(local)
                    .u8(Opcode.LOCAL_GET)
                    .u32(local)
                    .u8(wanted == 'f' ? 0x5B : 0x61)
                    .u8(0x1B);
        }

        private void operation(char wanted, int depth, boolean exact) {
            List<Signature> possible = GIVING.get(LETTERS.indexOf(wanted));
            Signature chosen = possible.get(random.nextInt(possible.size()));
            if (exact && chosen.opcode().nan() != Opcode.Nan.NONE) {
                operation(wanted, depth, true);
                return;
            }
            Opcode opcode = chosen.opcode();
            if (opcode.immediate() == Opcode.Immediate.MEMARG) {
                int size = sizeOf(opcode);
                long offset = address(size, depth);
                out.u8(opcode.code())
                        .u32(random.nextInt(Integer.numberOfTrailingZeros(size) + 1))
                        .u32(offset);
                return;
            }
            boolean tame = !wild || random.nextInt(8) != 0;
            if (chosen.truncates() && tame) {
                value('i', depth - 1, true);
                out.u8(Opcode.I32_CONST)
                        .s64(0x7FFF)
                        .u8(0x71)
                        .u8(chosen.operands().equals("f") ? 0xB3 : 0xB8);
            } else {
                operands(chosen, depth, exact);
                if (chosen.divides() && tame) {
                    positive(wanted);
                }
            }
            if (opcode.code() > 0xFF) {
                out.u8(Opcode.PREFIX).u32(opcode.code() & 0xFF);
            } else {
                out.u8(opcode.code());
            }
        }

        private void operands(Signature chosen, int depth, boolean exact) {
            boolean integer = chosen.result() == 'i' || chosen.result() == 'j';
            boolean shows = chosen.opcode().name().contains("reinterpret");
            for (int i = 0; i < chosen.operands().length(); i++) {
                boolean sign = i == 1 && chosen.opcode().name().endsWith("copysign");
                value(chosen.operands().charAt(i), depth - 1, shows || sign || (!integer && exact));
            }
        }

        private void positive(char wanted) {
            if (wanted == 'i') {
                out.u8(Opcode.I32_CONST)
                        .s64(127)
                        .u8(0x71)
                        .u8(Opcode.I32_CONST)
                        .s64(1)
                        .u8(0x6A);
            } else {
                out.u8(Opcode.I64_CONST)
                        .s64(127)
                        .u8(0x83)
                        .u8(Opcode.I64_CONST)
                        .s64(1)
                        .u8(0x7C);
            }
        }
    }
}
