package io.tenancy.plugins.extension;

import io.tenancy.TenantId;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.plugins.PluginRefusedException;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.extension.ExtensionResult.PluginOutput;
import io.tenancy.plugins.extension.PluginTrace.Outcome;
import io.tenancy.plugins.install.Installations;
import io.tenancy.plugins.market.NotInStoreException;
import io.tenancy.plugins.market.PackageShelf;
import io.tenancy.plugins.market.TrustStore;
import io.tenancy.plugins.pack.ExtensionPoint;
import io.tenancy.plugins.pack.PackageRefusedException;
import io.tenancy.plugins.pack.PluginFunction;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.pack.StatedLimits;
import io.tenancy.plugins.sandbox.OutputRule;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginFailedException;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginHostBusyException;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.plugins.sandbox.PluginResult;
import io.tenancy.plugins.schema.CompiledSchema;
import io.tenancy.plugins.usage.Conduct;
import io.tenancy.plugins.usage.Conduct.Verdict;
import io.tenancy.plugins.usage.FuelBudget;
import io.tenancy.plugins.usage.FuelUsage;
import io.tenancy.plugins.values.HostServices;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where applications call the plugins of their tenants. At each extension point a tenant's plugins are called one after the
 * other, in the order that the tenant gave them. Each call is paid from the tenant's fuel and recorded as usage. Safe for
 * many threads.
 */
public final class ExtensionPoints {

    private static final int PAGE = 65_536;
    private static final Set<ExtensionPoint> CHAINED =
            EnumSet.of(ExtensionPoint.CONTENT_TRANSFORM, ExtensionPoint.MEDIA_PROCESS);
    private static final Logger LOG = LoggerFactory.getLogger(ExtensionPoints.class);

    private final Parts parts;
    private final Bindings bindings;
    private final FunctionSchemas schemas = new FunctionSchemas();
    private final CallFigures figures = new CallFigures();

    /**
     * What calls need.
     *
     * @param host calls plugins
     * @param shelf has their code, if they are trusted
     * @param services what the host does for them
     * @param installations stops those that do not behave
     * @param usage records fuel
     * @param budget limits it
     * @param conduct knows how they do
     * @param most what a call may use at most, whatever its manifest says
     */
    public record Parts(
            PluginHost host,
            PackageShelf shelf,
            HostServices services,
            Installations installations,
            FuelUsage usage,
            FuelBudget budget,
            Conduct conduct,
            PluginLimits most) {}

    /**
     * The extension points.
     *
     * @param transactions of the platform login
     * @param audit where changes are written down
     * @param trust tells what changed
     * @param parts what calls need
     */
    public ExtensionPoints(ControlTransactions transactions, PluginAudit audit, TrustStore trust, Parts parts) {
        this.parts = parts;
        this.bindings = new Bindings(transactions, audit, trust);
    }

    /**
     * The plugins of a tenant at an extension point.
     *
     * @param tenant who
     * @param point where
     * @return in their order; those that are enabled
     * @throws io.tenancy.plugins.control.PluginsUnavailableException when nothing is known for sure of plugins
     */
    public List<BoundPlugin> plugins(TenantId tenant, ExtensionPoint point) {
        return bindings.of(tenant, point);
    }

    /**
     * The plugins of a tenant at an extension point, those that are disabled too: what an order has to name.
     *
     * @param tenant who
     * @param point where
     * @return in their order
     */
    public List<BoundPlugin> all(TenantId tenant, ExtensionPoint point) {
        return bindings.all(tenant, point);
    }

    /**
     * Gives plugins an order.
     *
     * @param tenant whose
     * @param point where
     * @param plugins ids of all that the tenant has there
     * @param note who wants it, and why
     * @throws IllegalArgumentException when one is missing, or is not there
     */
    public void order(TenantId tenant, ExtensionPoint point, List<String> plugins, ChangeNote note) {
        bindings.order(tenant, point, plugins, note);
    }

    /**
     * Says what is to be done when a plugin fails; {@link FailurePolicy#WARN} until then.
     *
     * @param tenant whose
     * @param point where
     * @param plugin its id
     * @param policy what to do
     * @param note who wants it, and why
     * @throws IllegalArgumentException when it is not there
     */
    public void policy(TenantId tenant, ExtensionPoint point, String plugin, FailurePolicy policy, ChangeNote note) {
        bindings.policy(tenant, point, plugin, policy, note);
    }

    /**
     * What came of calls on this node.
     *
     * @return counts that go on
     */
    public CallFigures figures() {
        return figures;
    }

