package io.tenancy.plugins.sandbox;

import io.tenancy.TenantId;
import io.tenancy.plugins.admission.AdmittedModule;
import io.tenancy.plugins.admission.FuelSchedule;
import io.tenancy.plugins.capability.EffectConflictException;
import io.tenancy.plugins.capability.PluginEffects;
import io.tenancy.plugins.engine.spi.WasmInstance;
import io.tenancy.plugins.engine.spi.WasmInterruptedException;
import io.tenancy.plugins.engine.spi.WasmStackException;
import io.tenancy.plugins.engine.spi.WasmTrapException;
import io.tenancy.plugins.sandbox.PluginFailedException.Kind;
import io.tenancy.plugins.sandbox.PluginResult.PluginError;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** One call from its input to its result. */
final class Execution {

    private static final byte[] NOTHING = {};

    private final AdmittedModule module;
    private final PluginCall call;
    private final OutputRule rule;
    private final PluginLimits limits;
    private final HostCalls host;
    private byte[] input = NOTHING;
    private byte @Nullable [] output;
    private @Nullable RuntimeException failure;
    private long left;
    private long stackLeft;
    private boolean charged = true;
    private Watch.@Nullable Turn turn;
    private boolean abandoned;

    Execution(AdmittedModule module, PluginCall call, OutputRule rule, long now, Randomness random) {
        this.module = module;
        this.call = call;
        this.rule = rule;
        this.limits = call.limits();
        this.host = new HostCalls(call, module.meter(), now, random);
        this.left = limits.fuel();
        this.stackLeft = limits.stackBytes();
    }

    TenantId tenant() {
        return call.tenant();
    }

    String digest() {
        return module.digest();
    }

    long deadlineNanos() {
        return limits.deadline().toNanos();
    }

    long fuel() {
        return limits.fuel() - Math.max(0, left);
    }

    boolean isCharged() {
        return charged;
    }

    /** Writes down what the plugin is given, before anybody waits for it. */
    void prepare() {
        Optional<String> problem = Json.problem(call.input());
        if (problem.isPresent()) {
            throw new PluginFailedException(
                    Kind.INPUT,
                    0,
                    "The input of function '" + call.function() + "' is not JSON: " + problem.get() + ".");
        }
        String text = "{\"function\":" + Json.write(call.function()) + ",\"input\":" + call.input() + "}";
        input = text.getBytes(StandardCharsets.UTF_8);
        if (input.length > limits.inputBytes()) {
            throw new PluginFailedException(
                    Kind.INPUT,
                    0,
                    "The input of function '" + call.function() + "' has " + input.length + " bytes; at most "
                            + limits.inputBytes() + " are allowed.");
        }
    }

    /** A worker is about to run it. */
    synchronized void begins(Watch.Turn own) {
        turn = own;
        if (abandoned) {
            own.abandon();
        }
    }

    /** Nobody waits for it any more. */
    synchronized void abandon() {
        abandoned = true;
        if (turn != null) {
            turn.abandon();
        }
    }

    /** Runs the plugin. What becomes of it is asked for afterwards, when nobody interrupts any more. */
    void run() {
        WasmInstance instance = null;
        left = limits.fuel() - module.startFuel();
        if (left < 0) {
            failure = new WasmTrapException("a new instance costs more than there is");
            return;
        }
        try {
            instance = module.code().instantiate(limits.memoryPages(), host.functions(module.signatures()));
            instance.setGlobal(module.meter().fuel(), left);
            instance.setGlobal(module.meter().stack(), limits.stackBytes());
            output = output(instance);
        } catch (RuntimeException thrown) {
            failure = thrown;
        }
        if (instance != null) {
            left = instance.global(module.meter().fuel());
            stackLeft = (int) instance.global(module.meter().stack());
        }
    }

    private byte[] output(WasmInstance instance) {
        if (module.initialises()) {
            var unused = instance.call("_initialize");
        }
        int pointer = (int) instance.call("tp_alloc", input.length);
        instance.write(pointer, input);
        long packed = instance.call("tp_call", Integer.toUnsignedLong(pointer), input.length);
        int length = (int) packed;
        if (length < 0 || length > limits.outputBytes()) {
            throw new PluginFailedException(
                    Kind.OUTPUT,
                    0,
                    "The output of function '" + call.function() + "' has " + Integer.toUnsignedLong(length)
                            + " bytes; at most " + limits.outputBytes() + " are allowed.");
        }
        try {
            return instance.read((int) (packed >>> Integer.SIZE), length);
        } catch (WasmTrapException outside) {
            throw new PluginFailedException(
                    Kind.OUTPUT, 0, "The output of function '" + call.function() + "': " + outside.getMessage() + ".");
        }
    }

