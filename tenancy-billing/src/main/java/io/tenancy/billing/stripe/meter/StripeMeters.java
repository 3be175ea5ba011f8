package io.tenancy.billing.stripe.meter;

import io.tenancy.TenantId;
import io.tenancy.billing.BillingException;
import io.tenancy.billing.stripe.client.StripeCalls;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.billing.stripe.object.StripeObjects;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import io.tenancy.jpa.usage.JdbcUsageStore;
import io.tenancy.jpa.usage.UsageReports;
import io.tenancy.usage.UsageAggregation;
import io.tenancy.usage.UsageMetric;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/**
 * Tells Stripe's meters what tenants used, for tenants who want to see it there too; billing goes by its own usage. Each
 * hour that is over is told once: it is stored first, and told with a name by which Stripe knows it again for a day. Usage
 * that comes in later is told as a difference; usage that is taken back is a finding, because Stripe takes none that is
 * negative. What Stripe would not know again, or is too old for it, is given up and is a finding. Safe for many threads and
 * many nodes.
 */
public final class StripeMeters {

    /** How long after its end an hour is stored: by then usage has usually arrived. */
    public static final Duration GRACE = Duration.ofMinutes(5);

    /** How old an hour may be that is told; Stripe takes 35 days. */
    public static final Duration OLDEST = Duration.ofDays(34);

    /** How long something may be told again whose outcome is not known; Stripe knows names for 24 hours. */
    public static final Duration KNOWN_AGAIN = Duration.ofHours(23);

    /** How many events one run tells at most. */
    public static final int MOST = 5_000;

    private static final int LONGEST_LIST = 1_000;

    private final Parts parts;
    private final Map<String, String> meters = new LinkedHashMap<>();

    /**
     * What it works with.
     *
     * @param database the control database
     * @param metrics that are defined
     * @param usage tells what was used
     * @param calls of Stripe
     * @param objects takes in what Stripe has
     * @param findings what is for somebody to look at
     * @param ownership what is written on customers
     */
    public record Parts(
            ControlTransactions database,
            JdbcUsageStore metrics,
            UsageReports usage,
            StripeCalls calls,
            StripeObjects objects,
            StripeFindings findings,
            Ownership ownership) {}

    /**
     * What a run did.
     *
     * @param stored how many hours with usage were stored to be told
     * @param told how many Stripe took
     * @param refused how many it did not take; they are told again later
     * @param givenUp how many are not told any more
     * @param note why it ended before it was through; empty when it did not
     */
    public record Done(int stored, int told, int refused, int givenUp, String note) {}

    /**
     * Meters.
     *
     * @param parts what it works with
     * @param meters which usage goes to which
     * @throws IllegalArgumentException when usage goes to two meters, two go to one, or a metric is not defined or neither
     *     sums up nor counts
     */
    public StripeMeters(Parts parts, List<StripeMeter> meters) {
        this.parts = parts;
        Map<String, UsageMetric> defined =
                meters.isEmpty() ? Map.of() : parts.metrics().metrics();
        for (StripeMeter each : meters) {
            requireSum(each, defined);
            boolean taken = this.meters.containsValue(each.eventName());
            if (taken || this.meters.putIfAbsent(each.metric(), each.eventName()) != null) {
                throw new IllegalArgumentException(
                        "The usage metric '" + each.metric() + "' was to be told to Stripe as '"
                                + each.eventName() + "', but one of both is told already: " + this.meters
                                + ". Each metric has a meter of its own.");
            }
        }
    }

    // Hours of these add up; a greatest or last value, or a number of different ones, does not.
    private static void requireSum(StripeMeter meter, Map<String, UsageMetric> defined) {
        UsageMetric metric = defined.get(meter.metric());
        if (metric == null) {
            throw new IllegalArgumentException("The usage metric '" + meter.metric()
                    + "' was to be told to Stripe, but is not defined. Defined are " + defined.keySet() + ".");
        }
        if (metric.aggregation() != UsageAggregation.SUM && metric.aggregation() != UsageAggregation.COUNT) {
            throw new IllegalArgumentException("The usage metric '" + meter.metric()
                    + "' was to be told to Stripe, but it is " + metric.aggregation()
                    + ", whose hours do not add up. Stripe is told metrics that sum up or count.");
        }
    }

    /**
     * Which usage goes to which meter.
     *
     * @return names of Stripe's events by metric
     */
    public Map<String, String> meters() {
        return Map.copyOf(meters);
    }

