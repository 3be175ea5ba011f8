package io.tenancy.billing.notice;

/**
 * Tells tenants. Called off the request path, outside of any transaction, at least once for each notice: after a failure
 * or a crash again, with the same key. Safe for many threads.
 */
@FunctionalInterface
public interface BillingNotifier {

    /**
     * Tells one.
     *
     * @param notice what
     * @throws Exception when it could not be told; it is told again later
     */
    void tell(BillingNotice notice) throws Exception;
}
