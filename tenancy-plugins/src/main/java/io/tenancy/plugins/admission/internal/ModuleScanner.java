package io.tenancy.plugins.admission.internal;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.PluginRefusedException.Reason;
import io.tenancy.plugins.admission.ModuleBounds;
import io.tenancy.plugins.admission.internal.ScannedModule.Body;
import io.tenancy.plugins.admission.internal.ScannedModule.Export;
import io.tenancy.plugins.admission.internal.ScannedModule.Global;
import io.tenancy.plugins.admission.internal.ScannedModule.Import;
import io.tenancy.plugins.admission.internal.ScannedModule.Memory;
import io.tenancy.plugins.admission.internal.ScannedModule.Section;
import io.tenancy.plugins.admission.internal.ScannedModule.Type;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Looks through a module before anybody else does, in one pass and with hard bounds: nothing that it makes is larger than the
 * module itself times a small number. What it does not know it refuses, so that a feature is admitted only where somebody
 * thought about it. Whether types fit is left to the validator of the engine.
 */
final class ModuleScanner {

    private static final int[] MAGIC = {0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00};
    private static final int CUSTOM = 0;
    private static final int CODE = 10;
    private static final int DATA = 11;
    private static final int DATA_COUNT = 12;
    private static final int MOST_PAGES = 65_536;
    private static final byte FUNCTION_TYPE = 0x60;
    private static final byte FUNCREF = 0x70;

    private final byte[] bytes;
    private final ModuleBounds bounds;

    private final List<Type> types = new ArrayList<>();
    private final List<Import> imports = new ArrayList<>();
    private final List<Integer> functions = new ArrayList<>();
    private final List<Global> globals = new ArrayList<>();
    private final List<Export> exports = new ArrayList<>();
    private final List<Section> sections = new ArrayList<>();
    private final List<Body> bodies = new ArrayList<>();
    private @Nullable Memory memory;
    private int tableElements = -1;
    private int dataSegments = -1;
    private int allLocals;
    // Of all segments together: each is made anew for each instance, and in many objects.
    private int elements;
    private int dataBytes;

    private ModuleScanner(byte[] bytes, ModuleBounds bounds) {
        this.bytes = bytes;
        this.bounds = bounds;
    }

    /**
     * Looks through a module.
     *
     * @throws PluginRefusedException when it is too large, broken, or has what is not admitted
     */
    static ScannedModule scan(byte[] bytes, ModuleBounds bounds) {
        if (bytes.length > bounds.bytes()) {
            throw new PluginRefusedException(
                    Reason.TOO_LARGE,
                    "The module has " + bytes.length + " bytes; at most " + bounds.bytes()
                            + " are admitted. Build it for size, and strip its debugging information.");
        }
        try {
            return new ModuleScanner(bytes, bounds).scan();
        } catch (WasmReader.Broken broken) {
            throw broken.refusal();
        }
    }

    private ScannedModule scan() {
        WasmReader reader = new WasmReader(bytes, 0, bytes.length);
        for (int expected : MAGIC) {
            if (reader.u8("the beginning") != expected) {
                throw new WasmReader.Broken(reader.position() - 1, "it does not begin as a module of version 1 does");
            }
        }
        int last = 0;
        while (reader.hasMore()) {
            int id = reader.u8("a section");
            WasmReader content =
                    reader.next((int) Math.min(reader.u32("the length of a section"), 1 << 30), "section " + id);
            if (id == CUSTOM) {
                var unused = content.name("the name of a custom section", bounds.nameBytes());
                continue;
            }
            // The count of data segments comes before the code, whatever its number is.
            int place = id == DATA_COUNT ? CODE * 2 - 1 : id * 2;
            if (place <= last) {
                throw new WasmReader.Broken(content.position(), "section " + id + " comes twice or in the wrong place");
            }
            last = place;
            sections.add(new Section(id, content.position(), content.position() + content.remaining()));
            section(id, content);
            content.requireEnd("section " + id);
        }
        if (bodies.size() != functions.size()) {
            throw new WasmReader.Broken(
                    bytes.length, functions.size() + " functions are declared, and " + bodies.size() + " have code");
        }
        return new ScannedModule(
                bytes,
                types,
                imports,
                functions,
                memory == null ? new Memory(0, 0) : memory,
                tableElements,
                globals,
                exports,
                Math.max(0, dataSegments),
                dataBytes,
                sections,
                bodies);
    }