    /** What it came to; its effects take place here. */
    PluginResult conclude(Watch.Ending ending) {
        if (ending == Watch.Ending.ABANDONED) {
            charged = false;
            throw new PluginFailedException(
                    Kind.BUSY,
                    0,
                    "Function '" + call.function()
                            + "' was ended: the host of plugins is closed, or nobody waits any more.");
        }
        boolean late = ending == Watch.Ending.LATE;
        RuntimeException thrown = failure;
        if (thrown != null || output == null) {
            throw failed(thrown, late);
        }
        if (late) {
            throw tooLate();
        }
        JsonNode answer = answer(output);
        Receipt receipt = receipt(output);
        if (answer.has("error")) {
            JsonNode error = answer.get("error");
            PluginError own = new PluginError(
                    error.path("code").asString("unknown"),
                    error.path("message").asString(""));
            return new PluginResult(null, own, receipt);
        }
        String written = Json.write(answer.get("output"));
        problem(written).ifPresent(what -> {
            throw output(what, null);
        });
        apply(host.effects());
        return new PluginResult(written, null, receipt);
    }

    private Optional<String> problem(String written) {
        try {
            return rule.problem(written);
        } catch (RuntimeException fault) {
            charged = false;
            throw new PluginFailedException(
                    Kind.HOST, 0, "The output of function '" + call.function() + "' could not be looked at.", fault);
        }
    }

    private JsonNode answer(byte[] bytes) {
        String text = HostCalls.text(bytes).orElseThrow(() -> output("it is not UTF-8", null));
        try {
            JsonNode answer = Json.read(text);
            if (answer.isObject()
                    && answer.size() == 1
                    && (answer.has("output") || answer.path("error").isObject())) {
                return answer;
            }
            throw output("it is neither {\"output\": …} nor {\"error\": {…}}", null);
        } catch (JacksonException broken) {
            throw output("it is not JSON: " + broken.getOriginalMessage(), broken);
        }
    }

    private PluginFailedException output(String what, @Nullable Throwable cause) {
        String message = "The output of function '" + call.function() + "' is not as it has to be: " + what + ".";
        return cause == null
                ? new PluginFailedException(Kind.OUTPUT, fuel(), message)
                : new PluginFailedException(Kind.OUTPUT, fuel(), message, cause);
    }

    private void apply(PluginEffects effects) {
        if (effects.isEmpty()) {
            return;
        }
        try {
            call.services().apply(effects);
        } catch (EffectConflictException conflict) {
            throw new PluginFailedException(
                    Kind.CONFLICT,
                    fuel(),
                    "What the plugin had read was changed meanwhile, so it did nothing. Call it" + " again.",
                    conflict);
        } catch (RuntimeException fault) {
            charged = false;
            throw new PluginFailedException(Kind.HOST, 0, "What the plugin did could not be stored.", fault);
        }
    }

    private PluginFailedException tooLate() {
        return new PluginFailedException(
                Kind.DEADLINE,
                fuel(),
                "Function '" + call.function() + "' ran longer than " + limits.deadline() + " and was ended.");
    }

    private PluginFailedException failed(@Nullable RuntimeException thrown, boolean late) {
        String what = "Function '" + call.function() + "' ";
        if (host.fault().isPresent()) {
            charged = late;
            return late
                    ? tooLate()
                    : new PluginFailedException(
                            Kind.HOST,
                            0,
                            what + "failed because its host did.",
                            host.fault().get());
        }
        if (thrown instanceof PluginFailedException known) {
            return new PluginFailedException(known.kind(), fuel(), String.valueOf(known.getMessage()), known);
        }
        if (thrown instanceof WasmTrapException trap) {
            Kind kind = left < 0
                    ? Kind.FUEL
                    : stackLeft < 0 || trap instanceof WasmStackException
                            ? Kind.STACK
                            : host.kindOf(trap).orElse(Kind.TRAP);
            return new PluginFailedException(
                    kind,
                    fuel(),
                    what
                            + switch (kind) {
                                case FUEL -> "used up its " + limits.fuel() + " units of fuel.";
                                case STACK -> "used up its " + limits.stackBytes() + " bytes of stack.";
                                default -> "ended: " + trap.getMessage() + ".";
                            },
                    trap);
        }
        if (late || thrown instanceof WasmInterruptedException) {
            return tooLate();
        }
        charged = false;
        return thrown == null
                ? new PluginFailedException(Kind.HOST, 0, what + "came to nothing.")
                : new PluginFailedException(Kind.HOST, 0, what + "failed because its host did.", thrown);
    }

    private Receipt receipt(byte[] bytes) {
        String digest = new Digests()
                .add(limits.fuel())
                .add(limits.memoryPages())
                .add(limits.inputBytes())
                .add(limits.outputBytes())
                .add(limits.stackBytes())
                .add(limits.hostCalls())
                .add(limits.hostBytes())
                .hex();
        return new Receipt(
                module.digest(),
                FuelSchedule.VERSION,
                digest,
                Digests.of(input),
                host.transcript(),
                host.count(),
                fuel(),
                Digests.of(bytes));
    }
}
