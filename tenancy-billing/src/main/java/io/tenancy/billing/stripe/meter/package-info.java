/** Tells Stripe what tenants used, for those who want to see it there too. */
@NullMarked
package io.tenancy.billing.stripe.meter;

import org.jspecify.annotations.NullMarked;
