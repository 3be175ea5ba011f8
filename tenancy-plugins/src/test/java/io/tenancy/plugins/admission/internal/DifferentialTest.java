package io.tenancy.plugins.admission.internal;

import static org.assertj.core.api.Assertions.assertThat;

import io.tenancy.plugins.LargeStack;
import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.admission.Admission;
import io.tenancy.plugins.admission.AdmittedModule;
import io.tenancy.plugins.admission.FuelSchedule;
import io.tenancy.plugins.admission.ModuleBounds;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.Mended;
import io.tenancy.plugins.engine.spi.WasmEngine;
import io.tenancy.plugins.engine.spi.WasmInstance;
import io.tenancy.plugins.engine.spi.WasmTrapException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import run.endive.runtime.Instance;
import run.endive.runtime.MStack;
import run.endive.wasm.Parser;
import run.endive.wasm.WasmEngineException;
import run.endive.wasm.WasmModule;
import run.endive.wasm.types.Instruction;
import run.endive.wasm.types.MemoryLimits;

/**
 * Metering changes no result: random modules, as they are in the interpreter and metered in both engines, come to the same
 * result or to the same trap, with the same memory and globals; what they cost is the sum of what the interpreter executed,
 * and the same in both engines. {@code -Dtenancy.seed} repeats a run; {@code -Dtenancy.soak=true} makes it ten times as long.
 */
class DifferentialTest {

    private static final int MODULES = Boolean.getBoolean("tenancy.soak") ? 20_000 : 2_000;
    private static final long FUEL = 1L << 50;
    private static final int STACK = 12 << 20;
    private static final int MOST_PAGES = 4;
    private static final Map<String, Opcode> BY_NAME =
            Opcode.all().stream().collect(Collectors.toMap(each -> nameOf(each.name()), each -> each));

    private final Set<String> executed = new ConcurrentSkipListSet<>();
    private final AtomicInteger modules = new AtomicInteger();
    private final AtomicInteger trapped = new AtomicInteger();
    private final AtomicInteger costly = new AtomicInteger();
    private final AtomicInteger tooLarge = new AtomicInteger();
    private final AtomicLong allFuel = new AtomicLong();
    private final Map<String, Integer> kinds = new TreeMap<>();

    private static String nameOf(String opcode) {
        return opcode.toUpperCase(Locale.ROOT).replaceAll("[._]", "");
    }

    /** What a run came to; what it left. */
    private record Outcome(String result, long memory, List<Long> globals) {}

    @Test
    void meteringChangesNoResult() {
        long seed = Long.getLong("tenancy.seed", System.nanoTime());
        Thread[] threads = new Thread[2];
        List<Throwable> failures = new java.util.concurrent.CopyOnWriteArrayList<>();
        for (int i = 0; i < threads.length; i++) {
            long first = seed + i;
            threads[i] = new Thread(
                    () -> {
                        try {
                            for (long own = first; modules.get() < MODULES && failures.isEmpty(); own += 2) {
                                compare(own);
                            }
                        } catch (Throwable failure) {
                            failures.add(failure);
                        }
                    },
                    "differential-" + i);
            threads[i].start();
        }
        LargeStack.join(threads);

        System.out.printf(
                Locale.ROOT,
                "seed %d: %d modules, %d above 1,000 fuel, %d trapped %s, %d not compiled, %d fuel altogether%n",
                seed,
                modules.get(),
                costly.get(),
                trapped.get(),
                kinds,
                tooLarge.get(),
                allFuel.get());
        assertThat(failures).isEmpty();
        // The compiler of 1.0.0 fails at one in a thousand of these, which have more dead code than any compiler
        // writes.
        assertThat(tooLarge.get() * 50).isLessThanOrEqualTo(modules.get());
        assertThat(costly.get() * 2).isGreaterThanOrEqualTo(modules.get());
        assertThat(trapped.get() * 10).isLessThanOrEqualTo(modules.get() * 3).isPositive();
        Set<String> admitted = new TreeSet<>(BY_NAME.keySet());
        admitted.removeAll(executed);
        assertThat(admitted).as("admitted, but never executed").isEmpty();
    }

