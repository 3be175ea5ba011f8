package io.tenancy.jpa;

import io.tenancy.IsolationLevel;
import io.tenancy.Placement;
import io.tenancy.TenancyException;
import io.tenancy.Tenant;
import io.tenancy.TenantId;
import io.tenancy.TenantSlug;
import io.tenancy.TenantStatus;
import io.tenancy.catalog.CachingTenantStore;
import io.tenancy.catalog.CatalogUnavailableException;
import io.tenancy.catalog.TenantKey;
import io.tenancy.catalog.TenantNotFoundException;
import io.tenancy.catalog.TenantStore;
import io.tenancy.context.Tenancy;
import io.tenancy.entitlement.TenantEntitlements;
import io.tenancy.jpa.control.ControlDatabase;
import io.tenancy.jpa.control.JdbcTenantStore;
import io.tenancy.jpa.control.SecretKeys;
import io.tenancy.jpa.control.StoredLogins;
import io.tenancy.jpa.control.migration.MigrationScripts;
import io.tenancy.jpa.control.provisioning.TenantInitializer;
import io.tenancy.jpa.control.provisioning.TenantProvisioner;
import io.tenancy.jpa.entitlement.EntitlementAdministration;
import io.tenancy.jpa.entitlement.JdbcEntitlementStore;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.isolation.PoolSettings;
import io.tenancy.jpa.isolation.PostgresIsolationProvider;
import io.tenancy.jpa.isolation.TenantDataSource;
import io.tenancy.jpa.isolation.gate.Fault;
import io.tenancy.jpa.isolation.hibernate.HibernateTenancy;
import io.tenancy.jpa.outbox.OutboxReceiver;
import io.tenancy.jpa.outbox.OutboxRelay;
import io.tenancy.jpa.outbox.TenantOutbox;
import io.tenancy.jpa.quota.JdbcQuotaStore;
import io.tenancy.jpa.quota.QuotaAlerts;
import io.tenancy.jpa.quota.TransactionalQuotas;
import io.tenancy.jpa.usage.TenancyUsage;
import io.tenancy.jpa.usage.UsageBounds;
import io.tenancy.lifecycle.TenantGate;
import io.tenancy.quota.EntitledQuotas;
import io.tenancy.quota.QuotaSettings;
import io.tenancy.quota.QuotaSpan;
import io.tenancy.quota.Quotas;
import io.tenancy.quota.spi.QuotaCalendar;
import io.tenancy.quota.spi.QuotaPolicies;
import io.tenancy.usage.UsageMetric;
import io.tenancy.usage.UsagePeriod;
import io.tenancy.usage.spi.BillingPeriods;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One installation of the SDK: a control database, the tenants' data beside it, and the walls between them. Build it,
 * {@link #start()} it, and use its {@link #dataSource()} inside tenant scopes. Safe for many threads.
 */
public final class TenancyInstallation implements AutoCloseable {

    /** How often the isolation gate looks again after the start, unless told otherwise. */
    public static final Duration DEFAULT_GATE_INTERVAL = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(TenancyInstallation.class);

    private final Builder settings;
    private final ControlDatabase control;
    private final JdbcTenantStore catalog;
    private final CachingTenantStore tenants;
    private final PostgresIsolationProvider isolation;
    private final TenantProvisioner provisioner;
    private final Schemas schemas;
    private final TenantDataSource dataSource;
    private final OutboxRelay outboxRelay;
    private final TenantOutbox outbox;
    private final TenantEntitlements entitlements;
    private final EntitlementAdministration entitlementAdministration;
    private final Quotas quotas;
    private final QuotaAlerts quotaAlerts;
    private final TenancyUsage usage;
    private final Runnable audit;
    private final ScheduledExecutorService watch;

    private TenancyInstallation(Builder settings, DatabaseServer primary, SecretKeys keys, String migrations) {
        this.settings = settings;
        InstantSource clock = settings.clock;
        Map<String, DatabaseServer> servers = settings.serversByName();
        this.control = new ControlDatabase(primary, settings.controlPoolSize);
        this.catalog = new JdbcTenantStore(control.platform(), clock);
        this.tenants = new CachingTenantStore(catalog);
        StoredLogins logins = new StoredLogins(control.platform(), keys, clock);
        this.isolation = new PostgresIsolationProvider(
                List.copyOf(servers.values()),
                logins,
                settings.pools,
                settings.schemaRole,
                clock,
                tenant -> isEnlisted(catalog, tenant));
        this.dataSource = new TenantDataSource(isolation);
        this.entitlements = TenantEntitlements.builder(new JdbcEntitlementStore(control.platform(), clock))
                .clock(clock)
                .upgradeLink(settings.upgradeLink)
                .build();
        this.entitlementAdministration = new EntitlementAdministration(control.platform(), clock, entitlements);
        this.schemas = new Schemas(
                servers,
                primary,
                catalog,
                isolation,
                MigrationScripts.scan(List.of(migrations), classLoader()),
                settings.globalTables,
                settings.schemaRole,
                settings.acceptLargeObjects,
                settings.sharedTables,
                clock);
        Consumer<Tenant> changed = tenant -> {
            tenants.invalidate(tenant.id());
            isolation.release(tenant);
        };
        this.provisioner = new TenantProvisioner(
                control, catalog, servers, logins, settings.schemaRole, schemas, settings.initializers, changed, clock);
        this.outbox = new TenantOutbox(clock, this::wakeOutbox);
        JdbcQuotaStore quotaStore = new JdbcQuotaStore(control.platform());
        QuotaPolicies policies =
                settings.quotaPolicies != null ? settings.quotaPolicies : new EntitledQuotas(entitlements);
        QuotaCalendar calendar =
                settings.quotaCalendar != null ? settings.quotaCalendar : calendarWith(settings.billingPeriods);
        this.quotas = new Quotas(quotaStore, policies, calendar, clock, settings.quotaSettings);
        this.quotaAlerts = new QuotaAlerts(control.platform(), quotaStore, QuotaAlerts.DEFAULT_RETRY);
        this.usage = new TenancyUsage(
                control.platform(), servers, this::settled, settings.billingPeriods, settings.usageBounds, outbox);
        List<OutboxReceiver> receivers = new ArrayList<>(settings.outboxReceivers);
        receivers.add(usage.outboxReceiver());
        this.outboxRelay = new OutboxRelay(dataSource, control.platform(), this::working, receivers, clock);
        this.audit = Tenancy.onPlatformAccess((scope, thread) -> catalog.recordPlatformAccess(thread, scope.reason()));
        this.watch = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "tenancy-gate");
            thread.setDaemon(true);
            return thread;
        });
    }

    // A tenant made up by a test, or removed meanwhile, would fail in many ways, and on shared tables in none.
    private static boolean isEnlisted(JdbcTenantStore catalog, Tenant tenant) {
        Optional<Tenant> namesake;
        try {
            if (catalog.find(new TenantKey.ById(tenant.id())).isPresent()) {
                return true;
            }
            namesake = catalog.find(new TenantKey.BySlug(tenant.slug()));
        } catch (CatalogUnavailableException unknown) {
            LOG.debug("Whether tenant {} exists could not be asked; its database decides", tenant, unknown);
            return false;
        }
        throw new TenantNotFoundException("A connection was asked for by tenant " + tenant
                + ", but the catalog has no tenant with this id, so it has no place for rows. "
                + namesake.map(other -> "The tenant with this slug is " + other + ": use that one, as tenant(\""
                                + other.slug() + "\") returns it.")
                        .orElse("Create it through the provisioner, provisioner().provision(NewTenant.of(\""
                                + tenant.slug() + "\", name, level)), and use the tenant that it returns."));
    }

    // One answer to when a tenant's billing period begins: usage and quotas ask the same.
    private static QuotaCalendar calendarWith(BillingPeriods periods) {
        return new QuotaCalendar() {
            @Override
            public QuotaSpan billingPeriod(TenantId tenant, Instant at) {
                UsagePeriod period = periods.of(tenant, at.truncatedTo(ChronoUnit.HOURS));
                return QuotaSpan.of(period.start(), period.until());
            }
        };
    }

    private static ClassLoader classLoader() {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        return context != null ? context : TenancyInstallation.class.getClassLoader();
    }

    /**
     * Begins an installation.
     *
     * @return a builder without settings
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Brings the control schema, the shared schema and every tenant's schema up to date, then checks that the database
     * keeps tenants apart.
     *
     * @return this installation
     * @throws io.tenancy.isolation.IsolationViolationException when the database does not keep tenants apart; the message
     *     names table, fault and the statement that mends it
     * @throws TenancyException when the database cannot be reached or a migration of the shared schema fails
     */
    public TenancyInstallation start() {
        control.migrate();
        maintainUsage();
        usage.store().define(settings.usageMetrics);
        schemas.migrateAll();
        checkIsolation();
        quotas.start();
        quotaAlerts.start();
        told(catalog.all());
        long interval = settings.gateInterval.toMillis();
        // look() does not throw, so the schedule lasts until close().
        var unused = watch.scheduleWithFixedDelay(this::look, interval, interval, TimeUnit.MILLISECONDS);
        outboxRelay.start(OutboxRelay.DEFAULT_SWEEP_INTERVAL);
        return this;
    }

    private static void told(List<Tenant> tenants) {
        Map<IsolationLevel, Integer> levels = new EnumMap<>(IsolationLevel.class);
        for (IsolationLevel level : IsolationLevel.values()) {
            levels.put(level, 0);
        }
        tenants.forEach(tenant -> levels.merge(tenant.placement().isolation(), 1, Integer::sum));
        LOG.info(
                "{} {}: {}",
                tenants.size(),
                tenants.size() == 1 ? "tenant" : "tenants",
                levels.entrySet().stream()
                        .map(level -> level.getValue() + " on " + level.getKey())
                        .collect(Collectors.joining(", ")));
    }

    /**
     * Runs the isolation gate now. While it finds faults, no tenant gets a connection on this node.
     *
     * @throws io.tenancy.isolation.IsolationViolationException naming every fault
     */
    public void checkIsolation() {
        schemas.requireIsolation();
    }

    /**
     * Runs the isolation gate without closing anything, for reports.
     *
     * @return the faults, empty when tenants are apart
     */
    public List<Fault> isolationFaults() {
        return schemas.faults();
    }

    private void wakeOutbox(Tenant tenant) {
        outboxRelay.wake(tenant);
    }

    // What is left undone is done by the next run; storing makes missing months by itself.
    private void maintainUsage() {
        try {
            usage.maintenance().run();
        } catch (RuntimeException | Error failure) {
            LOG.warn("The maintenance of usage failed and is tried again", failure);
        }
    }

    private void look() {
        maintainUsage();
        try {
            schemas.retryHeldBack();
            checkIsolation();
        } catch (RuntimeException | Error failure) {
            LOG.error("The scheduled isolation check failed", failure);
        }
    }

    /**
     * The catalog with a cache in front, for the request path.
     *
     * @return a store
     */
    public TenantStore tenants() {
        return tenants;
    }

    /**
     * The catalog itself, for platform work.
     *
     * @return the store in the control database
     */
    public JdbcTenantStore catalog() {
        return catalog;
    }

    /**
     * Makes and removes tenants.
     *
     * @return the provisioner
     */
    public TenantProvisioner provisioner() {
        return provisioner;
    }

    /**
     * Reaches the bound tenant's rows.
     *
     * @return a data source that works inside tenant scopes only
     */
    public DataSource dataSource() {
        return dataSource;
    }

    /**
     * What tenants may do now.
     *
     * @return the service, which remembers grants for some seconds
     */
    public TenantEntitlements entitlements() {
        return entitlements;
    }

    /**
     * Changes what tenants may do.
     *
     * @return the administration of catalogue and grants
     */
    public EntitlementAdministration entitlementAdministration() {
        return entitlementAdministration;
    }

    /**
     * Gives connections to a given tenant.
     *
     * @return the isolation provider
     */
    public PostgresIsolationProvider isolation() {
        return isolation;
    }

    /**
     * Lets a tenant's transaction leave messages for the platform.
     *
     * @return the sending end
     */
    public TenantOutbox outbox() {
        return outbox;
    }

    /**
     * Delivers what tenants' transactions left; it runs by itself after {@link #start()}.
     *
     * @return the delivering end
     */
    public OutboxRelay outboxRelay() {
        return outboxRelay;
    }

    /**
     * Counts what tenants use; by the limits of their entitlements, or those that {@link Builder#quotaPolicies} knows.
     *
     * @return this node's quotas
     */
    public Quotas quotas() {
        return quotas;
    }

    /**
     * Counts what tenants use when their transactions commit.
     *
     * @return the same quotas, following transactions
     */
    public TransactionalQuotas transactionalQuotas() {
        return new TransactionalQuotas(quotas);
    }

    /**
     * Delivers the thresholds that quotas reach.
     *
     * @return takes listeners
     */
    public QuotaAlerts quotaAlerts() {
        return quotaAlerts;
    }

    /**
     * The control database.
     *
     * @return as configured
     */
    public ControlDatabase control() {
        return control;
    }

    /**
     * What tenants used.
     *
     * @return store, reports, maintenance and the rest
     */
    public TenancyUsage usage() {
        return usage;
    }

    /**
     * Refuses tenants whose migrations failed on this node; a stage of the pipeline.
     *
     * @return the gate
     */
    public TenantGate migrationGate() {
        return schemas.gate();
    }

    /**
     * Settings that make a Hibernate session factory multi-tenant.
     *
     * @return setting name to value
     */
    public Map<String, Object> hibernateSettings() {
        return HibernateTenancy.settings(isolation);
    }

    /**
     * The tenant with a slug.
     *
     * @param slug the slug
     * @return the tenant
     * @throws TenantNotFoundException when there is none
     */
    public Tenant tenant(String slug) {
        return tenants.find(new TenantKey.BySlug(new TenantSlug(slug)))
                .orElseThrow(() -> new TenantNotFoundException("The catalog has no tenant with slug '" + slug
                        + "'. Provision it with provisioner().provision(NewTenant.of(...))."));
    }

    /**
     * Changes a tenant's status; this node knows at once, others within the cache's time to live.
     *
     * @param id the tenant
     * @param status the new status
     * @return false when there is no such tenant
     */
    public boolean setStatus(TenantId id, TenantStatus status) {
        boolean changed = catalog.setStatus(id, status);
        tenants.invalidate(id);
        return changed;
    }

    /**
     * Lets this node look at a tenant again; others do within the cache's time to live. For who changes the catalog in a
     * transaction of their own.
     *
     * @param id the tenant
     */
    public void invalidate(TenantId id) {
        tenants.invalidate(id);
    }

    /**
     * Runs work once for every tenant that may work, each in its own scope. A failure of one tenant does not stop the
     * others.
     *
     * @param work the work
     * @return the failures by tenant, empty when all went well
     */
    public Map<Tenant, Exception> forEachTenant(TenantWork work) {
        Map<Tenant, Exception> failures = new LinkedHashMap<>();
        for (Tenant tenant : working()) {
            try {
                Tenancy.callAs(tenant, () -> {
                    work.run(tenant);
                    return Boolean.TRUE;
                });
            } catch (Exception failure) {
                failures.put(tenant, failure);
            }
        }
        return failures;
    }

    private List<Tenant> working() {
        return catalog.all().stream().filter(TenancyInstallation::mayWork).toList();
    }

    /** Those whose place is made and not removed: what a suspended one uses is still there. */
    private List<Tenant> settled() {
        return catalog.all().stream()
                .filter(tenant ->
                        tenant.status() != TenantStatus.PROVISIONING && tenant.status() != TenantStatus.DELETED)
                .toList();
    }

    private static boolean mayWork(Tenant tenant) {
        return switch (tenant.status()) {
            case TRIAL, ACTIVE, PAST_DUE, RESTRICTED, CANCELLED -> true;
            case PROVISIONING, SUSPENDED, MAINTENANCE, DELETED -> false;
        };
    }

    /** Ends the watch and the gauges of usage, and closes every pool; the databases keep running. */
    @Override
    public void close() {
        watch.shutdownNow();
        usage.close();
        outboxRelay.close();
        quotaAlerts.close();
        quotas.close();
        audit.run();
        isolation.close();
        control.close();
    }

    /** Work that is done once per tenant. */
    @FunctionalInterface
    public interface TenantWork {
        /**
         * Does the work for one tenant.
         *
         * @param tenant the tenant, bound on this thread
         * @throws Exception when it fails for this tenant
         */
        void run(Tenant tenant) throws Exception;
    }

    /** Settings of an installation. Each is set once; {@link #build()} reports everything that is missing together. */
    public static final class Builder {
        private final Map<String, DatabaseServer> servers = new LinkedHashMap<>();
        private final List<TenantInitializer> initializers = new ArrayList<>();
        private final List<OutboxReceiver> outboxReceivers = new ArrayList<>();
        private @Nullable String migrations;
        private @Nullable SecretKeys keys;
        private Set<String> globalTables = Set.of();
        private PoolSettings pools = PoolSettings.DEFAULT;
        private boolean schemaRole = true;
        private boolean acceptLargeObjects;
        private boolean sharedTables = true;
        private Duration gateInterval = DEFAULT_GATE_INTERVAL;
        private InstantSource clock = InstantSource.system();
        private int controlPoolSize = 4;
        private @Nullable String upgradeLink;
        private @Nullable QuotaPolicies quotaPolicies;
        private @Nullable QuotaCalendar quotaCalendar;
        private QuotaSettings quotaSettings =
                QuotaSettings.of("node-" + UUID.randomUUID().toString().substring(0, 8));
        private final List<UsageMetric> usageMetrics = new ArrayList<>();
        private UsageBounds usageBounds = UsageBounds.DEFAULT;
        private BillingPeriods billingPeriods = BillingPeriods.MONTHS;

        private Builder() {}

        /**
         * Adds a database server; the one called {@value Placement#PRIMARY_SERVER} also holds the control database.
         *
         * @param server the server and its logins
         * @return this builder
         * @throws IllegalArgumentException when one of that name was added already
         */
        public Builder server(DatabaseServer server) {
            if (servers.putIfAbsent(server.name(), server) != null) {
                throw new IllegalArgumentException("Database server '" + server.name() + "' was added twice");
            }
            return this;
        }

        /**
         * Where the application's migrations lie.
         *
         * @param location such as {@code classpath:db/migration} or {@code filesystem:/srv/app/migrations}
         * @return this builder
         */
        public Builder migrations(String location) {
            if (migrations != null) {
                throw new IllegalArgumentException(
                        "Migrations were set twice: '" + migrations + "' and '" + location + "'");
            }
            migrations = Objects.requireNonNull(location, "location");
            return this;
        }

        /**
         * Encrypts logins of tenants with a database of their own.
         *
         * @param value the keys
         * @return this builder
         */
        public Builder secretKeys(SecretKeys value) {
            keys = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Tables that belong to all tenants together; read-only at run time.
         *
         * @param tables names without schema
         * @return this builder
         */
        public Builder globalTables(Set<String> tables) {
            globalTables = Set.copyOf(tables);
            return this;
        }

        /**
         * Bounds of the connection pools; {@link PoolSettings#DEFAULT} otherwise.
         *
         * @param value the bounds
         * @return this builder
         */
        public Builder pools(PoolSettings value) {
            pools = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Whether SCHEMA tenants take on a role of their own in each transaction; on unless turned off.
         *
         * @param value false leaves the names in the SQL as the only wall between schemas
         * @return this builder
         */
        public Builder schemaRole(boolean value) {
            schemaRole = value;
            return this;
        }

        /**
         * Whether tenants may be placed on shared tables; on unless turned off. With shared tables, structure migrations
         * may not change rows.
         *
         * @param value false where every tenant has a schema or a database of its own
         * @return this builder
         */
        public Builder sharedTables(boolean value) {
            sharedTables = value;
            return this;
        }

        /**
         * Accepts that the server lets every login use large objects, which no level below DATABASE isolates.
         *
         * @param value true where the functions cannot be revoked, as on some managed servers
         * @return this builder
         */
        public Builder acceptLargeObjects(boolean value) {
            acceptLargeObjects = value;
            return this;
        }

        /**
         * Where refusals of modules point to; nowhere otherwise.
         *
         * @param template such as {@code /upgrade?module={module}}
         * @return this builder
         */
        public Builder upgradeLink(String template) {
            upgradeLink = Objects.requireNonNull(template, "template");
            return this;
        }

        /**
         * How often the isolation gate looks again; {@link #DEFAULT_GATE_INTERVAL} otherwise.
         *
         * @param value positive
         * @return this builder
         */
        public Builder gateInterval(Duration value) {
            if (value.isNegative() || value.isZero()) {
                throw new IllegalArgumentException("The gate's interval is positive, but was " + value);
            }
            gateInterval = value;
            return this;
        }

        /**
         * Adds the application's own part of provisioning.
         *
         * @param initializer runs for each new tenant, in the order of adding
         * @return this builder
         */
        public Builder initializer(TenantInitializer initializer) {
            initializers.add(Objects.requireNonNull(initializer, "initializer"));
            return this;
        }

        /**
         * Adds the platform's end of a topic of the tenants' outboxes.
         *
         * @param receiver receives its topic's messages, each once
         * @return this builder
         */
        public Builder outboxReceiver(OutboxReceiver receiver) {
            outboxReceivers.add(Objects.requireNonNull(receiver, "receiver"));
            return this;
        }

        /**
         * The time source; the system's otherwise.
         *
         * @param value the time source
         * @return this builder
         */
        public Builder clock(InstantSource value) {
            clock = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Knows the limits of tenants; those of their entitlements otherwise.
         *
         * @param value the policies
         * @return this builder
         */
        public Builder quotaPolicies(QuotaPolicies value) {
            quotaPolicies = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Defines something that is counted; events of a metric that nobody defined are rejected.
         *
         * @param metric the metric
         * @return this builder
         * @throws IllegalArgumentException when one of that name was defined already
         */
        public Builder usageMetric(UsageMetric metric) {
            if (usageMetrics.stream().anyMatch(known -> known.name().equals(metric.name()))) {
                throw new IllegalArgumentException("The usage metric '" + metric.name() + "' was defined twice");
            }
            usageMetrics.add(metric);
            return this;
        }

        /**
         * Knows the periods of tenants' quotas; days and months in UTC and {@link #billingPeriods} otherwise.
         *
         * @param value the calendar
         * @return this builder
         */
        public Builder quotaCalendar(QuotaCalendar value) {
            quotaCalendar = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Which times of usage are taken and how long events are kept; {@link UsageBounds#DEFAULT} otherwise.
         *
         * @param value the bounds
         * @return this builder
         */
        public Builder usageBounds(UsageBounds value) {
            usageBounds = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * How this node leases parts of quotas; {@link QuotaSettings#of} with a random name otherwise.
         *
         * @param value the settings
         * @return this builder
         */
        public Builder quotaSettings(QuotaSettings value) {
            quotaSettings = Objects.requireNonNull(value, "value");
            return this;
        }

        /**
         * Which billing period usage belongs to; calendar months in UTC otherwise.
         *
         * @param value the periods
         * @return this builder
         */
        public Builder billingPeriods(BillingPeriods value) {
            billingPeriods = Objects.requireNonNull(value, "value");
            return this;
        }

        private Map<String, DatabaseServer> serversByName() {
            return Map.copyOf(servers);
        }

        /**
         * Makes the installation; opens no connection yet.
         *
         * @return an installation to be started
         * @throws IllegalArgumentException naming every setting that is missing
         */
        public TenancyInstallation build() {
            List<String> missing = new ArrayList<>();
            DatabaseServer primary = servers.get(Placement.PRIMARY_SERVER);
            if (primary == null) {
                missing.add("a database server called '" + Placement.PRIMARY_SERVER + "' (server(...)); found "
                        + servers.keySet());
            }
            if (migrations == null) {
                missing.add("the place of the application's migrations (migrations(\"classpath:db/migration\"))");
            }
            if (keys == null) {
                missing.add("keys for secrets (secretKeys(SecretKeys.inFile(path)))");
            }
            if (primary == null || migrations == null || keys == null) {
                throw new IllegalArgumentException("An installation needs " + String.join("; ", missing));
            }
            return new TenancyInstallation(this, primary, keys, migrations);
        }
    }
}
