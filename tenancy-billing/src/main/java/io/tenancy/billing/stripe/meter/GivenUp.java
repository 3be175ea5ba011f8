package io.tenancy.billing.stripe.meter;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.finding.StripeFindings;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.math.BigDecimal;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;

/**
 * Usage that is not told any more, as one finding for each metric of a tenant, which says how much it is altogether: of a tenant
 * that never becomes a customer there would be one each hour. Once that was settled, what comes then is a finding of its own.
 */
final class GivenUp {

    private GivenUp() {}

    /** Whose usage of what. */
    record Of(TenantId tenant, String metric, boolean isUnknown) {

        FindingKind kind() {
            return isUnknown ? FindingKind.UNKNOWN_OUTCOME : FindingKind.USAGE_REFUSED;
        }
    }

    /** How much in one hour. */
    record Hour(Instant at, BigDecimal value) {}

    private record Total(long hours, BigDecimal value, Instant first, Instant last) {}

    static String subject(TenantId tenant, String metric) {
        return "usage-given-up:" + tenant + "/" + metric;
    }

    static void report(Transaction transaction, StripeFindings findings, Of of, List<Hour> hours) throws SQLException {
        String subject = subject(of.tenant(), of.metric());
        Total total = total(transaction, of, subject, hours);
        findings.add(transaction, of.kind(), subject, of.tenant(), detail(of, total));
    }

    private static Total total(Transaction transaction, Of of, String subject, List<Hour> hours) throws SQLException {
        forgetSettled(transaction, of, subject);
        return Sql.first(
                        transaction.connection(),
                        row -> new Total(
                                row.getLong("hours"),
                                row.getBigDecimal("value"),
                                Sql.instant(row, "first_hour"),
                                Sql.instant(row, "last_hour")),
                        "insert into stripe_usage_given_up as g (tenant_id, metric, unknown, hours, value, first_hour, last_hour)"
                                + " values (?, ?, ?, ?, ?, ?, ?) on conflict (tenant_id, metric, unknown) do update set"
                                + " hours = g.hours + excluded.hours, value = g.value + excluded.value,"
                                + " first_hour = least(g.first_hour, excluded.first_hour),"
                                + " last_hour = greatest(g.last_hour, excluded.last_hour)"
                                + " returning hours, value, first_hour, last_hour",
                        of.tenant().value(),
                        of.metric(),
                        of.isUnknown(),
                        (long) hours.size(),
                        hours.stream().map(Hour::value).reduce(BigDecimal.ZERO, BigDecimal::add),
                        hours.stream().map(Hour::at).min(Instant::compareTo).orElseThrow(),
                        hours.stream().map(Hour::at).max(Instant::compareTo).orElseThrow())
                .orElseThrow();
    }

    private static void forgetSettled(Transaction transaction, Of of, String subject) throws SQLException {
        Sql.update(
                transaction.connection(),
                "delete from stripe_usage_given_up where tenant_id = ? and metric = ? and unknown = ? and not exists"
                        + " (select 1 from stripe_finding where kind = ? and subject = ? and resolved_at is null)",
                of.tenant().value(),
                of.metric(),
                of.isUnknown(),
                of.kind().name(),
                subject);
    }

    private static String detail(Of of, Total total) {
        String what = total.value().stripTrailingZeros().toPlainString() + " of " + of.metric() + " in "
                + (total.hours() == 1
                        ? "the hour of " + total.first()
                        : total.hours() + " hours from " + total.first() + " to " + total.last());
        return of.isUnknown()
                ? "Stripe was told " + what
                        + ", and it is not known whether it took it. It would not know it again after"
                        + " a day, so it is not told again. Compare with the meter in Stripe's dashboard."
                : "Stripe was not told " + what + " in time: it takes what is at most 35 days old. Put it on an invoice"
                        + " there by hand, if anything depends on it. A tenant that never becomes a customer at Stripe"
                        + " need not be told of: meters().disable(tenant, note).";
    }
}
