package io.tenancy.billing.notice;

import io.tenancy.TenantId;
import io.tenancy.billing.internal.BillingJson;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.ControlTransactions.Transaction;
import io.tenancy.jpa.control.transaction.Sql;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What tenants are told. A notice is stored in the transaction that it is about, and told afterwards, at least once. Safe
 * for many threads and many nodes.
 */
public final class Notices {

    /** How long one that is being told is left alone by others. */
    private static final Duration LEASE = Duration.ofMinutes(5);

    private static final Duration LONGEST_WAIT = Duration.ofHours(6);
    private static final Logger LOG = LoggerFactory.getLogger(Notices.class);

    private final ControlTransactions database;
    private final List<BillingNotifier> notifiers;

    /**
     * Creates the notices.
     *
     * @param database the control database
     * @param notifiers who tells them; without one they are kept and count as told
     */
    public Notices(ControlTransactions database, List<BillingNotifier> notifiers) {
        this.database = database;
        this.notifiers = List.copyOf(notifiers);
    }

    /**
     * For billing itself: stores a notice within a transaction; one with a key that is known is not stored again. What is
     * told to tenants in the sandbox is kept and never told, because nothing of it is real.
     */
    public void add(Transaction transaction, BillingNotice notice) throws SQLException {
        add(transaction, List.of(notice));
    }

    /** For billing itself: the same of many. */
    public void add(Transaction transaction, List<BillingNotice> all) throws SQLException {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (BillingNotice notice : all) {
            rows.add(new @Nullable Object[] {
                notice.key(),
                notice.tenant().value(),
                notice.kind().name(),
                BillingJson.write(notice),
                notice.at(),
                notifiers.isEmpty() ? null : Sql.time(transaction.recordedAt()),
                notice.tenant().value()
            });
        }
        Sql.batch(
                transaction.connection(),
                "insert into billing_notice (key, tenant_id, kind, content, created_at, next_at)"
                        + " select ?, ?, ?, ?, ?, case when a.frozen_at is null then ?::timestamptz end"
                        + " from billing_account a where a.tenant_id = ? on conflict (key) do nothing",
                rows);
    }

    /**
     * What a tenant was told, or is about to be.
     *
     * @param tenant the tenant
     * @return the newest first, at most 1,000
     */
    public List<BillingNotice> of(TenantId tenant) {
        return database.transact(
                "list what tenant " + tenant + " was told",
                transaction -> Sql.list(
                        transaction.connection(),
                        row -> BillingJson.read(row.getString(1), BillingNotice.class),
                        "select content from billing_notice where tenant_id = ? order by id desc limit 1000",
                        tenant.value()));
    }

    /**
     * Tells what is due.
     *
     * @return how many were told
     */
    public int tellDue() {
        int told = 0;
        while (true) {
            Optional<Due> due = claim();
            if (due.isEmpty()) {
                return told;
            }
            if (tell(due.get())) {
                told++;
            }
        }
    }

    private record Due(long id, BillingNotice notice, int attempts) {}

    private Optional<Due> claim() {
        return database.transact("look for notices to tell", transaction -> {
            Instant now = transaction.recordedAt();
            return Sql.first(
                    transaction.connection(),
                    row -> new Due(
                            row.getLong("id"),
                            BillingJson.read(row.getString("content"), BillingNotice.class),
                            row.getInt("attempts")),
                    "update billing_notice set next_at = ?, attempts = attempts + 1 where id = (select id from billing_notice"
                            + " where next_at <= ? order by next_at limit 1 for update skip locked)"
                            + " returning id, content, attempts",
                    now.plus(LEASE),
                    now);
        });
    }

    private boolean tell(Due due) {
        try {
            for (BillingNotifier notifier : notifiers) {
                notifier.tell(due.notice());
            }
        } catch (Exception failure) {
            LOG.warn(
                    "Notice {} could not be told and is told again later",
                    due.notice().key(),
                    failure);
            // Doubles from half a minute on.
            long seconds = Math.min(LONGEST_WAIT.toSeconds(), 30L << Math.min(20, due.attempts() - 1));
            database.transact(
                    "note that a notice was not told",
                    transaction -> Sql.update(
                            transaction.connection(),
                            "update billing_notice set next_at = ?, fault = ? where id = ?",
                            transaction.recordedAt().plusSeconds(seconds),
                            String.valueOf(failure.getMessage()),
                            due.id()));
            return false;
        }
        database.transact(
                "note that a notice was told",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update billing_notice set next_at = null, told_at = ?, fault = null where id = ?",
                        transaction.recordedAt(),
                        due.id()));
        return true;
    }
}
