/** What is asked of Stripe, and what it answers, without a type of its library. */
@NullMarked
package io.tenancy.billing.stripe.client;

import org.jspecify.annotations.NullMarked;
