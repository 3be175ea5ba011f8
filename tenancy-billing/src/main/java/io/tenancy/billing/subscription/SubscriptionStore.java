package io.tenancy.billing.subscription;

import io.tenancy.TenantId;
import io.tenancy.TenantStatus;
import io.tenancy.billing.Money;
import io.tenancy.billing.account.BillingAccount;
import io.tenancy.billing.account.BillingAccounts;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import io.tenancy.jpa.entitlement.ChangeNote;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Subscriptions as rows. All of it within transactions that hold the tenant's account. */
final class SubscriptionStore {

    private static final String SELECT = "select id, version, tenant_status, state from subscription";
    private static final int FORMAT = 1;

    // Their names are stored, so they never change.
    private static final BillingJson JSON = BillingJson.withKinds(
            SubscriptionChange.class,
            Map.of(
                    "to_plan", SubscriptionChange.ToPlan.class,
                    "seats", SubscriptionChange.Seats.class,
                    "add_on", SubscriptionChange.AddOn.class,
                    "no_add_on", SubscriptionChange.NoAddOn.class,
                    "pause", SubscriptionChange.Pause.class,
                    "resume", SubscriptionChange.Resume.class,
                    "cancel", SubscriptionChange.Cancel.class));

    /**
     * A subscription and its row.
     *
     * @param version rises with every change
     * @param tenantStatus what it last made of its tenant; null before it made anything of it
     */
    record Stored(
            Subscription subscription,
            long version,
            @Nullable TenantStatus tenantStatus) {}

    /**
     * What is kept as JSON.
     *
     * @param format the version of this form
     */
    record State(int format, Subscription subscription) {}

    /** The tenant's subscription: the one that is not over, else the one that ended last. */
    Optional<Stored> find(Connection connection, TenantId tenant) throws SQLException {
        return Sql.first(
                connection,
                SubscriptionStore::read,
                SELECT + " where tenant_id = ? order by (phase <> 'ENDED') desc, created_at desc limit 1",
                tenant.value());
    }

    Optional<Stored> find(Connection connection, UUID id) throws SQLException {
        return Sql.first(connection, SubscriptionStore::read, SELECT + " where id = ?", id);
    }

    /**
     * A subscription with what belongs to it.
     *
     * @param status of the tenant; null when there is no such tenant any more
     */
    record Loaded(
            Stored stored, BillingAccount account, @Nullable TenantStatus status) {}

    /** Many at once, what has been due for longest first. */
    List<Loaded> load(Connection connection, List<UUID> ids) throws SQLException {
        return Sql.list(
                connection,
                row -> {
                    String status = row.getString("status_of_tenant");
                    return new Loaded(
                            read(row), BillingAccounts.read(row), status == null ? null : TenantStatus.valueOf(status));
                },
                "select s.id, s.version, s.tenant_status, s.state, a.tenant_id, a.seller, a.provider, a.buyer,"
                        + " a.frozen_at, t.status as status_of_tenant from subscription s"
                        + " join billing_account a on a.tenant_id = s.tenant_id left join tenant t on t.id = s.tenant_id"
                        + " where s.id = any(?) order by s.next_at, s.id",
                connection.createArrayOf("uuid", ids.toArray()));
    }

    private static Stored read(ResultSet row) throws SQLException {
        String status = row.getString("tenant_status");
        State state = state(row.getString("state"));
        return new Stored(
                state.subscription(), row.getLong("version"), status == null ? null : TenantStatus.valueOf(status));
    }

    static State state(String json) {
        BillingJson.requireFormat("A subscription", FORMAT, json);
        return JSON.value(json, State.class);
    }

    static String text(Subscription subscription) {
        return JSON.text(new State(FORMAT, subscription));
    }

    void insert(Transaction transaction, Stored stored, @Nullable Instant next) throws SQLException {
        Subscription s = stored.subscription();
        Sql.update(
                transaction.connection(),
                "insert into subscription (id, tenant_id, phase, status, plan, next_at, version, tenant_status, state,"
                        + " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                s.id(),
                s.tenant().value(),
                s.phase().name(),
                s.status().name(),
                s.plan().code(),
                next,
                stored.version(),
                name(stored.tenantStatus()),
                text(s),
                s.startedAt());
    }

    void update(Transaction transaction, Stored stored, @Nullable Instant next) throws SQLException {
        Subscription s = stored.subscription();
        Sql.update(
                transaction.connection(),
                "update subscription set phase = ?, status = ?, plan = ?, next_at = ?, version = ?, tenant_status = ?,"
                        + " state = ?, fault = null where id = ?",
                s.phase().name(),
                s.status().name(),
                s.plan().code(),
                next,
                stored.version(),
                name(stored.tenantStatus()),
                text(s),
                s.id());
    }

    private static @Nullable String name(@Nullable TenantStatus status) {
        return status == null ? null : status.name();
    }

    void record(
            Transaction transaction,
            Subscription s,
            Instant at,
            String kind,
            String detail,
            int rank,
            Money monthly,
            ChangeNote note,
            boolean sandbox)
            throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into subscription_record (subscription_id, tenant_id, at, recorded_at, kind, detail, phase, status,"
                        + " plan, rank, currency, monthly, actor, reason, sandbox)"
                        + " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                s.id(),
                s.tenant().value(),
                at,
                transaction.recordedAt(),
                kind,
                detail,
                s.phase().name(),
                s.status().name(),
                s.plan().code(),
                rank,
                s.currency(),
                monthly.minorUnits(),
                note.actor(),
                note.reason(),
                sandbox);
    }

    List<SubscriptionRecord> records(Connection connection, TenantId tenant) throws SQLException {
        return Sql.list(
                connection,
                row -> new SubscriptionRecord(
                        row.getLong("id"),
                        row.getObject("subscription_id", UUID.class),
                        Sql.instant(row, "at"),
                        Sql.instant(row, "recorded_at"),
                        row.getString("kind"),
                        row.getString("detail"),
                        SubscriptionStatus.valueOf(row.getString("status")),
                        row.getString("plan"),
                        Money.ofMinor(row.getLong("monthly"), row.getString("currency")),
                        new ChangeNote(row.getString("actor"), row.getString("reason"))),
                "select r.* from subscription_record r join subscription s on s.id = r.subscription_id"
                        + " where s.tenant_id = ? order by r.id desc limit 1000",
                tenant.value());
    }

    /** From when on the tenant has the periods of its subscription. */
    void schedule(Transaction transaction, Subscription s, Instant since) throws SQLException {
        Sql.update(
                transaction.connection(),
                "insert into billing_schedule (tenant_id, since, anchor, zone, unit, count) values (?, ?, ?, ?, ?, ?)"
                        + " on conflict (tenant_id, since) do update set anchor = excluded.anchor, zone = excluded.zone,"
                        + " unit = excluded.unit, count = excluded.count",
                s.tenant().value(),
                since,
                s.anchor(),
                s.zone().getId(),
                s.interval().unit().name(),
                s.interval().count());
    }

    /** Moves the beginning of the first period of a subscription whose trial has another end. */
    void reschedule(Transaction transaction, Subscription s) throws SQLException {
        Sql.update(
                transaction.connection(),
                "update billing_schedule set anchor = ? where tenant_id = ?"
                        + " and since = (select max(since) from billing_schedule where tenant_id = ?)",
                s.anchor(),
                s.tenant().value(),
                s.tenant().value());
    }

    void fault(Transaction transaction, UUID id, String fault, Instant next) throws SQLException {
        Sql.update(
                transaction.connection(),
                "update subscription set fault = ?, next_at = ? where id = ?",
                fault,
                next,
                id);
    }
}
