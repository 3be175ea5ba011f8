package io.tenancy.plugins.engine;

import run.endive.runtime.MStack;
import run.endive.runtime.WasmRuntimeException;
import run.endive.wasm.types.Instruction;

/**
 * What the interpreter of Endive 1.0.0 does not do as WebAssembly says it, found by random modules; its compiler does. Looks
 * at each instruction before it is executed.
 */
final class InterpreterMends {

    private InterpreterMends() {}

    static void before(Instruction instruction, MStack stack) {
        switch (instruction.opcode()) {
            case I32_STORE8, I64_STORE8, I64_STORE32 -> requireNoWrap(instruction, stack);
            case I32_MUL -> narrow(stack);
            default -> {}
        }
    }

    // It adds address and offset in 32 bits, so that what lies behind the end of the memory comes out at its beginning.
    private static void requireNoWrap(Instruction instruction, MStack stack) {
        long address = Integer.toUnsignedLong((int) stack.array()[stack.size() - 2]);
        if (address + instruction.operand(1) > Integer.MAX_VALUE) {
            throw new WasmRuntimeException("out of bounds memory access");
        }
    }

    // It leaves a product of 64 bits, of which 'if' looks at all.
    private static void narrow(MStack stack) {
        long[] values = stack.array();
        int top = stack.size() - 1;
        int product = (int) values[top - 1] * (int) values[top];
        values[top - 1] = product;
        values[top] = 1;
    }
}
