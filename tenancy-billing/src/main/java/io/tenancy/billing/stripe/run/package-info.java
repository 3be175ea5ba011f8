/** Runs what Stripe leaves to be done, again and again. */
@NullMarked
package io.tenancy.billing.stripe.run;

import org.jspecify.annotations.NullMarked;