    private void section(int id, WasmReader in) {
        switch (id) {
            case 1 -> each(in, "types", bounds.types(), this::type);
            case 2 -> each(in, "imports", bounds.imports(), this::oneImport);
            case 3 -> each(in, "functions", bounds.functions(), this::function);
            case 4 -> each(in, "tables", 1, this::table);
            case 5 -> each(in, "memories", 1, this::memory);
            case 6 -> each(in, "globals", bounds.globals(), this::global);
            case 7 -> each(in, "exports", bounds.exports(), this::export);
            case 8 ->
                throw feature(
                        in,
                        "a start function, which would run before anybody meters it; export it as"
                                + " '_initialize' (AssemblyScript: --exportStart _initialize)");
            case 9 -> each(in, "element segments", bounds.tableElements(), this::elements);
            case CODE -> each(in, "functions with code", bounds.functions(), this::body);
            case DATA -> data(in);
            case DATA_COUNT -> dataSegments = in.count("the number of data segments", bounds.dataSegments());
            case 13 -> throw feature(in, "exceptions");
            default -> throw new WasmReader.Broken(in.position(), "there is no section " + id);
        }
    }

    private interface Reading {
        void read(WasmReader in);
    }

    private static void each(WasmReader in, String what, int most, Reading reading) {
        int count = in.count("the number of " + what, most);
        for (int i = 0; i < count; i++) {
            reading.read(in);
        }
    }

    private static PluginRefusedException feature(WasmReader in, String what) {
        return new PluginRefusedException(
                Reason.FEATURE, "The module has, at byte " + in.position() + ", " + what + ". That is not admitted.");
    }

    private void type(WasmReader in) {
        int form = in.u8("a type");
        if (form != FUNCTION_TYPE) {
            throw feature(in, "a type of form 0x" + Integer.toHexString(form) + " (garbage collection)");
        }
        String parameters = valueTypes(in, "parameters", bounds.parameters());
        int at = in.position();
        String results = valueTypes(in, "results", bounds.parameters());
        if (results.length() > 1) {
            throw new PluginRefusedException(
                    Reason.FEATURE,
                    "The module has, at byte " + at + ", a function with " + results.length()
                            + " results; one is admitted. Build it without the feature 'multivalue'.");
        }
        types.add(new Type(parameters, results));
    }

    private static String valueTypes(WasmReader in, String what, int most) {
        int count = in.count("the number of " + what, most);
        StringBuilder letters = new StringBuilder();
        for (int i = 0; i < count; i++) {
            letters.append(valueType(in));
        }
        return letters.toString();
    }

    static char valueType(WasmReader in) {
        int code = in.u8("a type of values");
        return switch (code) {
            case ScannedModule.I32 -> 'i';
            case ScannedModule.I64 -> 'j';
            case ScannedModule.F32 -> 'f';
            case ScannedModule.F64 -> 'd';
            case 0x7B -> throw feature(in, "vectors (SIMD)");
            default -> throw feature(in, "values of type 0x" + Integer.toHexString(code) + " (reference types)");
        };
    }

    private void oneImport(WasmReader in) {
        String module = in.name("the module of an import", bounds.nameBytes());
        String name = in.name("the name of an import", bounds.nameBytes());
        int kind = in.u8("the kind of an import");
        if (kind != ScannedModule.FUNCTION) {
            throw new PluginRefusedException(
                    Reason.IMPORT,
                    "The module imports '" + module + "." + name + "', which is no function; it can import functions"
                            + " of the host only. Define memories, tables and globals in the module.");
        }
        imports.add(new Import(module, name, index(in, "the type of an import", types.size())));
    }

    private static int index(WasmReader in, String what, int count) {
        int at = in.position();
        long index = in.u32(what);
        if (index >= count) {
            throw new WasmReader.Broken(at, what + " is number " + index + ", but there are " + count);
        }
        return (int) index;
    }

    private void function(WasmReader in) {
        functions.add(index(in, "the type of a function", types.size()));
    }

    private void table(WasmReader in) {
        int type = in.u8("the type of a table");
        if (type != FUNCREF) {
            throw feature(in, "a table of other things than functions (reference types)");
        }
        int flags = in.u8("the limits of a table");
        if (flags > 1) {
            throw feature(in, "a table that is shared or of 64 bits");
        }
        tableElements = in.count("the size of the table", bounds.tableElements());
        if (flags == 1) {
            // It cannot grow here, so what it might have grown to does not matter.
            var unused = in.u32("the maximum of the table");
        }
    }

    private void memory(WasmReader in) {
        int flags = in.u8("the limits of a memory");
        if (flags > 1) {
            throw feature(in, (flags & 2) != 0 ? "a shared memory (threads)" : "a memory of 64 bits");
        }
        int initial = in.count("the size of the memory in pages", MOST_PAGES);
        memory = new Memory(initial, flags == 1 ? in.count("the maximum of the memory in pages", MOST_PAGES) : -1);
    }

