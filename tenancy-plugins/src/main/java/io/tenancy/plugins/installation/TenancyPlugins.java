package io.tenancy.plugins.installation;

import io.tenancy.TenantId;
import io.tenancy.entitlement.Entitlements;
import io.tenancy.jpa.TenancyInstallation;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.ratelimit.LocalRateLimitBackend;
import io.tenancy.plugins.control.PluginAudit;
import io.tenancy.plugins.control.PluginMessages;
import io.tenancy.plugins.control.PluginsUnavailableException;
import io.tenancy.plugins.control.Pruning;
import io.tenancy.plugins.extension.ExtensionPoints;
import io.tenancy.plugins.extension.spi.PluginEventListener;
import io.tenancy.plugins.http.HttpGateway;
import io.tenancy.plugins.install.Installations;
import io.tenancy.plugins.install.spi.BillingEvents;
import io.tenancy.plugins.install.spi.CredentialCheck;
import io.tenancy.plugins.install.spi.InstallPolicy;
import io.tenancy.plugins.install.spi.TenantRegions;
import io.tenancy.plugins.market.Marketplace;
import io.tenancy.plugins.market.PackageShelf;
import io.tenancy.plugins.market.TrustStore;
import io.tenancy.plugins.sandbox.PluginHost;
import io.tenancy.plugins.sandbox.PluginLimits;
import io.tenancy.plugins.usage.Conduct;
import io.tenancy.plugins.usage.ConductRules;
import io.tenancy.plugins.usage.FuelAllowance;
import io.tenancy.plugins.usage.FuelBudget;
import io.tenancy.plugins.usage.FuelReports;
import io.tenancy.plugins.usage.FuelUsage;
import io.tenancy.plugins.values.HostServices;
import io.tenancy.plugins.values.PluginSecrets;
import io.tenancy.plugins.values.PluginValues;
import io.tenancy.plugins.values.spi.ContentSource;
import io.tenancy.plugins.values.spi.PluginLog;
import io.tenancy.ratelimit.spi.RateLimitBackend;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Plugins of one installation: a store, what tenants installed from it, and where the application calls them. Build it on a
 * started installation, {@link #start()} it, and let {@link #jobs()} or calls of {@link #run()} do what is left to be done.
 * Safe for many threads.
 */
public final class TenancyPlugins implements AutoCloseable {

    /** Table with the history of the plugins' own migrations in the control schema. */
    public static final String HISTORY = "plugins_history";

    /** How many connections to the control database plugins have at most, unless told otherwise. */
    public static final int DEFAULT_CONNECTIONS = 8;

    private static final String LOCATION = "classpath:io/tenancy/plugins/control";

    private final TenancyInstallation installation;
    private final PluginHost host;
    private final TrustStore trust;
    private final Marketplace market;
    private final Installations installations;
    private final ExtensionPoints extensions;
    private final FuelUsage usage;
    private final FuelReports fuel;
    private final PluginRun run;
    private final PluginJobs jobs;
    private final PluginAudit audit;
    private final RateLimitBackend ownBuckets;

    private TenancyPlugins(Builder settings) {
        installation = settings.installation;
        DataSource platform = installation.control().platformFor("tenancy-plugins", settings.connections);
        // Whom to trust is looked up past calls that wait for connections.
        DataSource watch = installation.control().platformFor("tenancy-plugins-trust", 2);
        ControlTransactions transactions =
                new ControlTransactions(platform, settings.clock, PluginsUnavailableException::new);
        audit = new PluginAudit(transactions);
        PluginMessages messages = new PluginMessages(transactions);
        trust = new TrustStore(
                new ControlTransactions(watch, settings.clock, PluginsUnavailableException::new),
                audit,
                settings.clock,
                settings.nanos);
        host = settings.host
                .apply(PluginHost.builder().clock(settings.clock).stackBytes(settings.most.stackBytes()))
                .build();
        market = new Marketplace(transactions, audit, trust, host, settings.clock);
        PackageShelf shelf = new PackageShelf(market, host, settings.clock);
        PluginValues values = new PluginValues(transactions, messages, settings.storing);
        PluginSecrets secrets = new PluginSecrets(transactions, audit, settings.secretKeys);
        installations = new Installations(
                new Installations.Parts(transactions, audit, messages, market, shelf, values, secrets),
                settings.credentials,
                settings.policy,
                settings.regions);
        usage = new FuelUsage(installation.usage().store(), settings.clock);
        fuel = new FuelReports(installation.usage().reports());
        ownBuckets = new LocalRateLimitBackend();
        RateLimitBackend buckets = settings.buckets == null ? ownBuckets : settings.buckets;
        FuelAllowance allowance =
                settings.allowance == null ? FuelAllowance.ofPlan(installation.entitlements()) : settings.allowance;
        extensions = new ExtensionPoints(
                transactions,
                audit,
                trust,
                new ExtensionPoints.Parts(
                        host,
                        shelf,
                        new HostServices(values, secrets, settings.gateway, settings.content, settings.log),
                        installations,
                        usage,
                        new FuelBudget(buckets, allowance, settings.clock),
                        new Conduct(settings.conduct),
                        settings.most));
        run = new PluginRun(
                market,
                installations,
                messages,
                new Pruning(transactions),
                settings.clock,
                new PluginRun.Ears(settings.listeners, settings.billing, settings.notices));
        jobs = new PluginJobs(platform, run, settings.interval);
    }

    /**
     * Begins with plugins.
     *
     * @param installation the installation, started before plugins are
     * @return a builder whose settings let plugins compute, and keep values; everything else is to be given
     */
    public static Builder builder(TenancyInstallation installation) {
        return new Builder(installation);
    }

    /**
     * Brings the tables of plugins up to date, and looks up whom to trust.
     *
     * @return this
     * @throws io.tenancy.TenancyException when the control database cannot be reached
     */
    public TenancyPlugins start() {
        installation.control().contribute(HISTORY, LOCATION);
        installation.usage().store().define(List.of(FuelUsage.METRIC));
        trust.start();
        usage.start();
        return this;
    }

    /**
     * The store.
     *
     * @return the store
     */
    public Marketplace market() {
        return market;
    }

    /**
     * What tenants have installed.
     *
     * @return the installations
     */
    public Installations installations() {
        return installations;
    }

    /**
     * Where the application calls plugins.
     *
     * @return the extension points
     */
    public ExtensionPoints extensions() {
        return extensions;
    }

    /**
     * What runs plugins.
     *
     * @return the host
     */
    public PluginHost host() {
        return host;
    }

    /**
     * Records how much fuel is used.
     *
     * @return the usage
     */
    public FuelUsage usage() {
        return usage;
    }

    /**
     * Tells how much fuel a tenant's plugins used.
     *
     * @return the reports
     */
    public FuelReports fuel() {
        return fuel;
    }

    /**
     * Who did what.
     *
     * @return the audit
     */
    public PluginAudit audit() {
        return audit;
    }

    /**
     * Does what is left to be done.
     *
     * @return the run
     */
    public PluginRun run() {
        return run;
    }

    /**
     * Runs that again and again once started.
     *
     * @return the jobs
     */
    public PluginJobs jobs() {
        return jobs;
    }

    /** Ends jobs and calls. The connections are closed with the installation. */
    @Override
    public void close() {
        jobs.close();
        host.close();
        usage.close();
        trust.close();
        ownBuckets.close();
    }

    /** Settings of plugins. */
    public static final class Builder {
        private final TenancyInstallation installation;
        private final List<PluginEventListener> listeners = new ArrayList<>();
        private InstantSource clock = InstantSource.system();
        private LongSupplier nanos = System::nanoTime;
        private UnaryOperator<PluginHost.Builder> host = builder -> builder;
        private PluginLimits most = PluginLimits.DEFAULT;
        private int connections = DEFAULT_CONNECTIONS;
        private Duration interval = PluginJobs.DEFAULT_INTERVAL;
        private Duration storing = PluginValues.MOST_TIME;
        private CredentialCheck credentials = CredentialCheck.NONE;
        private InstallPolicy policy = InstallPolicy.ALL;
        private TenantRegions regions = TenantRegions.UNKNOWN;
        private BillingEvents billing = BillingEvents.NONE;
        private PluginNoticeListener notices = PluginNoticeListener.NONE;
        private ContentSource content = ContentSource.NONE;
        private PluginLog log = PluginLog.APPLICATION;
        private ConductRules conduct = ConductRules.DEFAULT;
        private @Nullable HttpGateway gateway;
        private @Nullable SecretKeys secretKeys;
        private @Nullable RateLimitBackend buckets;
        private @Nullable FuelAllowance allowance;

        private Builder(TenancyInstallation installation) {
            this.installation = installation;
        }

        /**
         * What time it is; the system's otherwise.
         *
         * @param value the time source
         * @return this builder
         */
        public Builder clock(InstantSource value) {
            clock = Objects.requireNonNull(value, "value");
            return this;
        }

        /** A clock that only goes on, for tests of nodes that have lost contact. */
        Builder nanos(LongSupplier value) {
            nanos = value;
            return this;
        }

        /**
         * Settings of the host: engines, workers, cache of compiled code.
         *
         * @param settings are applied to its builder, which has the clock and the stack already
         * @return this builder
         */
        public Builder host(UnaryOperator<PluginHost.Builder> settings) {
            host = settings;
            return this;
        }

        /**
         * What a call may use at most, whatever its manifest says; {@link PluginLimits#DEFAULT} otherwise.
         *
         * @param value the limits
         * @return this builder
         */
        public Builder most(PluginLimits value) {
            most = value;
            return this;
        }

        /**
         * How many connections to the control database plugins have at most; {@value #DEFAULT_CONNECTIONS} otherwise. Two
         * more look up whom to trust.
         *
         * @param value 2 and more
         * @return this builder
         */
        public Builder connections(int value) {
            if (value < 2) {
                throw new IllegalArgumentException(
                        "Plugins need 2 connections or more, one for their jobs, but were to have " + value);
            }
            connections = value;
            return this;
        }

        /**
         * How long the jobs wait between two runs; {@link PluginJobs#DEFAULT_INTERVAL} otherwise.
         *
         * @param value positive
         * @return this builder
         */
        public Builder interval(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("The jobs wait longer than no time, but were to wait " + value);
            }
            interval = value;
            return this;
        }

        /**
         * How long storing what a call did may take; {@link PluginValues#MOST_TIME} otherwise. A call whose effects are not
         * stored by then fails by the host's fault: none of them takes place, and the tenant does not pay.
         *
         * @param value 10 ms to an hour
         * @return this builder
         */
        public Builder storing(Duration value) {
            storing = value;
            return this;
        }

        /**
         * Knows what tenants can show; nothing otherwise, so that plugins that demand credentials are refused.
         *
         * @param value the check
         * @return this builder
         */
        public Builder credentials(CredentialCheck value) {
            credentials = value;
            return this;
        }

        /**
         * Decides who may have what; everybody may have everything otherwise.
         *
         * @param value the policy, in addition to those that were given before
         * @return this builder
         */
        public Builder policy(InstallPolicy value) {
            policy = policy.and(value);
            return this;
        }

        /**
         * Lets only tenants have plugins whose plan has a module.
         *
         * @param module key of the module
         * @return this builder
         */
        public Builder requireModule(String module) {
            return policy((tenant, plugin, others) -> entitlements(tenant).allows(module)
                    ? Optional.empty()
                    : Optional.of(
                            "The tenant's plan does not have the module " + module + ". Choose one that has it."));
        }

        /**
         * Lets tenants have as many plugins as their plan says.
         *
         * @param limit key of the limit
         * @return this builder
         */
        public Builder requireLimit(String limit) {
            return policy((tenant, plugin, others) -> {
                long most = entitlements(tenant).limit(limit);
                return most < 0 || others < most
                        ? Optional.empty()
                        : Optional.of("The tenant's plan lets it have " + most + " plugins, and it has " + others
                                + ". Uninstall one, or choose a plan with more.");
            });
        }

        private Entitlements entitlements(TenantId tenant) {
            return installation.entitlements().of(tenant);
        }

        /**
         * Knows where tenants work; nothing otherwise, so that no plugin is refused for its regions.
         *
         * @param value the regions
         * @return this builder
         */
        public Builder regions(TenantRegions value) {
            regions = value;
            return this;
        }

        /**
         * Hears of plugins that cost something; nobody otherwise.
         *
         * @param value who bills
         * @return this builder
         */
        public Builder billing(BillingEvents value) {
            billing = value;
            return this;
        }

        /**
         * Tells people of plugins that were stopped; nobody otherwise.
         *
         * @param value who tells them
         * @return this builder
         */
        public Builder notices(PluginNoticeListener value) {
            notices = value;
            return this;
        }

        /**
         * Adds somebody who hears what plugins emit.
         *
         * @param listener hears it
         * @return this builder
         */
        public Builder listener(PluginEventListener listener) {
            listeners.add(Objects.requireNonNull(listener, "listener"));
            return this;
        }

        /**
         * Shows content to plugins; none otherwise.
         *
         * @param value the content
         * @return this builder
         */
        public Builder content(ContentSource value) {
            content = value;
            return this;
        }

        /**
         * Takes the lines that plugins write; the application's log otherwise.
         *
         * @param value takes them
         * @return this builder
         */
        public Builder log(PluginLog value) {
            log = value;
            return this;
        }

        /**
         * Sends requests of plugins; none are sent otherwise.
         *
         * @param value the gateway, which whoever made it closes
         * @return this builder
         */
        public Builder gateway(HttpGateway value) {
            gateway = value;
            return this;
        }

        /**
         * Encrypts secrets of plugins; none are kept otherwise.
         *
         * @param value the keys
         * @return this builder
         */
        public Builder secretKeys(SecretKeys value) {
            secretKeys = value;
            return this;
        }

        /**
         * How much fuel tenants may use within a minute; what their plan says otherwise.
         *
         * @param value the allowance
         * @return this builder
         */
        public Builder fuel(FuelAllowance value) {
            allowance = value;
            return this;
        }

        /**
         * Keeps the buckets of fuel where other nodes reach them too; each node has its own otherwise.
         *
         * @param value the backend, which whoever made it closes
         * @return this builder
         */
        public Builder fuelBuckets(RateLimitBackend value) {
            buckets = value;
            return this;
        }

        /**
         * When plugins are stopped by themselves; {@link ConductRules#DEFAULT} otherwise.
         *
         * @param value the rules
         * @return this builder
         */
        public Builder conduct(ConductRules value) {
            conduct = value;
            return this;
        }

        /**
         * Makes plugins; asks for nothing of the database yet.
         *
         * @return plugins to be started
         */
        public TenancyPlugins build() {
            return new TenancyPlugins(this);
        }
    }
}
