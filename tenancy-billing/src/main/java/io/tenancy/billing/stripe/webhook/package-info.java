/** Events of Stripe: taken in at once, worked through later, shown to the operator and played again. */
@NullMarked
package io.tenancy.billing.stripe.webhook;

import org.jspecify.annotations.NullMarked;
