@NullMarked
package io.tenancy.billing.stripe.payment;

import org.jspecify.annotations.NullMarked;
