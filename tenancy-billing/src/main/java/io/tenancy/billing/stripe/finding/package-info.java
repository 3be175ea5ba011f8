/** What differs between billing and Stripe and is for somebody to look at. */
@NullMarked
package io.tenancy.billing.stripe.finding;

import org.jspecify.annotations.NullMarked;
