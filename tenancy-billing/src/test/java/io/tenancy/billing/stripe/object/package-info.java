@NullMarked
package io.tenancy.billing.stripe.object;

import org.jspecify.annotations.NullMarked;
