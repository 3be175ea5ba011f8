package io.tenancy.billing.stripe.meter;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.usage.UsageReports.Asked;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Stores what is to be told: hours that are over, and what came in later of those that were stored before. */
final class UsageStock {

    private static final int ROWS = 100;
    private static final int HOURS = 24;
    private static final int FORGOTTEN_AT_ONCE = 10_000;

    /** How often it is looked for usage that came in late. */
    private static final Duration LATE_EVERY = Duration.ofHours(6);

    /** Further back than what is told, so that what came in too late for that is seen. */
    private static final Duration LOOKED_BACK = StripeMeters.OLDEST.plusDays(2);

    private final StripeMeters.Parts parts;
    private final Map<String, String> meters;
    private final ControlTransactions database;
    private int stored;
    private int givenUp;

    UsageStock(StripeMeters.Parts parts, Map<String, String> meters) {
        this.parts = parts;
        this.meters = meters;
        this.database = parts.database();
    }

    /** What is told of one metric in one stretch of time. */
    private record Progress(
            TenantId tenant,
            String metric,
            Instant since,
            Instant until,
            @Nullable Instant endsAt) {

        Instant storedUntil(Instant most) {
            Instant end = endsAt == null || most.isBefore(endsAt) ? most : endsAt;
            Instant some = until.plus(HOURS, ChronoUnit.HOURS);
            return end.isBefore(some) ? end : some;
        }
    }

    /** A stretch of time begins with the hour that it is, or goes on when it ended in the same one. */
    static void begin(Transaction transaction, List<String> metrics, @Nullable TenantId only) throws SQLException {
        Instant hour = transaction.recordedAt().truncatedTo(ChronoUnit.HOURS);
        UUID tenant = only == null ? null : only.value();
        Sql.update(
                transaction.connection(),
                "insert into stripe_usage_progress (tenant_id, metric, since, until, late_at)"
                        + " select t.tenant_id, m.metric, ?, ?, ? from stripe_usage_tenant t"
                        + " cross join unnest(?::text[]) as m(metric) where t.enabled and (?::uuid is null or t.tenant_id = ?)"
                        + " and not exists (select 1 from stripe_usage_progress p where p.tenant_id = t.tenant_id"
                        + "   and p.metric = m.metric and p.ends_at is null)"
                        + " on conflict (tenant_id, metric, since) do update set ends_at = null",
                hour,
                hour,
                transaction.recordedAt(),
                transaction.connection().createArrayOf("text", metrics.toArray()),
                tenant,
                tenant);
    }

    int store() {
        List<String> metrics = List.copyOf(meters.keySet());
        database.transact("look up whose usage Stripe is told", transaction -> {
            begin(transaction, metrics, null);
            return metrics;
        });
        while (storeHours()) {
            // Until every hour that is over is stored.
        }
        while (storeLate()) {
            // Until all were looked through.
        }
        return stored;
    }

    int givenUp() {
        return givenUp;
    }

    private boolean storeHours() {
        return database.transact("store what Stripe is told", transaction -> {
            Instant over = transaction.recordedAt().minus(StripeMeters.GRACE).truncatedTo(ChronoUnit.HOURS);
            List<Progress> rows =
                    claim(transaction, "until < least(?, coalesce(ends_at, 'infinity')) order by until", over);
            Instant oldest = oldest(transaction);
            List<Asked> asked = new ArrayList<>();
            for (Progress row : rows) {
                tooOld(transaction, row, over, oldest);
                Instant end = row.storedUntil(over);
                for (Instant hour = row.until(); hour.isBefore(end); hour = hour.plus(1, ChronoUnit.HOURS)) {
                    if (!hour.isBefore(oldest)) {
                        asked.add(new Asked(row.tenant(), row.metric(), hour, hour.plus(1, ChronoUnit.HOURS)));
                    }
                }
                advance(transaction, row, row.until().isBefore(oldest) ? max(end, min(oldest, over, row)) : end);
            }
            List<BigDecimal> totals = totals(transaction, asked);
            for (int i = 0; i < totals.size(); i++) {
                if (totals.get(i).signum() > 0) {
                    insert(transaction, asked.get(i), 1, totals.get(i));
                }
            }
            return !rows.isEmpty();
        });
    }

    private static Instant oldest(Transaction transaction) {
        return transaction
                .recordedAt()
                .minus(StripeMeters.OLDEST)
                .truncatedTo(ChronoUnit.HOURS)
                .plus(1, ChronoUnit.HOURS);
    }

    private static Instant max(Instant one, Instant other) {
        return one.isBefore(other) ? other : one;
    }

    private static Instant min(Instant oldest, Instant over, Progress row) {
        Instant most = oldest.isBefore(over) ? oldest : over;
        Instant endsAt = row.endsAt();
        return endsAt == null || most.isBefore(endsAt) ? most : endsAt;
    }

