package io.tenancy.plugins.usage;

import io.tenancy.TenantId;
import io.tenancy.jpa.usage.UsageReports;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How much fuel a tenant's plugins used, from the usage events that are billed too, corrections among them. What a node used
 * within the last {@link FuelUsage#INTERVAL} may not be recorded yet. Without platform scope a tenant is told its own. Safe
 * for many threads.
 */
public final class FuelReports {

    private final UsageReports reports;

    /**
     * The reports.
     *
     * @param reports of all usage
     */
    public FuelReports(UsageReports reports) {
        this.reports = reports;
    }

    /**
     * The fuel of all plugins, which is what billing counts.
     *
     * @param tenant whose plugins
     * @param from the first instant, on the hour
     * @param until the first instant after it, on the hour
     * @return in units of fuel; zero when nothing was used
     * @throws io.tenancy.context.TenantMismatchException when it is not the bound tenant, outside of platform scope
     * @throws IllegalArgumentException when the times are not on the hour or empty, or reach back to hours that are no
     *     longer kept
     */
    public BigDecimal total(TenantId tenant, Instant from, Instant until) {
        return reports.total(tenant, FuelUsage.METRIC.name(), from, until);
    }

    /**
     * The fuel of each plugin. They add up to {@link #total}. Counted event by event, of which there is at most one per
     * plugin, node and {@link FuelUsage#INTERVAL}.
     *
     * @param tenant whose plugins
     * @param from the first instant, on the hour
     * @param until the first instant after it, on the hour
     * @return units of fuel by id of the plugin, those that are not installed any more included
     * @throws io.tenancy.context.TenantMismatchException when it is not the bound tenant, outside of platform scope
     * @throws IllegalArgumentException when the times are not on the hour or empty, or reach back to events that are no
     *     longer kept
     */
    public SortedMap<String, BigDecimal> byPlugin(TenantId tenant, Instant from, Instant until) {
        return new TreeMap<>(reports.totalsBy(tenant, FuelUsage.METRIC.name(), FuelUsage.PLUGIN, from, until));
    }
}