    private void compare(long seed) {
        byte[] wasm = RandomModule.of(seed);
        AdmittedModule compiled;
        AdmittedModule interpreted;
        try {
            compiled = admit(EndiveEngine.compiled(), wasm);
            interpreted = admit(EndiveEngine.interpreted(), wasm);
        } catch (PluginRefusedException refused) {
            if (refused.reason() == PluginRefusedException.Reason.FUNCTION_TOO_LARGE) {
                tooLarge.incrementAndGet();
                return;
            }
            throw new AssertionError("module of seed " + seed, refused);
        }
        LargeStack.call(() -> {
            Original original = new Original(wasm);
            Outcome expected = original.run();
            Metered slow = new Metered(interpreted, original.globals());
            Metered fast = new Metered(compiled, original.globals());
            assertThat(slow.run()).as("interpreted, seed " + seed).isEqualTo(expected);
            assertThat(fast.run()).as("compiled, seed " + seed).isEqualTo(expected);
            assertThat(fast.spent()).as("fuel in both engines, seed " + seed).isEqualTo(slow.spent());
            assertThat(fast.stackLeft())
                    .as("stack in both engines, seed " + seed)
                    .isEqualTo(slow.stackLeft());
            if (expected.result().startsWith("trap")) {
                assertThat(fast.spent()).as("fuel, seed " + seed).isGreaterThanOrEqualTo(original.cost());
                trapped.incrementAndGet();
                synchronized (kinds) {
                    kinds.merge(expected.result(), 1, Integer::sum);
                }
            } else {
                assertThat(fast.spent()).as("fuel, seed " + seed).isEqualTo(original.cost());
                assertThat(fast.stackLeft())
                        .as("stack given back, seed " + seed)
                        .isEqualTo(STACK);
            }
            modules.incrementAndGet();
            costly.addAndGet(fast.spent() > 1_000 ? 1 : 0);
            allFuel.addAndGet(fast.spent());
            return true;
        });
    }

    private static AdmittedModule admit(WasmEngine engine, byte[] wasm) {
        return new Admission(engine, ModuleBounds.DEFAULT, List.of()).admit(wasm);
    }

    private static long bits(Instance instance, int global) {
        return instance.global(global).getValue();
    }

    private static String outcome(Supplier<long[]> run) {
        try {
            long[] results = run.get();
            return Long.toHexString(results[0]);
        } catch (WasmEngineException | WasmTrapException | IndexOutOfBoundsException | ArithmeticException trap) {
            return "trap: " + kind(trap);
        }
    }

    private static String kind(Throwable trap) {
        String message = String.valueOf(trap.getMessage()).toLowerCase(Locale.ROOT);
        for (String each : List.of(
                "divide by zero",
                "integer overflow",
                "invalid conversion",
                "memory",
                "unreachable",
                "type mismatch",
                "undefined element",
                "uninitialized element",
                "call stack")) {
            if (message.contains(each)) {
                return each;
            }
        }
        return trap.getClass().getSimpleName() + " " + message;
    }

    /** The module as it is, in the interpreter, which tells of each instruction. */
    private final class Original {

        private final WasmModule module;
        private final Instance instance;
        private long cost;
        private boolean grew;
        // The memory is smaller than that, so the original traps too; metering is just sooner to see it.
        private boolean tooMany;

        Original(byte[] wasm) {
            module = Parser.parse(wasm);
            MemoryLimits declared =
                    module.memorySection().orElseThrow().getMemory(0).limits();
            instance = Instance.builder(module)
                    .withStart(false)
                    .withMemoryLimits(
                            new MemoryLimits(declared.initialPages(), Math.min(declared.maximumPages(), MOST_PAGES)))
                    .withUnsafeExecutionListener(this::executes)
                    .build();
        }

        private void executes(Instruction instruction, MStack stack) {
            Opcode opcode = BY_NAME.get(nameOf(instruction.opcode().name()));
            if (opcode == null) {
                throw new AssertionError("Not admitted, but executed: " + instruction);
            }
            executed.add(nameOf(instruction.opcode().name()));
            settle();
            cost += opcode.cost();
            if (opcode.isBulk()) {
                long length = Integer.toUnsignedLong((int) stack.peek());
                cost += length / FuelSchedule.BULK_BYTES;
                tooMany = length > FuelSchedule.MOST_BULK_BYTES;
            }
            grew = opcode.code() == Opcode.MEMORY_GROW;
            Mended.before(instruction, stack);
        }

        private void settle() {
            cost += grew ? (long) instance.memory().pages() * FuelSchedule.PER_PAGE : 0;
            grew = false;
        }

        Outcome run() {
            String result = outcome(() -> instance.export("tp_call").apply(12, 345));
            settle();
            return new Outcome(
                    tooMany ? result.replace("memory", "unreachable") : result,
                    Arrays.hashCode(
                            instance.memory().readBytes(0, instance.memory().pages() << 16)),
                    java.util.stream.IntStream.range(0, globals())
                            .mapToObj(i -> bits(instance, i))
                            .toList());
        }

        int globals() {
            return module.globalSection().globalCount();
        }

        long cost() {
            return cost;
        }
    }

    private static final class Metered {

        private final AdmittedModule module;
        private final WasmInstance instance;
        private final int globals;

        Metered(AdmittedModule module, int globals) {
            this.module = module;
            this.globals = globals;
            instance = module.code().instantiate(MOST_PAGES, List.of());
            instance.setGlobal(module.meter().fuel(), FUEL);
            instance.setGlobal(module.meter().stack(), STACK);
        }

        Outcome run() {
            String result = outcome(() -> new long[] {instance.call("tp_call", 12, 345)});
            return new Outcome(
                    result,
                    Arrays.hashCode(instance.read(0, instance.pages() << 16)),
                    java.util.stream.IntStream.range(0, globals)
                            .mapToObj(instance::global)
                            .toList());
        }

        long spent() {
            return FUEL - instance.global(module.meter().fuel());
        }

        int stackLeft() {
            return (int) instance.global(module.meter().stack());
        }
    }
}
