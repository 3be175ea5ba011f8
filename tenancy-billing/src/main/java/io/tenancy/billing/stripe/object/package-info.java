/** Takes in what Stripe has, whoever noticed that it changed, and whatever order the news came in. */
@NullMarked
package io.tenancy.billing.stripe.object;

import org.jspecify.annotations.NullMarked;
