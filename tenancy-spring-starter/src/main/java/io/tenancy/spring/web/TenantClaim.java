package io.tenancy.spring.web;

import jakarta.servlet.http.HttpServletRequest;

/**
 * What the credentials of a request say of its tenant, such as a claim of a token. Asked after security has checked the
 * credentials. Safe for many threads.
 */
@FunctionalInterface
public interface TenantClaim {

    /**
     * Looks at the credentials.
     *
     * @param request the request
     * @return what they say
     */
    Claimed of(HttpServletRequest request);

    /** What credentials say of their tenant. */
    sealed interface Claimed {
        /** There are no credentials of the kind that this claim knows. */
        record Nothing() implements Claimed {}

        /** The credentials should name a tenant, and do not. */
        record Missing() implements Claimed {}

        /**
         * The credentials name a tenant.
         *
         * @param tenantId text of the tenant's id, as it was claimed
         */
        record Named(String tenantId) implements Claimed {}
    }
}