    // Nothing was stored for more than a month: hours that Stripe takes no more are skipped, and said.
    private void tooOld(Transaction transaction, Progress row, Instant over, Instant oldest) throws SQLException {
        if (!row.until().isBefore(oldest)) {
            return;
        }
        Instant skippedUntil = min(oldest, over, row);
        BigDecimal total = totals(
                        transaction, List.of(new Asked(row.tenant(), row.metric(), row.until(), skippedUntil)))
                .get(0);
        if (total.signum() == 0) {
            return;
        }
        givenUp++;
        parts.findings()
                .add(
                        transaction,
                        FindingKind.USAGE_REFUSED,
                        subject(row.tenant(), row.metric(), row.until()),
                        row.tenant(),
                        "From " + row.until() + " to " + skippedUntil + " the tenant used " + total.toPlainString()
                                + " of " + row.metric()
                                + ", which was not told to Stripe in time: it takes what is at most"
                                + " 35 days old. Put it on an invoice there by hand, if anything depends on it.");
    }

    private static void advance(Transaction transaction, Progress row, Instant until) throws SQLException {
        Sql.update(
                transaction.connection(),
                "update stripe_usage_progress set until = ? where tenant_id = ? and metric = ? and since = ?",
                until,
                row.tenant().value(),
                row.metric(),
                row.since());
    }

    private List<Progress> claim(Transaction transaction, String rest, Instant at) throws SQLException {
        return Sql.list(
                transaction.connection(),
                UsageStock::progress,
                "select tenant_id, metric, since, until, ends_at from stripe_usage_progress where metric = any (?) and "
                        + rest + " limit " + ROWS + " for update skip locked",
                transaction.connection().createArrayOf("text", meters.keySet().toArray()),
                at);
    }

    private static Progress progress(ResultSet row) throws SQLException {
        return new Progress(
                new TenantId(row.getObject("tenant_id", UUID.class)),
                row.getString("metric"),
                Sql.instant(row, "since"),
                Sql.instant(row, "until"),
                Sql.optionalInstant(row, "ends_at"));
    }

    private List<BigDecimal> totals(Transaction transaction, List<Asked> asked) throws SQLException {
        return asked.isEmpty() ? List.of() : parts.usage().totals(transaction.connection(), asked);
    }

    private void insert(Transaction transaction, Asked asked, int part, BigDecimal value) throws SQLException {
        stored += Sql.update(
                transaction.connection(),
                "insert into stripe_usage_event (id, tenant_id, metric, hour, part, meter, value, state, next_at)"
                        + " values (?, ?, ?, ?, ?, ?, ?, 'WAITING', ?) on conflict (tenant_id, metric, hour, part) do nothing",
                UsageEventId.of(parts.ownership().installation(), asked.tenant(), asked.metric(), asked.from(), part),
                asked.tenant().value(),
                asked.metric(),
                asked.from(),
                part,
                Objects.requireNonNull(meters.get(asked.metric())),
                value,
                transaction.recordedAt());
    }

    // ---- what came in late

    private boolean storeLate() {
        return database.transact("look for usage that came in late", transaction -> {
            Instant due = transaction.recordedAt().minus(LATE_EVERY);
            List<Progress> rows = claim(transaction, "late_at <= ? and until > since order by late_at", due);
            for (Progress row : rows) {
                late(transaction, row);
                Sql.update(
                        transaction.connection(),
                        "update stripe_usage_progress set late_at = ? where tenant_id = ? and metric = ? and since = ?",
                        transaction.recordedAt(),
                        row.tenant().value(),
                        row.metric(),
                        row.since());
            }
            return !rows.isEmpty();
        });
    }

    private void late(Transaction transaction, Progress row) throws SQLException {
        Instant back = transaction.recordedAt().minus(LOOKED_BACK).truncatedTo(ChronoUnit.HOURS);
        Instant from = max(row.since(), back);
        Map<Instant, Said> said = said(transaction.connection(), row, from);
        Set<String> differing = new HashSet<>();
        for (Asked day : differingDays(transaction, row, from, said)) {
            List<Asked> hours = hours(day);
            List<BigDecimal> totals = totals(transaction, hours);
            for (int i = 0; i < hours.size(); i++) {
                Said known = said.getOrDefault(hours.get(i).from(), Said.NOTHING);
                if (late(transaction, hours.get(i), totals.get(i), known)) {
                    differing.add(
                            subject(row.tenant(), row.metric(), hours.get(i).from()));
                }
            }
        }
        settle(transaction, row, from, differing);
    }

    /** What was stored of an hour. */
    private record Said(BigDecimal value, int parts) {
        static final Said NOTHING = new Said(BigDecimal.ZERO, 0);
    }

