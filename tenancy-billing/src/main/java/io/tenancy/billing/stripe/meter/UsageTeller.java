package io.tenancy.billing.stripe.meter;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.client.CustomerState;
import io.tenancy.billing.stripe.client.StripeCallException;
import io.tenancy.billing.stripe.customer.Ownership;
import io.tenancy.billing.stripe.finding.FindingKind;
import io.tenancy.billing.stripe.object.ObjectKind;
import io.tenancy.jpa.control.transaction.ControlTransactions;
import io.tenancy.jpa.control.transaction.Sql;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells what is stored: claimed first, told with no transaction open, then marked. */
final class UsageTeller {

    private static final Logger LOG = LoggerFactory.getLogger(UsageTeller.class);

    private static final int BATCH = 100;

    /** After this another node tells what was claimed, because who claimed it is gone. */
    private static final Duration CLAIMED = Duration.ofMinutes(10);

    private static final Duration LATER = Duration.ofHours(1);
    private static final String TWICE = "duplicate_meter_event";
    private static final String TOO_OLD = "timestamp_too_far_in_past";

    private final StripeMeters.Parts parts;
    private final ControlTransactions database;
    private int told;
    private int refused;
    private int givenUp;
    private String note = "";

    UsageTeller(StripeMeters.Parts parts) {
        this.parts = parts;
        this.database = parts.database();
    }

    int told() {
        return told;
    }

    int refused() {
        return refused;
    }

    int givenUp() {
        return givenUp;
    }

    String note() {
        return note;
    }

    void tell() {
        while (giveUp()) {
            // Until nothing is left that Stripe would not know again, or is too old.
        }
        int claimed = 0;
        Optional<Customer> next = next();
        while (next.isPresent() && note.isEmpty() && claimed < StripeMeters.MOST) {
            int more = tell(next.get());
            if (more == 0) {
                // Another node is at it.
                return;
            }
            claimed += more;
            next = next();
        }
    }

    // ---- what is not told any more

    private record Old(String id, TenantId tenant, String metric, Instant hour, BigDecimal value, boolean isUnknown) {}

    private boolean giveUp() {
        return database.transact("give up usage that Stripe cannot be told", transaction -> {
            Instant unknown = transaction.recordedAt().minus(StripeMeters.KNOWN_AGAIN);
            List<Old> all = Sql.list(
                    transaction.connection(),
                    row -> new Old(
                            row.getString("id"),
                            new TenantId(row.getObject("tenant_id", UUID.class)),
                            row.getString("metric"),
                            Sql.instant(row, "hour"),
                            row.getBigDecimal("value"),
                            row.getBoolean("is_unknown")),
                    "update stripe_usage_event e set state = 'GIVEN_UP', next_at = null, ended_at = ? where id in"
                            + " (select id from stripe_usage_event where state = 'WAITING' and next_at <= ?"
                            + " and (tried_at <= ? or hour < ?) order by id limit " + BATCH + " for update skip locked)"
                            + " returning id, tenant_id, metric, hour, value, tried_at is not null as is_unknown",
                    transaction.recordedAt(),
                    transaction.recordedAt(),
                    unknown,
                    transaction.recordedAt().minus(StripeMeters.OLDEST));
            givenUp += all.size();
            Map<GivenUp.Of, List<GivenUp.Hour>> byMetric = all.stream()
                    .collect(Collectors.groupingBy(
                            each -> new GivenUp.Of(each.tenant(), each.metric(), each.isUnknown()),
                            LinkedHashMap::new,
                            Collectors.mapping(
                                    each -> new GivenUp.Hour(each.hour(), each.value()), Collectors.toList())));
            for (Map.Entry<GivenUp.Of, List<GivenUp.Hour>> each : byMetric.entrySet()) {
                GivenUp.report(transaction, parts.findings(), each.getKey(), each.getValue());
            }
            return all.size() == BATCH;
        });
    }

    // ---- what is told

    private record Customer(TenantId tenant, String id) {}

