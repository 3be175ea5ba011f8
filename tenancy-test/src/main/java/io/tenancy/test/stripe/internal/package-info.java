/** How the fake Stripe works inside; free to change. */
@NullMarked
package io.tenancy.test.stripe.internal;

import org.jspecify.annotations.NullMarked;
