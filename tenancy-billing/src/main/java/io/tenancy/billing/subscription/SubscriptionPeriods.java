package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.billing.period.BillingInterval;
import io.tenancy.billing.period.BillingPeriod;
import io.tenancy.billing.period.BillingSchedule;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.usage.UsagePeriod;
import io.tenancy.usage.spi.BillingPeriods;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The billing periods of tenants' subscriptions, for usage and for quotas: they begin and end on the hour in which the
 * subscription's do. Calendar months in UTC for tenants without a subscription, and before billing has started. What is
 * known of a tenant is remembered for a minute. Safe for many threads.
 */
public final class SubscriptionPeriods implements BillingPeriods {

    /** How long what is known of a tenant is remembered. */
    public static final Duration REMEMBERED = Duration.ofMinutes(1);

    private static final int MOST_REMEMBERED = 100_000;

    private final InstantSource clock;
    private final Map<TenantId, Known> known = new ConcurrentHashMap<>();
    private volatile @Nullable ControlTransactions database;

    /**
     * Creates the periods; give them to the installation's builder, then to billing's.
     *
     * @param clock tells when to look again
     */
    public SubscriptionPeriods(InstantSource clock) {
        this.clock = clock;
    }

    private record Since(Instant since, BillingSchedule schedule) {}

    private record Known(Instant readAt, List<Since> schedules) {}

    /** For billing itself: from now on subscriptions can be asked. */
    public void readFrom(ControlTransactions control) {
        database = control;
    }

    @Override
    public UsagePeriod of(TenantId tenant, Instant instant) {
        List<Since> schedules = schedules(tenant);
        Instant ends = Instant.MAX;
        for (int i = schedules.size() - 1; i >= 0; i--) {
            BillingSchedule schedule = schedules.get(i).schedule();
            Instant first = schedule.period(0).start();
            Instant since = schedules.get(i).since();
            Instant begins = hour(i == 0 || first.isAfter(since) ? first : since);
            if (!instant.isBefore(begins)) {
                return periodOf(schedule, instant, begins, ends);
            }
            // Up to the first period of the next one, which a trial may come before.
            ends = begins.isBefore(ends) ? begins : ends;
        }
        // The month in which the first period begins ends there.
        UsagePeriod month = UsagePeriod.monthOf(instant);
        return month.until().isAfter(ends) ? new UsagePeriod(month.start(), ends) : month;
    }

    private static UsagePeriod periodOf(BillingSchedule schedule, Instant instant, Instant begins, Instant ends) {
        long number = schedule.numberAt(
                instant.isBefore(schedule.period(0).start())
                        ? schedule.period(0).start()
                        : instant);
        BillingPeriod period = schedule.period(number);
        // An hour belongs to the period that begins within it.
        if (!instant.isBefore(hour(period.end()))) {
            period = schedule.period(number + 1);
        }
        Instant start = hour(period.start());
        Instant until = hour(period.end());
        return new UsagePeriod(start.isBefore(begins) ? begins : start, until.isAfter(ends) ? ends : until);
    }

    private static Instant hour(Instant instant) {
        return instant.truncatedTo(ChronoUnit.HOURS);
    }

    private List<Since> schedules(TenantId tenant) {
        Instant now = clock.instant();
        Known before = known.get(tenant);
        if (before != null && before.readAt().plus(REMEMBERED).isAfter(now)) {
            return before.schedules();
        }
        ControlTransactions control = database;
        if (control == null) {
            return List.of();
        }
        if (known.size() >= MOST_REMEMBERED) {
            known.clear();
        }
        List<Since> read = control.transact(
                "read the billing periods of tenant " + tenant,
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> new Since(
                                Sql.instant(row, "since"),
                                new BillingSchedule(
                                        row.getObject("anchor", LocalDateTime.class),
                                        ZoneId.of(row.getString("zone")),
                                        new BillingInterval(
                                                BillingInterval.Unit.valueOf(row.getString("unit")),
                                                row.getInt("count")))),
                        "select since, anchor, zone, unit, count from billing_schedule where tenant_id = ? order by since",
                        tenant.value()));
        known.put(tenant, new Known(now, read));
        return read;
    }
}
