package io.tenancy.billing.stripe.customer;

import io.tenancy.TenantId;
import io.tenancy.billing.stripe.client.CardOnFile;
import org.jspecify.annotations.Nullable;

/**
 * Who a tenant is at Stripe.
 *
 * @param tenant the tenant
 * @param id {@code cus_…}; null until it was made
 * @param card what it is charged with; null where it left nothing
 */
public record StripeCustomer(
        TenantId tenant, @Nullable String id, @Nullable CardOnFile card) {}