    /** Tenants that are no customer yet wait. */
    private Optional<Customer> next() {
        return database.transact(
                "look up whose usage Stripe is told next",
                transaction -> Sql.first(
                        transaction.connection(),
                        row -> new Customer(
                                new TenantId(row.getObject("tenant_id", UUID.class)), row.getString("customer")),
                        "select e.tenant_id, c.customer from stripe_usage_event e join stripe_customer c"
                                + " on c.tenant_id = e.tenant_id and c.livemode = ? and c.customer is not null"
                                + " where e.state = 'WAITING' and e.next_at <= ? order by e.next_at, e.id limit 1",
                        parts.ownership().livemode(),
                        transaction.recordedAt()));
    }

    private int tell(Customer customer) {
        try {
            if (!isConfirmed(customer)) {
                return postpone(customer.tenant());
            }
        } catch (StripeCallException failure) {
            end(failure);
            return 0;
        }
        List<Event> batch = claim(customer.tenant());
        for (int i = 0; i < batch.size(); i++) {
            if (!tell(customer, batch.get(i))) {
                unclaim(batch.subList(i + 1, batch.size()));
                return batch.size();
            }
        }
        settle(customer.tenant());
        return batch.size();
    }

    /** Whether Stripe, too, says that this customer is that tenant. */
    private boolean isConfirmed(Customer customer) {
        try {
            CustomerState state = parts.calls().customer(customer.id());
            boolean confirmed = !state.deleted()
                    && customer.tenant().toString().equals(state.metadata().get(Ownership.TENANT))
                    && parts.ownership().isOurs(state.metadata());
            if (!confirmed) {
                // Says what is wrong with it, or that it is gone.
                var unused = parts.objects().refresh(ObjectKind.CUSTOMER, customer.id());
            }
            return confirmed;
        } catch (StripeCallException failure) {
            if (failure.kind() == StripeCallException.Kind.MISSING) {
                return false;
            }
            throw failure;
        }
    }

