package io.tenancy.plugins.sandbox;

import io.tenancy.TenantId;
import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.admission.Admission;
import io.tenancy.plugins.admission.AdmittedModule;
import io.tenancy.plugins.admission.ModuleBounds;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.engine.EndiveEngine;
import io.tenancy.plugins.engine.spi.WasmEngine;
import io.tenancy.plugins.sandbox.PluginFailedException.Kind;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Admits plugins and calls them. Each call has an instance of its own, runs on one of the host's threads, and leaves nothing
 * behind but its effects, which take place only if it returns. Safe for many threads.
 */
public final class PluginHost implements AutoCloseable {

    /** How long a module waits to be admitted, while as many are admitted as may be at once. */
    public static final Duration ADMISSION_PATIENCE = Duration.ofSeconds(30);

    private static final int SEED_BYTES = 32;
    private static final long EXTRA_STACK = 1 << 20;
    // The interpreter is slower by a factor of some hundred.
    private static final Duration FOR_A_SAMPLE = Duration.ofMinutes(1);
    private static final TenantId NOBODY = new TenantId(new UUID(0x7000L, 0x8000_0000_0000_0000L));

    private final Admission admission;
    private final WasmEngine engine;
    private final WasmEngine reference;
    private final ModuleBounds bounds;
    private final InstantSource clock;
    private final PluginMeter meter;
    private final int mostStack;
    private final FairPool pool;
    private final AdmissionGate gate;
    private final Watch watch;
    private final SecureRandom seeds = new SecureRandom();
    private volatile boolean closed;

    private PluginHost(Builder builder) {
        engine = builder.engine;
        reference = builder.reference;
        bounds = builder.bounds;
        admission = new Admission(engine, bounds, Capability.allFunctions());
        clock = builder.clock;
        meter = builder.meter;
        mostStack = builder.stackBytes;
        gate = new AdmissionGate(builder.admissions, builder.admissionsWaiting, ADMISSION_PATIENCE);
        watch = new Watch(builder.workers);
        long stack = (long) PluginLimits.STACK_RESERVE * mostStack + EXTRA_STACK;
        pool = new FairPool(builder.workers, stack, builder.atWork, builder.waiting);
    }

    /** How to build one. */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Admits a plugin's module without trying it.
     *
     * @param module its bytes
     * @param capabilities that its manifest asks for
     * @return the plugin, ready to be called
     * @throws PluginRefusedException when it is not admitted
     * @throws PluginHostBusyException when too many are admitted at once; nothing is known of the module then
     */
    public AdmittedPlugin admit(byte[] module, Collection<Capability> capabilities) {
        return admit(module, capabilities, List.of());
    }

    /**
     * Admits a plugin's module, and tries it in two engines, which have to agree on what each call returns, on what it asks of
     * its host and on its fuel.
     *
     * @param module its bytes
     * @param capabilities that its manifest asks for
     * @param samples what to try it with; each has to return an output or an error
     * @return the plugin, ready to be called
     * @throws PluginRefusedException when it is not admitted
     * @throws PluginHostBusyException when too many are admitted at once; nothing is known of the module then
     */
    public AdmittedPlugin admit(byte[] module, Collection<Capability> capabilities, List<PluginSample> samples) {
        return gate.admit(!samples.isEmpty(), () -> admitted(module, capabilities, samples));
    }

    private AdmittedPlugin admitted(byte[] module, Collection<Capability> capabilities, List<PluginSample> samples) {
        Set<String> imports = Capability.importsOf(capabilities);
        AdmittedModule admitted = admission.admit(module, imports);
        if (samples.isEmpty()) {
            return new AdmittedPlugin(admitted, engine.name(), List.of());
        }
        AdmittedModule other = new Admission(reference, bounds, Capability.allFunctions()).admit(module, imports);
        List<SampleReport> reports = new ArrayList<>();
        for (PluginSample sample : samples) {
            Receipt receipt = tried(admitted, sample, capabilities);
            Receipt again = tried(other, sample, capabilities);
            if (!receipt.equals(again)) {
                throw new PluginRefusedException(
                        PluginRefusedException.Reason.ENGINES_DISAGREE,
                        "Function '" + sample.function() + "' came to " + receipt + " with " + engine.name()
                                + " and to "
                                + again + " with " + reference.name() + " for " + sample.input()
                                + ". Please report that: it should not be possible.");
            }
            reports.add(new SampleReport(sample.function(), receipt.fuel(), receipt.output()));
        }
        return new AdmittedPlugin(admitted, engine.name(), reports);
    }

