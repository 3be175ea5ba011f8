/** Takes and pays back money through Stripe, and opens its pages. */
@NullMarked
package io.tenancy.billing.stripe.payment;

import org.jspecify.annotations.NullMarked;
