package io.tenancy.billing.revenue;

import io.tenancy.TenantId;
import io.tenancy.billing.Money;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What recurs and how it moves, from what became of subscriptions. Records are only ever added, so the figures of a past
 * day are the same whenever they are asked for, once billing has run what was due on it: what is run late counts at the
 * instant at which it was due. Tenants in the sandbox do not count. Each currency is told by itself. Safe for many threads.
 *
 * <p><b>MRR</b>, monthly recurring revenue: the sum, over subscriptions that are active, past due, restricted, or cancelled
 * and not yet over, of what recurs in a month: prices of fixed and per-seat charges divided by the months of the interval
 * (by days ÷ 30.436875 for one in days), without tax, less coupons that count for ever. Trials, usage and one-off charges
 * are not in it. After Stripe, https://docs.stripe.com/billing/subscriptions/analytics. <b>ARR</b> is twelve times MRR.
 *
 * <p><b>Movements</b>, tenant by tenant, from one record to the next: <i>new</i> from nothing for the first time,
 * <i>reactivation</i> from nothing after there was something, <i>expansion</i> up, <i>contraction</i> down, <i>churn</i> to
 * nothing. After ChartMogul, https://help.chartmogul.com/hc/en-us/articles/203321272. What recurs at the end is what recurred
 * at the beginning and all movements.
 */
public final class RevenueReports {

    // Up to an instant, the last record of each subscription; the instant itself belongs to what comes after it.
    private static final String LAST = """
            select distinct on (r.subscription_id) r.subscription_id, r.tenant_id, r.status, r.plan, r.rank, r.currency,
              r.monthly
            from subscription_record r
            where r.at < ? and r.currency = ? and not r.sandbox
            order by r.subscription_id, r.at desc, r.id desc
            """;

    private static final String RECORDS = """
            select r.subscription_id, r.tenant_id, r.at, r.kind, r.phase, r.status, r.plan, r.rank, r.monthly
            from subscription_record r
            where r.at < ? and r.currency = ? and not r.sandbox
            order by r.at, r.id
            """;

    private final ControlTransactions database;

    /**
     * Creates the reports.
     *
     * @param database the control database
     */
    public RevenueReports(ControlTransactions database) {
        this.database = database;
    }

    /**
     * What recurs at an instant.
     *
     * @param currency ISO 4217 code
     * @param monthly MRR
     * @param yearly ARR
     * @param customers tenants of whom something recurs
     * @param trials tenants in their trial
     * @param perCustomer ARPA: MRR divided by customers, rounded half up; zero without customers
     * @param byPlan MRR by plan
     */
    public record Recurring(
            String currency,
            Money monthly,
            Money yearly,
            int customers,
            int trials,
            Money perCustomer,
            Map<String, Money> byPlan) {}

    /**
     * How MRR moved between two instants.
     *
     * @param opening at the first instant
     * @param fresh from tenants of whom nothing ever recurred before
     * @param expansion of tenants of whom more recurs
     * @param contraction of tenants of whom less recurs; 0 or less
     * @param churn of tenants of whom nothing recurs any more; 0 or less
     * @param reactivation of tenants of whom something recurs again
     * @param closing at the second instant: all of these together
     */
    public record Waterfall(
            Money opening,
            Money fresh,
            Money expansion,
            Money contraction,
            Money churn,
            Money reactivation,
            Money closing) {}

    /**
     * Shares between two instants. A share of nothing is null.
     *
     * @param logoChurn customers of the first instant of whom nothing recurs at the second one, by all of them
     * @param netRetention MRR at the second instant of customers of the first one, by MRR at the first one (NRR)
     * @param trialConversion trials that ended in between with a first period that is charged, by all trials that ended
     * @param tierUpgrades customers of both instants whose plan has a higher rank at the second one, by all of both
     */
    public record Rates(
            @Nullable BigDecimal logoChurn,
            @Nullable BigDecimal netRetention,
            @Nullable BigDecimal trialConversion,
            @Nullable BigDecimal tierUpgrades) {}

