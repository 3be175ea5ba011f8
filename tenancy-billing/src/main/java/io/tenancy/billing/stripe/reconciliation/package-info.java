/** Compares what billing has with what Stripe has, mends what is safe and reports the rest. */
@NullMarked
package io.tenancy.billing.stripe.reconciliation;

import org.jspecify.annotations.NullMarked;
