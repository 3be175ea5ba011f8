@NullMarked
package io.tenancy.billing.stripe.customer;

import org.jspecify.annotations.NullMarked;
