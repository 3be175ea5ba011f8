package io.tenancy.spring.internal;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.tenancy.plugins.extension.CallFigures;
import io.tenancy.plugins.extension.PluginTrace.Outcome;
import io.tenancy.plugins.installation.TenancyPlugins;
import io.tenancy.plugins.sandbox.HostFigures;
import io.tenancy.plugins.sandbox.PluginFailedException.Kind;
import io.tenancy.plugins.sandbox.PluginHost;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** What plugins do on this node, as meters. Neither tenants nor plugins are among the keys. */
public final class PluginMetrics implements MeterBinder {

    /** Counter of calls, by {@code outcome}. */
    public static final String CALLS = "tenancy.plugins.calls";

    /** Counter of calls that failed, by {@code reason}. */
    public static final String FAILURES = "tenancy.plugins.failures";

    /** Counter of fuel. */
    public static final String FUEL = "tenancy.plugins.fuel";

    /** Gauges of the workers: all, those at work, and calls that wait. */
    public static final String POOL = "tenancy.plugins.pool";

    /** Counter of modules that were to be admitted, by {@code outcome}, and gauges of those that are being and that wait. */
    public static final String ADMISSIONS = "tenancy.plugins.admissions";

    private final TenancyPlugins plugins;

    /**
     * Of plugins.
     *
     * @param plugins that are called
     */
    public PluginMetrics(TenancyPlugins plugins) {
        this.plugins = plugins;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        CallFigures calls = plugins.extensions().figures();
        for (Outcome each : Outcome.values()) {
            FunctionCounter.builder(CALLS, calls, figures -> figures.calls(each))
                    .description("Calls of plugins at extension points")
                    .tag("outcome", each.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        for (Kind each : Kind.values()) {
            FunctionCounter.builder(FAILURES, calls, figures -> figures.failures(each))
                    .description("Calls of plugins that came to nothing")
                    .tag("reason", each.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
        FunctionCounter.builder(FUEL, calls, CallFigures::fuel)
                .description("Fuel that plugins used")
                .register(registry);
        gauge(registry, POOL + ".workers", "Calls of plugins that run at once at most", HostFigures::workers);
        gauge(registry, POOL + ".active", "Calls of plugins that run", HostFigures::atWork);
        gauge(registry, POOL + ".waiting", "Calls of plugins that wait for a worker", HostFigures::waiting);
        gauge(registry, ADMISSIONS + ".active", "Modules that are being admitted", HostFigures::admitting);
        gauge(registry, ADMISSIONS + ".waiting", "Modules that wait to be admitted", HostFigures::admissionsWaiting);
        admissions(registry, "admitted", HostFigures::admitted);
        admissions(registry, "refused", HostFigures::refused);
        admissions(registry, "turned_away", HostFigures::turnedAway);
    }

    private void gauge(MeterRegistry registry, String name, String words, ToDoubleFunction<HostFigures> figure) {
        Gauge.builder(name, plugins.host(), host -> figure.applyAsDouble(host.figures()))
                .description(words)
                .register(registry);
    }

    private void admissions(MeterRegistry registry, String outcome, ToDoubleFunction<HostFigures> figure) {
        PluginHost host = plugins.host();
        FunctionCounter.builder(ADMISSIONS, host, each -> figure.applyAsDouble(each.figures()))
                .description("Modules of plugins that were to be admitted")
                .tag("outcome", outcome)
                .register(registry);
    }
}