    private void global(WasmReader in) {
        char type = valueType(in);
        int mutable = in.u8("whether a global changes");
        if (mutable > 1) {
            throw new WasmReader.Broken(in.position() - 1, "whether a global changes is " + mutable + ", not 0 or 1");
        }
        constant(in, type);
        globals.add(new Global(type, mutable == 1));
    }

    /** One constant of a type: other expressions need imports of globals, which are not admitted. */
    private static void constant(WasmReader in, char type) {
        int at = in.position();
        int code = in.u8("a constant");
        char is = switch (code) {
            case Opcode.I32_CONST -> 'i';
            case Opcode.I64_CONST -> 'j';
            case Opcode.F32_CONST -> 'f';
            case Opcode.F64_CONST -> 'd';
            default -> throw feature(in, "a constant expression with instruction 0x" + Integer.toHexString(code));
        };
        if (is != type) {
            throw new WasmReader.Broken(at, "a constant is of type " + Type.nameOf(is) + ", not " + Type.nameOf(type));
        }
        switch (is) {
            case 'i' -> {
                var unused = in.s32("a constant");
            }
            case 'j' -> in.s64("a constant");
            case 'f' -> in.skip(4, "a constant");
            default -> in.skip(8, "a constant");
        }
        if (in.u8("the end of a constant") != Opcode.END) {
            throw feature(in, "a constant expression of several instructions");
        }
    }

    private void export(WasmReader in) {
        String name = in.name("the name of an export", bounds.nameBytes());
        int kind = in.u8("the kind of an export");
        int count = switch (kind) {
            case ScannedModule.FUNCTION -> imports.size() + functions.size();
            case 1 -> tableElements < 0 ? 0 : 1;
            case ScannedModule.MEMORY -> memory == null ? 0 : 1;
            case 3 -> globals.size();
            default -> throw feature(in, "an export of kind " + kind);
        };
        exports.add(new Export(name, kind, index(in, "export '" + name + "'", count)));
    }

    private void elements(WasmReader in) {
        long flags = in.u32("the kind of an element segment");
        if (flags != 0) {
            throw feature(in, "an element segment of kind " + flags + " (reference types)");
        }
        if (tableElements < 0) {
            throw new WasmReader.Broken(in.position(), "an element segment has no table");
        }
        constant(in, 'i');
        int count = in.count("the number of elements", bounds.tableElements() - elements);
        elements += count;
        for (int i = 0; i < count; i++) {
            var unused = index(in, "an element", imports.size() + functions.size());
        }
    }

    private void body(WasmReader in) {
        int number = bodies.size();
        if (number >= functions.size()) {
            throw new WasmReader.Broken(in.position(), "more functions have code than are declared");
        }
        int at = in.position();
        int length = in.count("the length of function " + (imports.size() + number), bounds.bodyBytes());
        WasmReader body = in.next(length, "function " + (imports.size() + number));
        int from = body.position();
        StringBuilder locals = new StringBuilder();
        int runs = body.count("the number of kinds of locals", bounds.locals());
        for (int i = 0; i < runs; i++) {
            int count = body.count("a number of locals", bounds.locals());
            char type = valueType(body);
            if (locals.length() + count > bounds.locals()) {
                throw WasmReader.tooLarge(at, "a function has more than " + bounds.locals() + " locals");
            }
            locals.append(String.valueOf(type).repeat(count));
        }
        allLocals += locals.length();
        if (allLocals > bounds.allLocals()) {
            throw WasmReader.tooLarge(at, "the functions have more than " + bounds.allLocals() + " locals together");
        }
        bodies.add(new Body(from, body.position(), from + length, locals.toString()));
    }

    private void data(WasmReader in) {
        int count = in.count("the number of data segments", bounds.dataSegments());
        if (dataSegments >= 0 && dataSegments != count) {
            throw new WasmReader.Broken(
                    in.position(), dataSegments + " data segments were announced, and " + count + " are there");
        }
        dataSegments = count;
        for (int i = 0; i < count; i++) {
            long kind = in.u32("the kind of a data segment");
            if (kind > 2 || (kind == 2 && in.u32("the memory of a data segment") != 0)) {
                throw feature(in, "a data segment for another memory");
            }
            if (kind != 1) {
                constant(in, 'i');
            }
            int length = in.count("the length of a data segment", bounds.bytes());
            in.skip(length, "a data segment");
            dataBytes += length;
        }
    }

    /** No two exports have one name. */
    static void requireDistinctExports(ScannedModule module) {
        Set<String> names = new HashSet<>();
        for (Export export : module.exports()) {
            if (!names.add(export.name())) {
                throw new PluginRefusedException(Reason.MALFORMED, "The module exports '" + export.name() + "' twice.");
            }
        }
    }
}
