package io.tenancy.quota;

import io.tenancy.TenantId;

/** Counts what there really is, in the application's own tables. */
@FunctionalInterface
public interface QuotaRecount {

    /**
     * Counts.
     *
     * @param tenant whose; bound on this thread when the recount was asked for in its scope
     * @param span the period to count in
     * @return units that exist, or were used in the period, committed at some instant between call and return
     * @throws Exception when they cannot be counted; the quota stays as it was
     */
    long count(TenantId tenant, QuotaSpan span) throws Exception;
}
