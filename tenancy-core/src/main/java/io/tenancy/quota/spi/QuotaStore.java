package io.tenancy.quota.spi;

import io.tenancy.TenantId;
import io.tenancy.quota.QuotaPolicy;
import io.tenancy.quota.QuotaSpan;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/**
 * Keeps the counters that all nodes share. Every time in it is told by the store's own clock; clocks of nodes do not
 * matter. Each method is atomic: done as a whole or not at all. Every method throws
 * {@link io.tenancy.quota.QuotaUnavailableException} when the store cannot be reached or its answer was lost; the call
 * may then have been done. Safe for many threads.
 */
public interface QuotaStore {

    /**
     * Reports what a node used of its lease, gives back what it does not hold any more, renews the lease and, if asked,
     * takes a further part. The sum of all that is handed out stays within the policy's hard limit, unless the policy
     * never refuses. Thresholds that the reported use reaches are recorded in the same transaction.
     *
     * @param request what the node reports and asks for
     * @return what became of it
     */
    Answer exchange(Request request);

    /**
     * Reads a counter.
     *
     * @param key which
     * @return zeros when nothing was counted yet
     */
    Count read(Key key);

    /**
     * Begins a recount: leases whose holders may neither spend nor commit any more are set aside, and what the others
     * reported until now is marked. Counting must begin after this returned.
     *
     * @param key which counter
     * @return a ticket for {@link #finishRecount}; a later recount makes it void
     */
    long beginRecount(Key key);

    /**
     * Puts the counted number in place of what was recorded as used before the recount began.
     *
     * @param key which counter
     * @param ticket of {@link #beginRecount}
     * @param counted units found, not negative
     * @return false when another recount began or ended meanwhile; nothing was changed then
     */
    boolean finishRecount(Key key, long ticket, long counted);

    /**
     * One counter.
     *
     * @param tenant whose
     * @param resource what is counted
     * @param span in which period
     */
    record Key(TenantId tenant, String resource, QuotaSpan span) {
        /** Validates. */
        public Key {
            Objects.requireNonNull(tenant, "tenant");
            Objects.requireNonNull(resource, "resource");
            Objects.requireNonNull(span, "span");
        }
    }

    /**
     * What a node reports and asks for. All numbers are totals of the lease, so that a request may be repeated.
     *
     * @param key which counter
     * @param policy the limits that hold now
     * @param lease the lease's id
     * @param node who holds it
     * @param sequence grows with each request of the lease; an older request that arrives late is ignored
     * @param fresh whether the node never had an answer for this lease: it is made if it is not there
     * @param used units committed
     * @param held units committed, reserved or unspent on the node; what the lease had beyond this goes back
     * @param need units that the node must get, or none; 0 asks for nothing
     * @param want units that it would like to get
     * @param end whether the lease ends; only with {@code used} equal to {@code held} and without need
     * @param leaseTime how long the node may spend from the lease now
     * @param reservationTime how long after that a reservation may still be committed
     */
    record Request(
            Key key,
            QuotaPolicy policy,
            UUID lease,
            String node,
            long sequence,
            boolean fresh,
            long used,
            long held,
            long need,
            long want,
            boolean end,
            Duration leaseTime,
            Duration reservationTime) {
        /**
         * Validates.
         *
         * @throws IllegalArgumentException when the numbers contradict each other
         */
        public Request {
            if (used < 0 || held < used || need < 0 || want < need || (end && (used != held || need > 0))) {
                throw new IllegalArgumentException("A lease's request contradicts itself: used " + used + ", held "
                        + held + ", need " + need + ", want " + want + ", end " + end);
            }
        }
    }

    /**
     * What became of a request.
     *
     * @param outcome how it ended
     * @param part units handed out by this answer
     * @param allotted units handed out in the period by all answers, less what came back
     * @param used units reported as used by all nodes
     * @param now the store's time while it worked
     * @param expiresAt until when, by the store's clock, the node may spend
     * @param alerts thresholds recorded by this request
     */
    record Answer(Outcome outcome, long part, long allotted, long used, Instant now, Instant expiresAt, int alerts) {}

    /** How a request ended. */
    enum Outcome {
        /** All that was asked for was done. */
        GRANTED,
        /** Too little is left for what is needed; the rest of the request was done. */
        REFUSED,
        /** The lease is not there any more: a recount or the period's end settled it. Nothing of it may be spent. */
        LOST,
        /** Units were asked for in a period that the store's clock is not in. Nothing was done. */
        OTHER_PERIOD
    }

    /**
     * A counter's state.
     *
     * @param used units reported as used, with what silent nodes held
     * @param allotted units handed out
     * @param now the store's time
     */
    record Count(long used, long allotted, Instant now) {}
}
