package io.tenancy.quota;

/**
 * How much of a quota was used.
 *
 * @param policy the limits that hold now
 * @param span the period that this is about
 * @param used units that nodes reported as used, with what this node has not reported yet; units of a node that died
 *     count as used
 * @param allotted units that were handed out to nodes, used or not; never more than the hard limit was when they were
 *     handed out
 */
public record QuotaUsage(QuotaPolicy policy, QuotaSpan span, long used, long allotted) {

    /**
     * Units that are left for everybody.
     *
     * @return hard limit less used, not below 0; {@link QuotaPolicy#UNLIMITED} where the limit is
     */
    public long remaining() {
        return policy.hardLimit() == QuotaPolicy.UNLIMITED
                ? QuotaPolicy.UNLIMITED
                : Math.max(0, policy.hardLimit() - used);
    }
}