    /**
     * Tells a tenant's usage from now on, beginning with the hour that it is. Once it is told, this changes nothing.
     *
     * @param tenant whose
     * @param note who wants that and why
     * @throws BillingException when nothing is told of anybody, because no usage goes to a meter
     */
    public void enable(TenantId tenant, ChangeNote note) {
        if (meters.isEmpty()) {
            throw new BillingException("The usage of tenant " + tenant
                    + " was to be told to Stripe, but no metric goes to a meter there. Name one: new StripeMeter(metric,"
                    + " eventName).");
        }
        database().transact("tell Stripe the usage of tenant " + tenant, transaction -> {
            boolean changed = change(transaction, tenant, true, note);
            if (changed) {
                UsageStock.begin(transaction, List.copyOf(meters.keySet()), tenant);
            }
            return changed;
        });
    }

    /**
     * Tells a tenant's usage no more, beginning with the hour that it is. What was used until then is still told.
     *
     * @param tenant whose
     * @param note who wants that and why
     */
    public void disable(TenantId tenant, ChangeNote note) {
        database().transact("tell Stripe no usage of tenant " + tenant, transaction -> {
            boolean changed = change(transaction, tenant, false, note);
            if (changed) {
                Sql.update(
                        transaction.connection(),
                        "update stripe_usage_progress set ends_at = ? where tenant_id = ? and ends_at is null",
                        transaction.recordedAt().truncatedTo(ChronoUnit.HOURS),
                        tenant.value());
            }
            return changed;
        });
    }

    private static boolean change(Transaction transaction, TenantId tenant, boolean enabled, ChangeNote note)
            throws SQLException {
        int changed = Sql.update(
                transaction.connection(),
                "insert into stripe_usage_tenant as t (tenant_id, enabled, changed_at, actor, reason)"
                        + " values (?, ?, ?, ?, ?) on conflict (tenant_id) do update set enabled = excluded.enabled,"
                        + " changed_at = excluded.changed_at, actor = excluded.actor, reason = excluded.reason"
                        + " where t.enabled <> excluded.enabled",
                tenant.value(),
                enabled,
                transaction.recordedAt(),
                note.actor(),
                note.reason());
        return changed == 1;
    }

    /**
     * Whether a tenant's usage is told.
     *
     * @param tenant whose
     * @return false for those of whom nobody said so
     */
    public boolean isEnabled(TenantId tenant) {
        return database()
                .transact(
                        "look up whether Stripe is told the usage of tenant " + tenant,
                        transaction -> Sql.first(
                                transaction.connection(),
                                row -> row.getBoolean(1),
                                "select enabled from stripe_usage_tenant where tenant_id = ?",
                                tenant.value()))
                .orElse(false);
    }

    /**
     * What was told of a tenant, or is to be.
     *
     * @param tenant whose
     * @return the newest hour first, at most 1,000
     */
    public List<ToldUsage> told(TenantId tenant) {
        return database()
                .transact(
                        "look up what Stripe was told of tenant " + tenant,
                        transaction -> Sql.list(
                                transaction.connection(),
                                StripeMeters::read,
                                "select id, tenant_id, metric, hour, part, value, state, ended_at, note from stripe_usage_event"
                                        + " where tenant_id = ? order by hour desc, metric, part desc limit "
                                        + LONGEST_LIST,
                                tenant.value()));
    }

    private static ToldUsage read(ResultSet row) throws SQLException {
        return new ToldUsage(
                row.getString("id"),
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("metric"),
                Sql.instant(row, "hour"),
                row.getInt("part"),
                row.getBigDecimal("value"),
                ToldUsage.State.valueOf(row.getString("state")),
                Sql.optionalInstant(row, "ended_at"),
                row.getString("note"));
    }

    /**
     * Stores what is to be told of the hours that are over, and tells it.
     *
     * @return what was done
     * @throws io.tenancy.billing.BillingUnavailableException when the control database cannot be reached
     */
    public Done run() {
        if (meters.isEmpty()) {
            return new Done(0, 0, 0, 0, "");
        }
        UsageStock stock = new UsageStock(parts, meters);
        int stored = stock.store();
        UsageTeller teller = new UsageTeller(parts);
        teller.tell();
        stock.forget();
        return new Done(stored, teller.told(), teller.refused(), stock.givenUp() + teller.givenUp(), teller.note());
    }

    private ControlTransactions database() {
        return parts.database();
    }
}
