package io.tenancy.plugins.engine;

import run.endive.runtime.MStack;
import run.endive.runtime.WasmRuntimeException;
import run.endive.wasm.types.Instruction;

/**
 * What the interpreter of Endive 1.0.0 does not do as WebAssembly says it, found by random modules; its compiler does most of it. Looks
 * at each instruction before it is executed.
 */
final class InterpreterMends {

    private InterpreterMends() {}

    static void before(Instruction instruction, MStack stack) {
        switch (instruction.opcode()) {
            case I32_STORE8, I64_STORE8, I64_STORE32 -> requireNoWrap(instruction, stack);
            case I32_MUL -> narrow(stack);
            case F32_ABS -> keep(stack, Integer.MAX_VALUE);
            case F64_ABS -> keep(stack, Long.MAX_VALUE);
            case F32_COPYSIGN -> sign32(stack);
            case F64_COPYSIGN -> sign64(stack);
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

    // Java's abs may leave the sign of what is no number.
    private static void keep(MStack stack, long bits) {
        stack.array()[stack.size() - 1] &= bits;
    }

    // It takes two numbers for the bits of what is no number.
    private static void sign32(MStack stack) {
        int top = stack.size() - 1;
        stack.array()[top] = Float.floatToRawIntBits((int) stack.array()[top] < 0 ? -1f : 1f);
    }

    private static void sign64(MStack stack) {
        int top = stack.size() - 1;
        stack.array()[top] = Double.doubleToRawLongBits(stack.array()[top] < 0 ? -1d : 1d);
    }
}