    /**
     * The currencies in which anything was ever subscribed to.
     *
     * @return ISO 4217 codes, sorted
     */
    public List<String> currencies() {
        return database.transact(
                "list the currencies of subscriptions",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> row.getString(1),
                        "select distinct currency from subscription_record where not sandbox order by currency"));
    }

    /**
     * What recurs at an instant.
     *
     * @param currency ISO 4217 code
     * @param at the instant
     * @return the figures
     */
    public Recurring at(String currency, Instant at) {
        return database.transact("report what recurs", transaction -> {
            Map<TenantId, Value> tenants = values(transaction.connection(), currency, at);
            Money zero = Money.zero(currency);
            Money sum = zero;
            Map<String, Money> byPlan = new HashMap<>();
            int customers = 0;
            int trials = 0;
            for (Value value : tenants.values()) {
                if (value.monthly() > 0) {
                    Money monthly = Money.ofMinor(value.monthly(), currency);
                    sum = sum.plus(monthly);
                    byPlan.merge(value.plan(), monthly, Money::plus);
                    customers++;
                }
                trials += value.trial() ? 1 : 0;
            }
            Money perCustomer = customers == 0 ? zero : sum.share(1, customers);
            return new Recurring(
                    currency,
                    sum,
                    sum.times(BigDecimal.valueOf(12)),
                    customers,
                    trials,
                    perCustomer,
                    Map.copyOf(byPlan));
        });
    }

    private record Value(long monthly, String plan, int rank, boolean trial) {}

    private static Map<TenantId, Value> values(Connection connection, String currency, Instant at) throws SQLException {
        Map<TenantId, Value> tenants = new HashMap<>();
        Sql.list(
                        connection,
                        row -> Map.entry(
                                new TenantId(row.getObject("tenant_id", UUID.class)),
                                new Value(
                                        row.getLong("monthly"),
                                        row.getString("plan"),
                                        row.getInt("rank"),
                                        row.getString("status").equals("TRIAL"))),
                        LAST,
                        at,
                        currency)
                .forEach(entry -> tenants.merge(entry.getKey(), entry.getValue(), RevenueReports::live));
        return tenants;
    }

    // Of a tenant's subscriptions one at most is not over.
    private static Value live(Value one, Value other) {
        return other.monthly() > 0 || other.trial() ? other : one;
    }

    /**
     * How MRR moved.
     *
     * @param currency ISO 4217 code
     * @param from the first instant
     * @param until the second one
     * @return opening, movements and closing, which come out even
     */
    public Waterfall waterfall(String currency, Instant from, Instant until) {
        return database.transact("report how revenue moved", transaction -> {
            Map<Movement, Long> moved = new EnumMap<>(Movement.class);
            long opening = 0;
            Map<UUID, Long> bySubscription = new HashMap<>();
            Map<TenantId, Long> byTenant = new HashMap<>();
            Set<TenantId> hadSome = new HashSet<>();
            for (Moment moment : moments(transaction.connection(), currency, until)) {
                long before = bySubscription.getOrDefault(moment.subscription(), 0L);
                bySubscription.put(moment.subscription(), moment.monthly());
                long was = byTenant.getOrDefault(moment.tenant(), 0L);
                long is = was - before + moment.monthly();
                byTenant.put(moment.tenant(), is);
                if (moment.at().isBefore(from)) {
                    opening += is - was;
                } else if (is != was) {
                    moved.merge(Movement.of(was, is, hadSome.contains(moment.tenant())), is - was, Long::sum);
                }
                if (is > 0) {
                    hadSome.add(moment.tenant());
                }
            }
            long closing = opening;
            for (long each : moved.values()) {
                closing += each;
            }
            return new Waterfall(
                    Money.ofMinor(opening, currency),
                    Money.ofMinor(moved.getOrDefault(Movement.FRESH, 0L), currency),
                    Money.ofMinor(moved.getOrDefault(Movement.EXPANSION, 0L), currency),
                    Money.ofMinor(moved.getOrDefault(Movement.CONTRACTION, 0L), currency),
                    Money.ofMinor(moved.getOrDefault(Movement.CHURN, 0L), currency),
                    Money.ofMinor(moved.getOrDefault(Movement.REACTIVATION, 0L), currency),
                    Money.ofMinor(closing, currency));
        });
    }

    private enum Movement {
        FRESH,
        EXPANSION,
        CONTRACTION,
        CHURN,
        REACTIVATION;

        static Movement of(long was, long is, boolean hadSome) {
            if (was == 0) {
                return hadSome ? REACTIVATION : FRESH;
            }
            if (is == 0) {
                return CHURN;
            }
            return is > was ? EXPANSION : CONTRACTION;
        }
    }

    private record Moment(
            UUID subscription, TenantId tenant, Instant at, String kind, String phase, String status, long monthly) {}

    private static List<Moment> moments(Connection connection, String currency, Instant until) throws SQLException {
        return Sql.list(
                connection,
                row -> new Moment(
                        row.getObject("subscription_id", UUID.class),
                        new TenantId(row.getObject("tenant_id", UUID.class)),
                        Sql.instant(row, "at"),
                        row.getString("kind"),
                        row.getString("phase"),
                        row.getString("status"),
                        row.getLong("monthly")),
                RECORDS,
                until,
                currency);
    }

    /**
     * Shares between two instants.
     *
     * @param currency ISO 4217 code
     * @param from the first instant
     * @param until the second one
     * @return the shares, to four decimals, half up
     */
    public Rates rates(String currency, Instant from, Instant until) {
        return database.transact("report shares of revenue", transaction -> {
            Connection connection = transaction.connection();
            Map<TenantId, Value> before = values(connection, currency, from);
            Map<TenantId, Value> after = values(connection, currency, until);
            long customers = 0;
            long lost = 0;
            long stayed = 0;
            long upgraded = 0;
            long monthlyBefore = 0;
            long monthlyAfter = 0;
            for (Map.Entry<TenantId, Value> entry : before.entrySet()) {
                Value was = entry.getValue();
                if (was.monthly() == 0) {
                    continue;
                }
                Value is = after.getOrDefault(entry.getKey(), was);
                customers++;
                monthlyBefore += was.monthly();
                monthlyAfter += is.monthly();
                lost += is.monthly() == 0 ? 1 : 0;
                stayed += is.monthly() == 0 ? 0 : 1;
                upgraded += is.monthly() != 0 && is.rank() > was.rank() ? 1 : 0;
            }
            long converted = 0;
            long ended = 0;
            Map<UUID, Moment> last = new HashMap<>();
            for (Moment moment : moments(connection, currency, until)) {
                Moment previous = last.put(moment.subscription(), moment);
                boolean leavesTrial = previous != null
                        && previous.phase().equals("TRIAL")
                        && !moment.phase().equals("TRIAL");
                if (leavesTrial && !moment.at().isBefore(from)) {
                    ended++;
                    converted += moment.phase().equals("RUNNING") ? 1 : 0;
                }
            }
            return new Rates(
                    share(lost, customers),
                    share(monthlyAfter, monthlyBefore),
                    share(converted, ended),
                    share(upgraded, stayed));
        });
    }

    private static @Nullable BigDecimal share(long part, long whole) {
        return whole == 0
                ? null
                : new BigDecimal(part)
                        .divide(new BigDecimal(whole), MathContext.DECIMAL64)
                        .setScale(4, RoundingMode.HALF_UP);
    }

    /**
     * What recurred at several instants, for a chart.
     *
     * @param currency ISO 4217 code
     * @param instants the instants
     * @return MRR at each, in the same order
     */
    public List<Money> monthlyAt(String currency, List<Instant> instants) {
        if (instants.isEmpty()) {
            return List.of();
        }
        Instant latest = new TreeSet<>(instants).last();
        List<Moment> moments = database.transact(
                "report how revenue moved", transaction -> moments(transaction.connection(), currency, latest));
        List<Money> sums = new ArrayList<>();
        for (Instant instant : instants) {
            Map<UUID, Long> values = new HashMap<>();
            for (Moment moment : moments) {
                if (moment.at().isBefore(instant)) {
                    values.put(moment.subscription(), moment.monthly());
                }
            }
            sums.add(Money.ofMinor(
                    values.values().stream().mapToLong(Long::longValue).sum(), currency));
        }
        return sums;
    }
}