    private int postpone(TenantId tenant) {
        return database.transact(
                "put off telling Stripe the usage of tenant " + tenant,
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_usage_event set next_at = ?, note = 'Its customer at Stripe is not this tenant.'"
                                + " where tenant_id = ? and state = 'WAITING' and next_at <= ?",
                        transaction.recordedAt().plus(LATER),
                        tenant.value(),
                        transaction.recordedAt()));
    }

    private record Event(
            String id,
            String metric,
            String meter,
            BigDecimal value,
            Instant hour,
            @Nullable Instant triedBefore) {}

    private List<Event> claim(TenantId tenant) {
        return database.transact(
                "claim usage of tenant " + tenant + " that Stripe is told",
                transaction -> Sql.list(
                        transaction.connection(),
                        UsageTeller::event,
                        "with due as (select id, tried_at from stripe_usage_event where tenant_id = ? and state = 'WAITING'"
                                + " and next_at <= ? order by next_at, id limit " + BATCH + " for update skip locked)"
                                + " update stripe_usage_event e set next_at = ?, tried_at = coalesce(due.tried_at, ?)"
                                + " from due where e.id = due.id"
                                + " returning e.id, e.metric, e.meter, e.value, e.hour, due.tried_at as before",
                        tenant.value(),
                        transaction.recordedAt(),
                        transaction.recordedAt().plus(CLAIMED),
                        transaction.recordedAt()));
    }

    private static Event event(ResultSet row) throws SQLException {
        return new Event(
                row.getString("id"),
                row.getString("metric"),
                row.getString("meter"),
                row.getBigDecimal("value"),
                Sql.instant(row, "hour"),
                Sql.optionalInstant(row, "before"));
    }

    /** Whether it can go on with others. */
    private boolean tell(Customer customer, Event event) {
        try {
            parts.calls()
                    .tellUsage(
                            event.id(),
                            event.meter(),
                            customer.id(),
                            event.value().stripTrailingZeros().toPlainString(),
                            event.hour());
        } catch (StripeCallException failure) {
            return failed(customer, event, failure);
        }
        taken(event);
        return true;
    }

    private void taken(Event event) {
        told++;
        database.transact(
                "note that Stripe was told usage",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_usage_event set state = 'TOLD', next_at = null, ended_at = ?, note = null"
                                + " where id = ? and state = 'WAITING'",
                        transaction.recordedAt(),
                        event.id()));
    }

    private boolean failed(Customer customer, Event event, StripeCallException failure) {
        switch (failure.kind()) {
            case BUSY, NOT_ALLOWED -> {
                later(event, failure);
                end(failure);
                return false;
            }
            case UNKNOWN, FAILED -> {
                // It stays claimed, and is told again with the same name.
                end(failure);
                return false;
            }
            case REFUSED, MISSING, DECLINED -> {
                if (isKnown(failure)) {
                    taken(event);
                } else {
                    refused(customer.tenant(), event, failure);
                }
                return true;
            }
        }
        throw new IllegalStateException("There is no other kind: " + failure.kind());
    }

    // Stripe has it from a time whose answer was lost. Of its two ways to say so one has no code.
    private static boolean isKnown(StripeCallException failure) {
        return failure.code().equals(TWICE)
                || String.valueOf(failure.getMessage()).contains("already exists with identifier");
    }

    private void end(StripeCallException failure) {
        note = String.valueOf(failure.getMessage());
        LOG.warn("Telling Stripe what was used ends before it is through, and goes on with the next run", failure);
    }

    // It was surely not taken this time; whether it was before stays as unknown as it was.
    private void later(Event event, StripeCallException failure) {
        database.transact(
                "put off telling Stripe usage",
                transaction -> Sql.update(
                        transaction.connection(),
                        "update stripe_usage_event set next_at = ?, tried_at = ?, note = ? where id = ?",
                        transaction
                                .recordedAt()
                                .plus(failure.kind() == StripeCallException.Kind.BUSY ? Duration.ofMinutes(1) : LATER),
                        event.triedBefore(),
                        failure.getMessage(),
                        event.id()));
    }

    private void refused(TenantId tenant, Event event, StripeCallException failure) {
        refused++;
        later(event, failure);
        boolean tooOld = failure.code().equals(TOO_OLD);
        parts.findings()
                .add(
                        FindingKind.USAGE_REFUSED,
                        tooOld ? GivenUp.subject(tenant, event.metric()) : subject(tenant, event.metric()),
                        tenant,
                        "Stripe does not take " + event.value().toPlainString() + " of " + event.metric()
                                + " in the hour of " + event.hour() + " as '" + event.meter() + "': "
                                + failure.getMessage()
                                + (tooOld
                                        ? ""
                                        : " It is told again each hour until it is too old. Look whether there is an"
                                                + " active meter of that name in Stripe's dashboard."));
    }

    private static String subject(TenantId tenant, String metric) {
        return "usage:" + tenant + "/" + metric;
    }

    private void unclaim(List<Event> rest) {
        database.transact("leave usage to the next run", transaction -> {
            for (Event each : rest) {
                Sql.update(
                        transaction.connection(),
                        "update stripe_usage_event set next_at = ?, tried_at = ? where id = ? and state = 'WAITING'",
                        transaction.recordedAt(),
                        each.triedBefore(),
                        each.id());
            }
            return rest.size();
        });
    }

    /** Once Stripe takes what it had refused. */
    private void settle(TenantId tenant) {
        database.transact("settle what Stripe did not take of tenant " + tenant, transaction -> {
            List<String> fine = Sql.list(
                    transaction.connection(),
                    row -> row.getString(1),
                    "select f.subject from stripe_finding f where f.kind = 'USAGE_REFUSED' and f.tenant_id = ?"
                            + " and f.resolved_at is null and not exists (select 1 from stripe_usage_event e"
                            + " where e.tenant_id = f.tenant_id and e.state = 'WAITING' and e.note is not null"
                            + " and f.subject = 'usage:' || e.tenant_id || '/' || e.metric)"
                            + " and f.subject = any (select 'usage:' || p.tenant_id || '/' || p.metric"
                            + "   from stripe_usage_progress p where p.tenant_id = f.tenant_id)",
                    tenant.value());
            for (String each : fine) {
                parts.findings().settle(transaction, FindingKind.USAGE_REFUSED, each, "Stripe took it.");
            }
            return Map.of();
        });
    }
}
