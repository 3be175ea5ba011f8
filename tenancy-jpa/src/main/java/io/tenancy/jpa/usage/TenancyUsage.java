package io.tenancy.jpa.usage;

import io.tenancy.Tenant;
import io.tenancy.jpa.isolation.DatabaseServer;
import io.tenancy.jpa.outbox.OutboxReceiver;
import io.tenancy.jpa.outbox.TenantOutbox;
import io.tenancy.usage.spi.BillingPeriods;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Supplier;
import javax.sql.DataSource;

/** Everything about usage in one installation, which closes it. Safe for many threads. */
public final class TenancyUsage implements AutoCloseable {

    private final DataSource platform;
    private final Map<String, DatabaseServer> servers;
    private final Supplier<List<Tenant>> tenants;
    private final JdbcUsageStore store;
    private final UsageReports reports;
    private final UsageRecount recount;
    private final UsageMaintenance maintenance;
    private final UsageExport export;
    private final TenantOutbox outbox;
    // Those that are sampled are held by their threads; the others need no end.
    private final Set<UsageGauges> gauges = Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

    /**
     * Puts the parts together; opens no connection.
     *
     * @param platform the platform login's connections to the control schema
     * @param servers the database servers by name, for gauges
     * @param tenants whose gauges are read
     * @param periods says which billing period an event belongs to
     * @param bounds which times of events are taken and how long events are kept
     * @param outbox takes usage that belongs to tenants' rows; whoever delivers it hands {@link #outboxReceiver()} what
     *     is for it
     */
    public TenancyUsage(
            DataSource platform,
            Map<String, DatabaseServer> servers,
            Supplier<List<Tenant>> tenants,
            BillingPeriods periods,
            UsageBounds bounds,
            TenantOutbox outbox) {
        this.platform = platform;
        this.servers = Map.copyOf(servers);
        this.tenants = tenants;
        this.store = new JdbcUsageStore(platform, periods, bounds);
        this.reports = new UsageReports(platform, store);
        this.recount = new UsageRecount(platform, store, periods);
        this.maintenance = new UsageMaintenance(platform, bounds);
        this.export = new UsageExport(platform);
        this.outbox = outbox;
    }

    /**
     * Where events go.
     *
     * @return the store
     */
    public JdbcUsageStore store() {
        return store;
    }

    /**
     * What was used.
     *
     * @return the reports
     */
    public UsageReports reports() {
        return reports;
    }

    /**
     * Counts again from the events.
     *
     * @return the recount
     */
    public UsageRecount recount() {
        return recount;
    }

    /**
     * Makes and drops months; run it once a day.
     *
     * @return the maintenance
     */
    public UsageMaintenance maintenance() {
        return maintenance;
    }

    /**
     * Writes events as CloudEvents.
     *
     * @return the export
     */
    public UsageExport export() {
        return export;
    }

    /**
     * A meter that stores each event before it returns.
     *
     * @param source the producer that it speaks for
     * @return a meter
     */
    public TransactionalUsageMeter meter(String source) {
        return new TransactionalUsageMeter(store, source);
    }

    /**
     * A meter whose events become part of the tenant's own transactions.
     *
     * @param source the producer that it speaks for
     * @return a meter
     */
    public OutboxUsageMeter withTenantRows(String source) {
        return new OutboxUsageMeter(outbox, source);
    }

    /**
     * Counts what {@link #withTenantRows meters in tenants' transactions} left; the installation has it.
     *
     * @return the receiver of the topic {@link OutboxUsageMeter#TOPIC}
     */
    public OutboxReceiver outboxReceiver() {
        return new OutboxUsageReceiver(store);
    }

    /**
     * A sampler of gauges for all tenants; {@link #close()} ends it unless somebody else did.
     *
     * @param interval how often
     * @return a sampler without gauges
     */
    public UsageGauges gauges(Duration interval) {
        UsageGauges sampler = new UsageGauges(platform, store, tenants, interval);
        gauges.add(sampler);
        return sampler;
    }

    /**
     * The gauge of stored bytes.
     *
     * @return a gauge for {@link UsageGauges#gauge}
     */
    public StorageGauge storage() {
        return new StorageGauge(servers);
    }

    /** Ends the samplers of gauges; all else works until the control database is closed. */
    @Override
    public void close() {
        List<UsageGauges> open;
        synchronized (gauges) {
            open = List.copyOf(gauges);
        }
        open.forEach(UsageGauges::close);
    }
}
