package io.tenancy.lifecycle;

import io.tenancy.Tenant;

/**
 * The gate by status: trial, active, past due, restricted and cancelled tenants pass; suspended ones are refused with
 * 402, those in provisioning or maintenance with 503, deleted ones with 404.
 */
public final class StatusGate implements TenantGate {

    /** Creates the gate; it has no state. */
    public StatusGate() {}

    @Override
    public void check(Tenant tenant) {
        switch (tenant.status()) {
            case TRIAL, ACTIVE, PAST_DUE, RESTRICTED, CANCELLED -> {}
            case SUSPENDED ->
                throw refusal(
                        tenant,
                        402,
                        "tenant-suspended",
                        "This account is suspended. Its owner can settle it with the provider.",
                        "set its status to ACTIVE to let it work again");
            case PROVISIONING ->
                throw refusal(
                        tenant,
                        503,
                        "tenant-provisioning",
                        "This site is being set up. Try again in a moment.",
                        "wait for provisioning to end, or resume it when it failed half-way");
            case MAINTENANCE ->
                throw refusal(
                        tenant,
                        503,
                        "tenant-maintenance",
                        "This site is under maintenance. Try again soon.",
                        "set its status to ACTIVE when the maintenance has ended");
            case DELETED ->
                throw refusal(
                        tenant,
                        404,
                        "tenant-not-found",
                        "There is nothing at this address.",
                        "a deleted tenant cannot be brought back by its status; restore it from a backup");
        }
    }

    private static TenantInactiveException refusal(
            Tenant tenant, int status, String code, String publicDetail, String remedy) {
        return new TenantInactiveException(
                tenant,
                status,
                code,
                publicDetail,
                "Tenant " + tenant + " may not work: its status is " + tenant.status() + "; " + remedy + ".");
    }
}
