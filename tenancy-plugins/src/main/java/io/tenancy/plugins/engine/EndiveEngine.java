package io.tenancy.plugins.engine;

import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.PluginRefusedException.Reason;
import io.tenancy.plugins.engine.spi.HostFunction;
import io.tenancy.plugins.engine.spi.WasmCode;
import io.tenancy.plugins.engine.spi.WasmEngine;
import io.tenancy.plugins.engine.spi.WasmInstance;
import io.tenancy.plugins.engine.spi.WasmInterruptedException;
import io.tenancy.plugins.engine.spi.WasmStackException;
import io.tenancy.plugins.engine.spi.WasmTrapException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import run.endive.compiler.Cache;
import run.endive.compiler.InterpreterFallback;
import run.endive.compiler.MachineFactoryCompiler;
import run.endive.runtime.ExportFunction;
import run.endive.runtime.ImportFunction;
import run.endive.runtime.ImportValues;
import run.endive.runtime.Instance;
import run.endive.runtime.Machine;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.FunctionType;
import run.endive.wasm.types.MemoryLimits;
import run.endive.wasm.types.ValType;

/**
 * Endive, a runtime in pure Java: it compiles modules to bytecode, or interprets them. The interpreter is slower by a factor
 * of some hundred and shares no code with the compiler, so that each checks the other.
 */
public final class EndiveEngine implements WasmEngine {

    private final boolean compiles;
    private final CompiledCodeCache cache;

    private EndiveEngine(boolean compiles, CompiledCodeCache cache) {
        this.compiles = compiles;
        this.cache = cache;
    }

    /** The engine that compiles, and compiles again in each process. */
    public static EndiveEngine compiled() {
        return new EndiveEngine(true, CompiledCodeCache.NONE);
    }

    /**
     * The engine that compiles what was not compiled before.
     *
     * @param cache keeps what was compiled
     * @return the engine
     */
    public static EndiveEngine compiled(CompiledCodeCache cache) {
        return new EndiveEngine(true, cache);
    }

    /** The engine that interprets. */
    public static EndiveEngine interpreted() {
        return new EndiveEngine(false, CompiledCodeCache.NONE);
    }

    @Override
    public String name() {
        return compiles ? "endive-compiled" : "endive-interpreted";
    }

    @Override
    public void validate(byte[] module) {
        var unused = parse(module);
    }

    // The parser leaks whatever its arrays throw at broken modules.
    private static WasmModule parse(byte[] module) {
        try {
            return Parser.parse(module);
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | AssertionError invalid) {
            throw new PluginRefusedException(
                    Reason.INVALID,
                    "The module is not valid WebAssembly: " + invalid.getMessage()
                            + ". Check it with 'wasm-validate', and build it again.",
                    invalid);
        }
    }

    @Override
    public WasmCode compile(byte[] module) {
        WasmModule parsed = parse(module);
        if (!compiles) {
            return new Code(parsed, null);
        }
        Measured measured = new Measured(cache, CompiledCodeCache.keyOf(module));
        try {
            return new Code(
                    parsed,
                    MachineFactoryCompiler.builder(parsed)
                            .withInterpreterFallback(InterpreterFallback.FAIL)
                            .withCache(measured)
                            .compile());
        } catch (PluginRefusedException refused) {
            throw refused;
        } catch (RuntimeException | StackOverflowError | OutOfMemoryError | LinkageError | AssertionError failure) {
            throw new PluginRefusedException(
                    Reason.FUNCTION_TOO_LARGE,
                    "The module cannot be compiled: " + failure.getMessage()
                            + ". Most often a function is too large: split it, and let less be inlined.",
                    failure);
        }
    }

    /** Looks at the size of what was compiled before it is kept. */
    private record Measured(CompiledCodeCache cache, String key) implements Cache {

        @Override
        public byte @Nullable [] get(String digest) {
            return cache.find(key).orElse(null);
        }

        @Override
        public void putIfAbsent(String digest, byte[] jar) throws IOException {
            CodeSizes.Largest largest = CodeSizes.largestIn(jar);
            if (largest.bytes() > CodeSizes.MOST) {
                throw new PluginRefusedException(
                        Reason.FUNCTION_TOO_LARGE,
                        "Function '" + largest.method() + "' comes to " + largest.bytes()
                                + " bytes of bytecode with metering; above " + CodeSizes.MOST
                                + " the JVM never makes machine code of it. Split it, and let less be inlined.");
            }
            cache.keep(key, jar);
        }
    }

