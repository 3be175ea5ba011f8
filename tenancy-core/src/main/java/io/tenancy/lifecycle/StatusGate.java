package io.tenancy.lifecycle;

import io.tenancy.Tenant;
import io.tenancy.TenantStatus;
import io.tenancy.resolution.TenantRequest;
import java.util.Objects;
import java.util.function.Predicate;

/**
 * The gate by status: trial, active, past due, restricted and cancelled tenants pass; suspended ones are refused with
 * 402 unless they ask for where they pay, those in provisioning or maintenance with 503, deleted ones with 404.
 */
public final class StatusGate implements TenantGate {

    private final Predicate<TenantRequest> paying;

    /** Creates the gate without a way for suspended tenants. */
    public StatusGate() {
        this(request -> false);
    }

    /**
     * Creates the gate.
     *
     * @param paying matches what a suspended tenant may still ask for: the pages on which it pays, and the log-in before them
     */
    public StatusGate(Predicate<TenantRequest> paying) {
        this.paying = Objects.requireNonNull(paying, "paying");
    }

    @Override
    public void check(Tenant tenant, TenantRequest request) {
        if (tenant.status() != TenantStatus.SUSPENDED || !paying.test(request)) {
            check(tenant);
        }
    }

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
