package io.tenancy.plugins.admission.internal;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.PluginRefusedException.Reason;
import io.tenancy.plugins.admission.FuelSchedule;
import io.tenancy.plugins.admission.ModuleBounds;
import io.tenancy.plugins.admission.internal.ScannedModule.Global;
import io.tenancy.plugins.admission.internal.ScannedModule.Section;

/**
 * Writes a module anew so that it meters itself: two globals more, which it cannot name, hold the fuel and the stack that are
 * left. Both are negative when they are used up, and then it traps. Results stay what they were, but for the bits of what is
 * no number, which become the same on every machine.
 */
final class Instrumenter {

    private static final int GLOBALS = 6;
    private static final int CODE = 10;
    // Far more than what compiles to bytecode that the JVM makes machine code of; what is larger would be refused for
    // that,
    // but only after the engine had made a hundred times as much of it.
    private static final int MOST_BODY = 64 << 10;

    private final ScannedModule module;
    private final ModuleBounds bounds;
    private final int fuel;
    private final int stack;

    private Instrumenter(ScannedModule module, ModuleBounds bounds) {
        this.module = module;
        this.bounds = bounds;
        this.fuel = fuelGlobal(module);
        this.stack = stackGlobal(module);
    }

    static int fuelGlobal(ScannedModule module) {
        return module.globals().size();
    }

    static int stackGlobal(ScannedModule module) {
        return module.globals().size() + 1;
    }

    static byte[] instrument(ScannedModule module, ModuleBounds bounds) {
        return new Instrumenter(module, bounds).write();
    }

    private byte[] write() {
        WasmWriter out = new WasmWriter(module.bytes().length * 3);
        out.copy(module.bytes(), 0, 8);
        boolean hasGlobals = false;
        for (Section section : module.sections()) {
            // Sections stand in the order of their numbers; the one without a place of its own comes right before the
            // code.
            if (!hasGlobals && section.id() >= GLOBALS) {
                hasGlobals = true;
                out.u8(GLOBALS).sized(globals());
            }
            if (section.id() == CODE) {
                out.u8(CODE).sized(code());
            } else if (section.id() != GLOBALS) {
                out.u8(section.id()).u32((long) section.end() - section.from());
                out.copy(module.bytes(), section.from(), section.end());
            }
        }
        return out.toBytes();
    }

    private WasmWriter globals() {
        WasmWriter out = new WasmWriter(256);
        out.u32((long) module.globals().size() + 2);
        for (Section section : module.sections()) {
            if (section.id() == GLOBALS) {
                WasmReader count = new WasmReader(module.bytes(), section.from(), section.end());
                var unused = count.u32("the number of globals");
                out.copy(module.bytes(), count.position(), section.end());
            }
        }
        global(out, new Global('j', true), Opcode.I64_CONST);
        global(out, new Global('i', true), Opcode.I32_CONST);
        return out;
    }

    private static void global(WasmWriter out, Global global, int constant) {
        out.u8(global.type() == 'j' ? ScannedModule.I64 : ScannedModule.I32).u8(1);
        out.u8(constant).u8(0).u8(Opcode.END);
    }

    private WasmWriter code() {
        WasmWriter out = new WasmWriter(module.bytes().length * 3);
        out.u32(module.bodies().size());
        for (int number = 0; number < module.bodies().size(); number++) {
            Code code = Code.read(module, bounds, number);
            WasmWriter function = new MeteredFunction(module, number, code, fuel, stack).write();
            if (function.size() > MOST_BODY) {
                throw new PluginRefusedException(
                        Reason.FUNCTION_TOO_LARGE,
                        "Function " + (module.imports().size() + number) + " has " + function.size()
                                + " bytes with metering; at most " + MOST_BODY
                                + " are admitted. Split it, and let less be inlined.");
            }
            out.sized(function);
        }
        return out;
    }

    /** What the entry of a function takes from the stack's budget, in bytes. */
    static int stackBytes(int values) {
        return FuelSchedule.FRAME_BYTES + FuelSchedule.VALUE_BYTES * values;
    }
}