    private record Code(WasmModule module, @Nullable Function<Instance, Machine> machine) implements WasmCode {

        @Override
        public WasmInstance instantiate(int mostPages, List<HostFunction> imports) {
            return guarded(() -> {
                Instance.Builder builder =
                        Instance.builder(module).withStart(false).withImportValues(values(imports));
                module.memorySection()
                        .filter(section -> section.memoryCount() > 0)
                        .ifPresent(section -> builder.withMemoryLimits(
                                limits(section.getMemory(0).limits(), mostPages)));
                if (machine != null) {
                    builder.withMachineFactory(machine);
                } else {
                    builder.withUnsafeExecutionListener(InterpreterMends::before);
                }
                return new Running(builder.build());
            });
        }

        private static MemoryLimits limits(MemoryLimits declared, int mostPages) {
            if (declared.initialPages() > mostPages) {
                throw new WasmTrapException("It begins with " + declared.initialPages() + " pages of memory; at most "
                        + mostPages + " are granted");
            }
            return new MemoryLimits(declared.initialPages(), Math.min(declared.maximumPages(), mostPages));
        }

        private static ImportValues values(List<HostFunction> imports) {
            ImportValues.Builder builder = ImportValues.builder();
            for (HostFunction each : imports) {
                builder.addFunction(function(each));
            }
            return builder.build();
        }

        private static ImportFunction function(HostFunction host) {
            boolean gives = !host.result().isEmpty();
            return new run.endive.runtime.HostFunction(
                    host.module(),
                    host.name(),
                    FunctionType.of(types(host.parameters()), types(host.result())),
                    (instance, arguments) -> {
                        long result = host.body().call(new Running(instance), arguments);
                        return gives ? new long[] {result} : null;
                    });
        }

        private static List<ValType> types(String letters) {
            List<ValType> types = new ArrayList<>();
            for (int i = 0; i < letters.length(); i++) {
                types.add(
                        switch (letters.charAt(i)) {
                            case 'i' -> ValType.I32;
                            case 'j' -> ValType.I64;
                            case 'f' -> ValType.F32;
                            case 'd' -> ValType.F64;
                            default -> throw new IllegalArgumentException("'" + letters + "' names no types of values");
                        });
            }
            return types;
        }
    }

    private record Running(Instance instance) implements WasmInstance {

        @Override
        public long call(String export, long... arguments) {
            return guarded(() -> {
                ExportFunction function = instance.export(export);
                long[] results = function.apply(arguments);
                return results == null || results.length == 0 ? 0L : results[0];
            });
        }

        @Override
        public byte[] read(int pointer, int length) {
            return guarded(() -> {
                requireInside(pointer, length);
                return instance.memory().readBytes(pointer, length);
            });
        }

        @Override
        public void write(int pointer, byte[] bytes) {
            requireInside(pointer, bytes.length);
            instance.memory().write(pointer, bytes);
        }

        private void requireInside(int pointer, int length) {
            long size = (long) instance.memory().pages() << 16;
            long from = Integer.toUnsignedLong(pointer);
            if (length < 0 || from + length > size) {
                throw new WasmTrapException(
                        length + " bytes at " + from + " are not in the memory, which has " + size + " bytes");
            }
        }

        @Override
        public int pages() {
            return instance.memory().pages();
        }

        @Override
        public long global(int index) {
            return instance.global(index).getValue();
        }

        @Override
        public void setGlobal(int index, long value) {
            instance.global(index).setValue(value);
        }
    }

    /**
     * What the engine throws, its own errors too, is a trap of the instance: if it were a failure of the host, whoever finds
     * such an error would compute for nothing.
     */
    private static <T> T guarded(Supplier<T> work) {
        try {
            return work.get();
        } catch (run.endive.runtime.WasmInterruptedException interrupted) {
            throw new WasmInterruptedException(interrupted);
        } catch (WasmTrapException | WasmInterruptedException known) {
            throw known;
        } catch (StackOverflowError overflow) {
            throw new WasmStackException(overflow);
        } catch (OutOfMemoryError exhausted) {
            throw new WasmTrapException("memory of this process exhausted", exhausted);
        } catch (RuntimeException | LinkageError | AssertionError trap) {
            if (trap.getCause() instanceof StackOverflowError) {
                throw new WasmStackException(trap);
            }
            throw new WasmTrapException(String.valueOf(trap.getMessage()), trap);
        }
    }
}
