package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.catalogue.ChargeTerms;
import io.tenancy.billing.invoice.NewInvoice;
import io.tenancy.billing.subscription.SubscriptionStore.Loaded;
import io.tenancy.jpa.usage.UsageReports;
import io.tenancy.jpa.usage.UsageReports.Asked;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What is read beforehand for many subscriptions that are run in one transaction, and what is written for all of them at
 * its end. Whatever it does not know is asked for one by one.
 */
final class SubscriptionBatch {

    private final Map<Asked, BigDecimal> used = new HashMap<>();
    private final Map<TenantId, TenantStatus> statuses = new HashMap<>();
    private final List<NewInvoice> invoices = new ArrayList<>();

    /** Asks what was used for all whose period ends, in one query. */
    void readUsage(Connection connection, UsageReports usage, TermsSource terms, List<Loaded> all, Instant now)
            throws SQLException {
        List<Asked> asked = new ArrayList<>();
        for (Loaded each : all) {
            Subscription s = each.stored().subscription();
            if (s.phase() == Phase.RUNNING && !s.renewsAt().isAfter(now)) {
                for (SubscriptionItem item : s.items()) {
                    add(asked, s.tenant(), terms.terms(item.terms()), item.usageFrom(), s.renewsAt());
                }
            }
            for (SettledUsage settled : s.settled()) {
                add(asked, s.tenant(), terms.terms(settled.terms()), settled.from(), settled.until());
            }
        }
        if (asked.isEmpty()) {
            return;
        }
        List<BigDecimal> totals = usage.totals(connection, asked);
        for (int i = 0; i < asked.size(); i++) {
            used.put(asked.get(i), totals.get(i));
        }
    }

    private static void add(List<Asked> asked, TenantId tenant, Terms terms, Instant from, Instant until) {
        Instant first = from.truncatedTo(ChronoUnit.HOURS);
        Instant end = until.truncatedTo(ChronoUnit.HOURS);
        if (!first.isBefore(end)) {
            return;
        }
        for (ChargeTerms charge : terms.prices().charges()) {
            if (charge instanceof ChargeTerms.Usage metered) {
                asked.add(new Asked(tenant, metered.metric(), first, end));
            } else if (charge instanceof ChargeTerms.Percentage percentage) {
                asked.add(new Asked(tenant, percentage.metric(), first, end));
            }
        }
    }

    @Nullable BigDecimal used(Asked asked) {
        return used.get(asked);
    }

    void isStatus(TenantId tenant, @Nullable TenantStatus status) {
        if (status != null) {
            statuses.put(tenant, status);
        }
    }

    Optional<TenantStatus> status(TenantId tenant) {
        return Optional.ofNullable(statuses.get(tenant));
    }

    void forgetStatus(TenantId tenant) {
        statuses.remove(tenant);
    }

    void add(NewInvoice invoice) {
        invoices.add(invoice);
    }

    List<NewInvoice> invoices() {
        return invoices;
    }
}
