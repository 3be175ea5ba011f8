package io.tenancy.plugins.admission.internal;

import java.util.List;

/** What a module has, as far as it was looked at: its declarations, and where its functions are. */
final class ScannedModule {

    static final byte I32 = 0x7F;
    static final byte I64 = 0x7E;
    static final byte F32 = 0x7D;
    static final byte F64 = 0x7C;

    static final int FUNCTION = 0;
    static final int MEMORY = 2;

    /** The types of what a function takes and of what it gives, each a character of {@code ijfd}; at most one result. */
    record Type(String parameters, String results) {
        static String nameOf(char letter) {
            return switch (letter) {
                case 'i' -> "i32";
                case 'j' -> "i64";
                case 'f' -> "f32";
                default -> "f64";
            };
        }

        String inWords() {
            return "(" + names(parameters) + ") -> (" + names(results) + ")";
        }

        private static String names(String letters) {
            StringBuilder names = new StringBuilder();
            for (int i = 0; i < letters.length(); i++) {
                names.append(i == 0 ? "" : ", ").append(nameOf(letters.charAt(i)));
            }
            return names.toString();
        }
    }

    record Import(String module, String name, int type) {}

    /** Pages of 64 KiB; a maximum of -1 is none. */
    record Memory(int initial, int maximum) {}

    record Global(char type, boolean mutable) {}

    record Export(String name, int kind, int index) {}

    /** From the first byte of its content to the last. */
    record Section(int id, int from, int end) {}

    /** From its declarations of locals on to its end; the locals' types, and where the code begins. */
    record Body(int from, int codeFrom, int end, String locals) {}

    private final byte[] bytes;
    private final List<Type> types;
    private final List<Import> imports;
    private final List<Integer> functions;
    private final Memory memory;
    private final int tableElements;
    private final List<Global> globals;
    private final List<Export> exports;
    private final int dataSegments;
    private final int dataBytes;
    private final List<Section> sections;
    private final List<Body> bodies;

    ScannedModule(
            byte[] bytes,
            List<Type> types,
            List<Import> imports,
            List<Integer> functions,
            Memory memory,
            int tableElements,
            List<Global> globals,
            List<Export> exports,
            int dataSegments,
            int dataBytes,
            List<Section> sections,
            List<Body> bodies) {
        this.bytes = bytes;
        this.types = types;
        this.imports = imports;
        this.functions = functions;
        this.memory = memory;
        this.tableElements = tableElements;
        this.globals = globals;
        this.exports = exports;
        this.dataSegments = dataSegments;
        this.dataBytes = dataBytes;
        this.sections = sections;
        this.bodies = bodies;
    }

    byte[] bytes() {
        return bytes;
    }

    List<Type> types() {
        return types;
    }

    /** Functions of the host. */
    List<Import> imports() {
        return imports;
    }

    /** The types of those that it defines. */
    List<Integer> functions() {
        return functions;
    }

    /** Pages that it begins with and may grow to; none where it has no memory. */
    Memory memory() {
        return memory;
    }

    /** How many elements its table has, -1 where it has none. */
    int tableElements() {
        return tableElements;
    }

    List<Global> globals() {
        return globals;
    }

    List<Export> exports() {
        return exports;
    }

    int dataSegments() {
        return dataSegments;
    }

    /** How many bytes these have together. */
    int dataBytes() {
        return dataBytes;
    }

    /** All but custom ones, as they come. */
    List<Section> sections() {
        return sections;
    }

    List<Body> bodies() {
        return bodies;
    }

    Type typeOf(int function) {
        int imported = imports.size();
        return types.get(function < imported ? imports.get(function).type() : functions.get(function - imported));
    }

    int functionCount() {
        return imports.size() + functions.size();
    }
}