    private Receipt tried(AdmittedModule module, PluginSample sample, Collection<Capability> capabilities) {
        PluginLimits limits = PluginLimits.DEFAULT.withDeadline(FOR_A_SAMPLE);
        PluginCall call = new PluginCall(
                NOBODY, sample.function(), sample.input(), Set.copyOf(capabilities), new SampleServices(), limits);
        try {
            return call(module, call, OutputRule.ANY, 0, new byte[SEED_BYTES], PluginMeter.NONE)
                    .receipt();
        } catch (PluginFailedException failed) {
            if (failed.kind() == Kind.BUSY) {
                throw new PluginHostBusyException("The module was not tried to its end: " + failed.getMessage());
            }
            throw new PluginRefusedException(
                    PluginRefusedException.Reason.SAMPLE_FAILED,
                    "The sample " + sample.input() + " of function '" + sample.function() + "' failed: "
                            + failed.getMessage(),
                    failed);
        }
    }

    /**
     * Calls a plugin and waits for what it comes to.
     *
     * @param plugin which
     * @param call what, for whom, and with what
     * @return what it came to
     * @throws PluginFailedException when it came to nothing
     */
    public PluginResult call(AdmittedPlugin plugin, PluginCall call) {
        return call(plugin, call, OutputRule.ANY);
    }

    /**
     * Calls a plugin and waits for what it comes to.
     *
     * @param plugin which
     * @param call what, for whom, and with what
     * @param rule what its output has to be; one that is not so fails the call, and nothing that it did takes place
     * @return what it came to
     * @throws PluginFailedException when it came to nothing
     */
    public PluginResult call(AdmittedPlugin plugin, PluginCall call, OutputRule rule) {
        byte[] seed = new byte[SEED_BYTES];
        seeds.nextBytes(seed);
        return call(plugin.module(), call, rule, clock.millis(), seed, meter);
    }

    /**
     * Calls a plugin at a stated time and with stated randomness, so that somebody else can call it again and compare
     * receipts.
     *
     * @param plugin which
     * @param call what, for whom, and with what
     * @param now milliseconds since 1970, for plugins that may know the time
     * @param seed of what is random, for plugins that may have that
     * @return what it came to
     * @throws PluginFailedException when it came to nothing
     */
    public PluginResult call(AdmittedPlugin plugin, PluginCall call, long now, byte[] seed) {
        return call(plugin.module(), call, OutputRule.ANY, now, seed, meter);
    }

    private PluginResult call(
            AdmittedModule module, PluginCall call, OutputRule rule, long now, byte[] seed, PluginMeter meter) {
        if (call.limits().stackBytes() > mostStack) {
            throw new IllegalArgumentException("The call wants " + call.limits().stackBytes()
                    + " bytes of stack, but workers are made for " + mostStack + "; see PluginHost.Builder.stackBytes");
        }
        Execution execution = new Execution(module, call, rule, now, new Randomness(seed));
        execution.prepare();
        FutureTask<PluginResult> task = new FutureTask<>(() -> run(execution, meter));
        if (!pool.offer(call.tenant(), task)) {
            throw new PluginFailedException(
                    Kind.BUSY,
                    0,
                    closed
                            ? "The host of plugins is closed, so nothing is called any more."
                            : "Too many calls of tenant " + call.tenant() + " wait already. Try again later.");
        }
        if (closed && pool.withdraw(call.tenant(), task)) {
            throw new PluginFailedException(Kind.BUSY, 0, "The host of plugins was closed before the call began.");
        }
        return await(call, execution, task);
    }

    private PluginResult await(PluginCall call, Execution execution, FutureTask<PluginResult> task) {
        try {
            return task.get();
        } catch (ExecutionException failure) {
            if (failure.getCause() instanceof PluginFailedException failed) {
                throw failed;
            }
            throw new PluginFailedException(Kind.HOST, 0, "The host of plugins failed.", failure);
        } catch (CancellationException withdrawn) {
            throw new PluginFailedException(Kind.BUSY, 0, "The host of plugins was closed before the call began.");
        } catch (InterruptedException interrupted) {
            pool.withdraw(call.tenant(), task);
            task.cancel(false);
            execution.abandon();
            Thread.currentThread().interrupt();
            throw new PluginFailedException(
                    Kind.BUSY,
                    0,
                    "Whoever waited for the call was interrupted. It was ended, unless it had just come to its end and what"
                            + " it did took place.",
                    interrupted);
        }
    }