    private static Map<Instant, Said> said(Connection connection, Progress row, Instant from) throws SQLException {
        Map<Instant, Said> said = new HashMap<>();
        var unused = Sql.list(
                connection,
                each -> said.put(
                        Sql.instant(each, "hour"), new Said(each.getBigDecimal("value"), each.getInt("parts"))),
                "select hour, sum(value) as value, max(part) as parts from stripe_usage_event where tenant_id = ?"
                        + " and metric = ? and hour >= ? and hour < ? group by hour",
                row.tenant().value(),
                row.metric(),
                from,
                row.until());
        return said;
    }

    // By days first, of which there are few, and by hours where a day differs.
    private List<Asked> differingDays(Transaction transaction, Progress row, Instant from, Map<Instant, Said> said)
            throws SQLException {
        List<Asked> days = new ArrayList<>();
        Instant begin = from;
        while (begin.isBefore(row.until())) {
            Instant nextDay = begin.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
            Instant end = nextDay.isBefore(row.until()) ? nextDay : row.until();
            days.add(new Asked(row.tenant(), row.metric(), begin, end));
            begin = end;
        }
        List<BigDecimal> totals = totals(transaction, days);
        List<Asked> differing = new ArrayList<>();
        for (int i = 0; i < days.size(); i++) {
            BigDecimal known = BigDecimal.ZERO;
            for (Asked hour : hours(days.get(i))) {
                known = known.add(said.getOrDefault(hour.from(), Said.NOTHING).value());
            }
            if (known.compareTo(totals.get(i)) != 0) {
                differing.add(days.get(i));
            }
        }
        return differing;
    }

    private static List<Asked> hours(Asked day) {
        List<Asked> hours = new ArrayList<>();
        for (Instant hour = day.from(); hour.isBefore(day.until()); hour = hour.plus(1, ChronoUnit.HOURS)) {
            hours.add(new Asked(day.tenant(), day.metric(), hour, hour.plus(1, ChronoUnit.HOURS)));
        }
        return hours;
    }

    /** Stores what came in late of an hour; tells whether it differs in a way that cannot be told. */
    private boolean late(Transaction transaction, Asked hour, BigDecimal total, Said said) throws SQLException {
        BigDecimal difference = total.subtract(said.value());
        if (difference.signum() == 0) {
            return false;
        }
        boolean tooOld = hour.from().isBefore(oldest(transaction));
        if (difference.signum() > 0 && !tooOld) {
            insert(transaction, hour, said.parts() + 1, difference);
            return false;
        }
        String what = difference.signum() < 0
                ? difference.negate().toPlainString() + " of " + hour.metric() + " in the hour of " + hour.from()
                        + " was taken back after Stripe had been told; it takes no usage that is negative. Credit it there by"
                        + " hand, if anything depends on it."
                : difference.toPlainString() + " of " + hour.metric() + " in the hour of " + hour.from()
                        + " came in when that was too old for Stripe, which takes what is at most 35 days old. Put it on an"
                        + " invoice there by hand, if anything depends on it.";
        boolean isNew = parts.findings()
                .addUnlessSettled(
                        transaction,
                        FindingKind.USAGE_REFUSED,
                        subject(hour.tenant(), hour.metric(), hour.from()),
                        hour.tenant(),
                        what);
        givenUp += isNew ? 1 : 0;
        return true;
    }

    private static String subject(TenantId tenant, String metric, Instant hour) {
        return prefix(tenant, metric) + hour;
    }

    private static String prefix(TenantId tenant, String metric) {
        return "usage:" + tenant + "/" + metric + "/";
    }

    /** Differences that are gone, such as of usage that was taken back and told anew. */
    private void settle(Transaction transaction, Progress row, Instant from, Set<String> differing)
            throws SQLException {
        String prefix = prefix(row.tenant(), row.metric());
        List<String> open = Sql.list(
                transaction.connection(),
                each -> each.getString(1),
                "select subject from stripe_finding where kind = 'USAGE_REFUSED' and resolved_at is null"
                        + " and tenant_id = ? and starts_with(subject, ?) and subject >= ?",
                row.tenant().value(),
                prefix,
                prefix + from);
        for (String each : open) {
            boolean told = each.compareTo(prefix + row.until()) < 0;
            if (told && !differing.contains(each)) {
                parts.findings().settle(transaction, FindingKind.USAGE_REFUSED, each, "Both sides say the same again.");
            }
        }
    }

    /** What is too old to be compared. */
    void forget() {
        database.transact("forget what Stripe was told long ago", transaction -> {
            Instant before = transaction.recordedAt().minus(LOOKED_BACK).minus(1, ChronoUnit.DAYS);
            Sql.update(
                    transaction.connection(),
                    "delete from stripe_usage_progress where ends_at <= until and until < ?",
                    before);
            return Sql.update(
                    transaction.connection(),
                    "delete from stripe_usage_event where id in (select id from stripe_usage_event where hour < ?"
                            + " and state <> 'WAITING' limit " + FORGOTTEN_AT_ONCE + ")",
                    before);
        });
    }
}
