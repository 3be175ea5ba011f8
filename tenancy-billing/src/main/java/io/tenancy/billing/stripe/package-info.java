/** Stripe beside billing: what collects, what is heard from Stripe, and what compares both. */
@NullMarked
package io.tenancy.billing.stripe;

import org.jspecify.annotations.NullMarked;
