package io.tenancy.quota.spi;

import io.tenancy.TenancyException;
import io.tenancy.TenantId;
import io.tenancy.quota.QuotaPeriod;
import io.tenancy.quota.QuotaSpan;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;

/**
 * Knows where the periods of a tenant begin and end. The same instant must give the same period on every node. Safe for
 * many threads.
 */
public interface QuotaCalendar {

    /** Days and months in UTC, no billing periods. */
    QuotaCalendar UTC = new QuotaCalendar() {};

    /**
     * In which zone a tenant's days begin.
     *
     * @param tenant whose
     * @return UTC unless overridden
     */
    default ZoneId zoneOf(TenantId tenant) {
        return ZoneOffset.UTC;
    }

    /**
     * The billing period that an instant lies in.
     *
     * @param tenant whose
     * @param at the instant
     * @return a period that contains the instant
     * @throws TenancyException unless overridden
     */
    default QuotaSpan billingPeriod(TenantId tenant, Instant at) {
        throw new TenancyException("A quota of tenant " + tenant
                + " is per billing period, but the installation's QuotaCalendar knows no billing periods."
                + " Override billingPeriod(tenant, at) and give it to the builder (quotaCalendar(...)).");
    }

    /**
     * The period that an instant lies in.
     *
     * @param tenant whose
     * @param period which kind
     * @param at the instant
     * @return a period that contains the instant
     */
    default QuotaSpan spanOf(TenantId tenant, QuotaPeriod period, Instant at) {
        return switch (period) {
            case NONE -> QuotaSpan.ENDLESS;
            case DAY -> {
                ZoneId zone = zoneOf(tenant);
                LocalDate day = LocalDate.ofInstant(at, zone);
                yield span(day, day.plusDays(1), zone);
            }
            case MONTH -> {
                ZoneId zone = zoneOf(tenant);
                LocalDate first = LocalDate.ofInstant(at, zone).withDayOfMonth(1);
                yield span(first, first.plusMonths(1), zone);
            }
            case BILLING -> billingPeriod(tenant, at);
        };
    }

    private static QuotaSpan span(LocalDate from, LocalDate to, ZoneId zone) {
        return QuotaSpan.of(
                from.atStartOfDay(zone).toInstant(), to.atStartOfDay(zone).toInstant());
    }
}