    /**
     * Calls the plugins of a tenant. Those of {@code content.transform} and {@code media.process} are a chain: each is given
     * what the one before returned. All others are given the same input; findings of {@code content.validate} are merged.
     * A plugin whose function does not take the input, by the schema in its manifest, is not called and costs nothing; one
     * whose output is not as that has it failed, and nothing that it did takes place. What then becomes of the rest is the
     * plugin's policy's, so that a plugin that demands what no application gives stops nobody else.
     *
     * @param tenant for whom
     * @param point where
     * @param input as JSON
     * @return what they came to; without plugins the input
     * @throws PluginBlockedException when one failed whose failure is to block
     * @throws io.tenancy.plugins.control.PluginsUnavailableException when nothing is known for sure of plugins
     */
    public ExtensionResult call(TenantId tenant, ExtensionPoint point, String input) {
        Run run = new Run(tenant, point, input);
        for (BoundPlugin plugin : bindings.of(tenant, point)) {
            run.next(plugin);
        }
        run.findings.sort(Findings.ORDER);
        return new ExtensionResult(run.output, run.outputs, run.findings, run.warnings, run.trace);
    }

    /** One run through a pipeline. */
    private final class Run {
        private final TenantId tenant;
        private final ExtensionPoint point;
        private final List<PluginOutput> outputs = new ArrayList<>();
        private final List<Finding> findings = new ArrayList<>();
        private final List<String> warnings = new ArrayList<>();
        private final List<PluginTrace> trace = new ArrayList<>();
        private String output;

        Run(TenantId tenant, ExtensionPoint point, String input) {
            this.tenant = tenant;
            this.point = point;
            this.output = input;
        }

        void next(BoundPlugin plugin) {
            long began = System.nanoTime();
            Called called = one(tenant, point, plugin, output);
            long micros = (System.nanoTime() - began) / 1_000;
            trace.add(new PluginTrace(
                    plugin.plugin(), plugin.digest(), called.outcome, called.fuel, micros, called.detail));
            figures.called(called.outcome, called.fuel);
            judge(tenant, plugin, called.outcome);
            if (called.output == null) {
                missed(plugin, called);
                return;
            }
            findings.addAll(called.findings);
            outputs.add(new PluginOutput(plugin.plugin(), called.output));
            if (CHAINED.contains(point)) {
                output = called.output;
            }
        }

        private void missed(BoundPlugin plugin, Called called) {
            String what = "Plugin " + plugin.plugin() + " at " + point.key() + " gave nothing: " + called.detail;
            if (plugin.policy() == FailurePolicy.BLOCK) {
                throw new PluginBlockedException(what, trace);
            }
            if (plugin.policy() == FailurePolicy.WARN) {
                warnings.add(what);
            }
        }
    }

    private record Called(
            Outcome outcome, long fuel, @Nullable String output, List<Finding> findings, String detail) {

        static Called without(Outcome outcome, long fuel, @Nullable String detail) {
            return new Called(outcome, fuel, null, List.of(), String.valueOf(detail));
        }
    }

    private Called one(TenantId tenant, ExtensionPoint point, BoundPlugin plugin, String input) {
        PackageShelf.Ready ready;
        try {
            ready = parts.shelf.require(plugin.digest(), tenant);
        } catch (PackageRefusedException | PluginRefusedException | NotInStoreException refused) {
            return Called.without(Outcome.UNTRUSTED, 0, refused.getMessage());
        } catch (PluginHostBusyException busy) {
            return Called.without(Outcome.HOST_FAILED, 0, busy.getMessage());
        }
        PluginManifest manifest = ready.verified().manifest();
        PluginFunction function = functionOf(manifest, point);
        FunctionSchemas.Schemas expected = schemas.of(plugin.digest(), function);
        Optional<String> unfit = FunctionSchemas.told(
                plugin.plugin(), function.name(), "input", expected.input().problem(input));
        if (unfit.isPresent()) {
            return Called.without(Outcome.REFUSED_INPUT, 0, unfit.get());
        }
        PluginLimits limits = limits(manifest.limits(), function);
        Optional<FuelBudget.Reservation> reserved = parts.budget.take(tenant, limits.fuel());
        if (reserved.isEmpty()) {
            return Called.without(
                    Outcome.THROTTLED,
                    0,
                    "The tenant has used up the fuel of plugins that it has within a minute. Try again in a while.");
        }
        PluginCall call = new PluginCall(
                tenant,
                function.name(),
                input,
                manifest.capabilities().keySet(),
                parts.services.forCall(tenant, manifest, plugin.digest(), plugin.config()),
                limits);
        Called called;
        try {
            called = called(ready, call, new Expected(expected.output(), point, plugin.plugin(), function.name()));
        } catch (RuntimeException unforeseen) {
            reserved.get().settle(0);
            throw unforeseen;
        }
        reserved.get().settle(called.fuel);
        parts.usage.used(tenant, plugin.plugin(), called.fuel);
        return called;
    }

