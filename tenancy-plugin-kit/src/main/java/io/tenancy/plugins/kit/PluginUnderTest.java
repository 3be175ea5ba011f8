package io.tenancy.plugins.kit;

import io.tenancy.TenantId;
import io.tenancy.plugins.PluginException;
import io.tenancy.plugins.capability.Capability;
import io.tenancy.plugins.pack.CapabilityRequest;
import io.tenancy.plugins.pack.PluginManifest;
import io.tenancy.plugins.sandbox.AdmittedPlugin;
import io.tenancy.plugins.sandbox.PluginCall;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.plugins.sandbox.PluginResult;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A plugin in its real sandbox, for tests of its author. Only what surrounds the sandbox is a {@link RecordingServices test
 * double}. Each call has a new instance, as everywhere; the time stands still and what is random is the same in each run, so
 * that a test comes to the same each time.
 *
 * <pre>{@code
 * try (PluginUnderTest plugin = PluginUnderTest.in(Path.of("my_plugin"))) {
 *     plugin.services().configured("word", "\"cure\"");
 *     PluginResult result = plugin.call("validate", "{\"text\": \"a cure\"}");
 *     assertThat(result.require()).contains("cure");
 *     assertThat(result.fuel()).isLessThan(100_000);
 * }
 * }</pre>
 */
public final class PluginUnderTest implements AutoCloseable {

    /** What time it is unless a test says otherwise. */
    public static final Instant DEFAULT_TIME = Instant.parse("2026-01-31T12:00:00Z");

    static final TenantId TENANT = new TenantId(new UUID(0x7000L, 0x8000_0000_0000_0001L));

    private final PluginHost host;
    private final AdmittedPlugin plugin;
    private RecordingServices services = new RecordingServices();
    private Set<Capability> granted;
    private PluginLimits limits;
    private Instant time = DEFAULT_TIME;
    private CapabilityRequest.@Nullable Requests http;
    private long seed;

    private PluginUnderTest(byte[] module, Set<Capability> asked, PluginLimits limits) {
        granted = asked;
        this.limits = limits;
        host = PluginHost.builder().workers(1, 1).build();
        try {
            plugin = host.admit(module, asked);
        } catch (RuntimeException refused) {
            host.close();
            throw refused;
        }
    }

    /**
     * Takes the module of a project, with the capabilities and limits of its manifest, its hosts and its quota of storage
     * included.
     *
     * @param folder of the project
     * @return the plugin; close it after the test
     * @throws PluginException when the project has errors, or its module is not admitted
     */
    public static PluginUnderTest in(Path folder) {
        PluginProject.in(folder);
        ProjectFiles files = new ProjectFiles(folder);
        List<ProjectProblem> errors =
                files.problems().stream().filter(ProjectProblem::isError).toList();
        if (!errors.isEmpty()) {
            throw new ProjectRefusedException(errors);
        }
        PluginManifest manifest = files.manifest().orElseThrow();
        byte[] module = files.content().get(manifest.module());
        if (module == null) {
            throw new PluginException("There is no module " + manifest.module() + " in " + folder + "; build it");
        }
        PluginUnderTest plugin =
                new PluginUnderTest(module, Set.copyOf(manifest.capabilities().keySet()), ManifestLimits.of(manifest));
        manifest.capabilities().values().forEach(plugin::ask);
        return plugin;
    }

    private void ask(CapabilityRequest request) {
        if (request instanceof CapabilityRequest.Requests requests) {
            http = requests;
        } else if (request instanceof CapabilityRequest.Storage storage) {
            services.quota(storage.bytes());
        }
    }

    /**
     * Takes a module without a manifest, within {@link PluginLimits#DEFAULT}.
     *
     * @param module its bytes
     * @param asked what a manifest would ask for
     * @return the plugin; close it after the test
     * @throws io.tenancy.plugins.PluginRefusedException when it is not admitted
     */
    public static PluginUnderTest of(byte[] module, Capability... asked) {
        return new PluginUnderTest(module, Set.copyOf(Arrays.asList(asked)), PluginLimits.DEFAULT);
    }

    /**
     * Lets the tenant grant only some capabilities from now on.
     *
     * @param capabilities by default all that are asked for
     * @return this
     */
    public PluginUnderTest granting(Capability... capabilities) {
        granted = Set.copyOf(Arrays.asList(capabilities));
        return this;
    }

    /**
     * Sets what calls may use from now on.
     *
     * @param value by default what the manifest says
     * @return this
     */
    public PluginUnderTest within(PluginLimits value) {
        limits = value;
        return this;
    }

    /**
     * Sets what time it is from now on.
     *
     * @param value by default {@link #DEFAULT_TIME}
     * @return this
     */
    public PluginUnderTest at(Instant value) {
        time = value;
        return this;
    }

    /**
     * Sets what random numbers are made of from now on.
     *
     * @param value by default 0
     * @return this
     */
    public PluginUnderTest seed(long value) {
        seed = value;
        return this;
    }

    /**
     * Sets what surrounds the plugin from now on.
     *
     * @param value by default empty ones
     * @return this
     */
    public PluginUnderTest with(RecordingServices value) {
        services = value;
        return this;
    }

    /** What surrounds the plugin: state answers before a call, and look at what was done after it. */
    public RecordingServices services() {
        return services;
    }

    /** What is known of it: size, imports, digest. */
    public AdmittedPlugin admitted() {
        return plugin;
    }

    /**
     * Calls it.
     *
     * @param function its name
     * @param input as JSON
     * @return what it came to, with its fuel
     * @throws io.tenancy.plugins.sandbox.PluginFailedException when it trapped, used up a limit, or answered with no JSON
     */
    public PluginResult call(String function, String input) {
        PluginCall call = new PluginCall(TENANT, function, input, granted, services, limits);
        services.allow(http);
        byte[] bytes = ByteBuffer.allocate(32).putLong(24, seed).array();
        return host.call(plugin, call, time.toEpochMilli(), bytes);
    }

    /** Ends the sandbox. */
    @Override
    public void close() {
        host.close();
    }
}
