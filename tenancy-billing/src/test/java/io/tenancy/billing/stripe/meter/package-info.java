@NullMarked
package io.tenancy.billing.stripe.meter;

import org.jspecify.annotations.NullMarked;
