package io.tenancy.plugins.engine;

import run.endive.runtime.MStack;
import run.endive.wasm.types.Instruction;

/** For tests that use the interpreter without {@link EndiveEngine}. */
public final class Mended {

    private Mended() {}

    /** Mends what an instruction is about to do. */
    public static void before(Instruction instruction, MStack stack) {
        InterpreterMends.before(instruction, stack);
    }
}