    /** What a plugin has to return. */
    private static final class Expected implements OutputRule {
        private final CompiledSchema schema;
        private final ExtensionPoint point;
        private final String plugin;
        private final String function;
        private List<Finding> findings = List.of();

        Expected(CompiledSchema schema, ExtensionPoint point, String plugin, String function) {
            this.schema = schema;
            this.point = point;
            this.plugin = plugin;
            this.function = function;
        }

        @Override
        public Optional<String> problem(String output) {
            Optional<String> problem = FunctionSchemas.told(plugin, function, "output", schema.problem(output));
            if (problem.isPresent() || point != ExtensionPoint.CONTENT_VALIDATE) {
                return problem;
            }
            try {
                findings = Findings.read(plugin, output);
                return Optional.empty();
            } catch (IllegalArgumentException malformed) {
                return Optional.of(String.valueOf(malformed.getMessage()));
            }
        }
    }

    private Called called(PackageShelf.Ready ready, PluginCall call, Expected expected) {
        try {
            PluginResult result = parts.host.call(ready.plugin(), call, expected);
            String output = result.output();
            return output == null
                    ? Called.without(Outcome.DECLINED, result.fuel(), "It said: " + result.error())
                    : new Called(Outcome.RETURNED, result.fuel(), output, expected.findings, "");
        } catch (PluginFailedException failed) {
            figures.failed(failed.kind());
            boolean charged = failed.kind() != PluginFailedException.Kind.HOST;
            return Called.without(outcome(failed), charged ? failed.fuel() : 0, failed.getMessage());
        }
    }

    private static Outcome outcome(PluginFailedException failed) {
        if (failed.kind() == PluginFailedException.Kind.INPUT) {
            return Outcome.REFUSED_INPUT;
        }
        return failed.isByPlugin() ? Outcome.FAILED : Outcome.HOST_FAILED;
    }

    private static PluginFunction functionOf(PluginManifest manifest, ExtensionPoint point) {
        String name = manifest.extensionPoints().get(point);
        PluginFunction function = name == null ? null : manifest.functions().get(name);
        if (function == null) {
            throw new IllegalStateException("Plugin " + manifest.id() + " is bound to " + point.key()
                    + ", which its manifest does not serve; report that, it should not be possible");
        }
        return function;
    }

    /** What the manifest asks for, but no more than what the host lets any call use. */
    private PluginLimits limits(StatedLimits stated, PluginFunction function) {
        PluginLimits most = parts.most;
        Duration deadline = Duration.ofMillis(function.deadlineMillis());
        return new PluginLimits(
                Math.min(function.fuel(), most.fuel()),
                deadline.compareTo(most.deadline()) < 0 ? deadline : most.deadline(),
                (int) Math.min(stated.memoryBytes() / PAGE, most.memoryPages()),
                Math.min(stated.inputBytes(), most.inputBytes()),
                Math.min(stated.outputBytes(), most.outputBytes()),
                most.stackBytes(),
                most.hostCalls(),
                most.hostBytes());
    }

    private void judge(TenantId tenant, BoundPlugin plugin, Outcome outcome) {
        Conduct.Call call = switch (outcome) {
            case RETURNED, DECLINED -> Conduct.Call.GOOD;
            case FAILED -> Conduct.Call.FAILED;
            case THROTTLED -> Conduct.Call.THROTTLED;
            case REFUSED_INPUT, UNTRUSTED, HOST_FAILED -> null;
        };
        if (call == null) {
            return;
        }
        Verdict verdict = parts.conduct.add(tenant, plugin.plugin(), plugin.digest(), call);
        if (verdict == Verdict.FINE) {
            return;
        }
        boolean failing = verdict == Verdict.FAILING;
        String why = failing
                ? "It failed too often in its last calls."
                : "It was called again and again when the tenant's fuel was used up.";
        try {
            String actor = failing ? "error rate" : "fuel bucket";
            boolean stopped = parts.installations.stop(tenant, plugin.plugin(), plugin.digest(), actor, why, failing);
            LOG.warn("Plugin {} of tenant {} was stopped ({}): {}", plugin.plugin(), tenant, stopped, why);
        } catch (RuntimeException failure) {
            // The call itself came to something; whoever made it is told of that.
            LOG.error("Plugin {} of tenant {} could not be stopped", plugin.plugin(), tenant, failure);
        }
    }
}
