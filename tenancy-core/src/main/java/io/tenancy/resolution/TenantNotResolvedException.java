package io.tenancy.resolution;

import io.tenancy.RequestRefusedException;

/** Nothing in the request says whose it is (404), or what it says is malformed (400). */
public final class TenantNotResolvedException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    private TenantNotResolvedException(int status, String code, String publicDetail, String message) {
        super(status, code, publicDetail, message, null);
    }

    /**
     * No resolver found a tenant.
     *
     * @param message who was asked and what they found
     * @return a refusal with 404
     */
    public static TenantNotResolvedException nobodyKnows(String message) {
        return new TenantNotResolvedException(404, "tenant-not-resolved", "There is nothing at this address.", message);
    }

    /**
     * The request is broken or hostile.
     *
     * @param message what is wrong
     * @return a refusal with 400
     */
    public static TenantNotResolvedException malformed(String message) {
        return new TenantNotResolvedException(400, "malformed-request", "The request is malformed.", message);
    }
}