    private PluginResult run(Execution execution, PluginMeter meter) {
        int worker = pool.workers().indexOf(Thread.currentThread());
        Watch.Turn turn = watch.begin(worker, execution.deadlineNanos());
        execution.begins(turn);
        Watch.Ending ending;
        try {
            execution.run();
        } finally {
            ending = watch.end(worker, turn);
        }
        try {
            return execution.conclude(ending);
        } finally {
            if (execution.isCharged()) {
                meter.used(execution.tenant(), execution.digest(), execution.fuel());
            }
        }
    }

    /**
     * How busy it is.
     *
     * @return as it is at the moment
     */
    public HostFigures figures() {
        FairPool.Load load = pool.load();
        return new HostFigures(
                pool.workers().size(),
                load.atWork(),
                load.waiting(),
                load.tenants(),
                gate.running(),
                gate.waiting(),
                gate.admitted(),
                gate.refused(),
                gate.turnedAway());
    }

    /** Lets no call begin any more, and ends those that run; does not wait for them. Its threads end when they have. */
    @Override
    public void close() {
        closed = true;
        pool.close();
        watch.close(pool.workers());
    }

    /** What a host is made of. */
    public static final class Builder {

        private static final int DEFAULT_WAITING = 1_000;
        private static final int DEFAULT_ADMISSIONS_WAITING = 100;

        private WasmEngine engine = EndiveEngine.compiled();
        private WasmEngine reference = EndiveEngine.interpreted();
        private ModuleBounds bounds = ModuleBounds.DEFAULT;
        private InstantSource clock = InstantSource.system();
        private PluginMeter meter = PluginMeter.NONE;
        private int workers = Math.max(2, Runtime.getRuntime().availableProcessors());
        private int atWork = Math.max(1, workers / 2);
        private int waiting = DEFAULT_WAITING;
        private int stackBytes = PluginLimits.DEFAULT.stackBytes();
        private int admissions = Math.max(2, Runtime.getRuntime().availableProcessors() / 2);
        private int admissionsWaiting = DEFAULT_ADMISSIONS_WAITING;

        private Builder() {}

        /**
         * What runs modules.
         *
         * @param value by default {@link EndiveEngine#compiled()}
         * @return this builder
         */
        public Builder engine(WasmEngine value) {
            engine = value;
            return this;
        }

        /**
         * What checks the engine with sample calls.
         *
         * @param value by default {@link EndiveEngine#interpreted()}
         * @return this builder
         */
        public Builder reference(WasmEngine value) {
            reference = value;
            return this;
        }

        /**
         * How much of everything a module may have.
         *
         * @param value by default {@link ModuleBounds#DEFAULT}
         * @return this builder
         */
        public Builder bounds(ModuleBounds value) {
            bounds = value;
            return this;
        }

        /**
         * What time it is for plugins.
         *
         * @param value by default the system's clock
         * @return this builder
         */
        public Builder clock(InstantSource value) {
            clock = value;
            return this;
        }

        /**
         * Who hears how much fuel is used.
         *
         * @param value by default nobody
         * @return this builder
         */
        public Builder meter(PluginMeter value) {
            meter = value;
            return this;
        }

        /**
         * How many calls run at once.
         *
         * @param value by default as many as there are processors
         * @param perTenant how many of them for one tenant; by default half of them
         * @return this builder
         */
        public Builder workers(int value, int perTenant) {
            if (value < 1 || perTenant < 1) {
                throw new IllegalArgumentException(
                        "A host has a worker or more, but was to have " + value + ", " + perTenant + " for a tenant");
            }
            workers = value;
            atWork = perTenant;
            return this;
        }

        /**
         * How many calls of one tenant wait.
         *
         * @param value by default 1,000; more are refused
         * @return this builder
         */
        public Builder waiting(int value) {
            waiting = value;
            return this;
        }

        /**
         * How many modules are admitted at once, each of which may take hundreds of megabytes and seconds. Trials with samples
         * leave one place to modules that are to be called.
         *
         * @param value by default half of the processors, and 2 at least
         * @param waiting how many with samples, and how many without, wait at most {@link #ADMISSION_PATIENCE}; by default
         *     100; more are turned away
         * @return this builder
         */
        public Builder admissions(int value, int waiting) {
            if (value < 1 || waiting < 0) {
                throw new IllegalArgumentException("A host admits a module or more at once, and none or more wait, but "
                        + value + " were to be admitted and " + waiting + " to wait");
            }
            admissions = value;
            admissionsWaiting = waiting;
            return this;
        }

        /**
         * How much stack calls may use at most, by their own count; a worker has four times that.
         *
         * @param value in bytes; by default 2 MiB
         * @return this builder
         */
        public Builder stackBytes(int value) {
            stackBytes = value;
            return this;
        }

        /** The host, with its threads started. */
        public PluginHost build() {
            return new PluginHost(this);
        }
    }
}
