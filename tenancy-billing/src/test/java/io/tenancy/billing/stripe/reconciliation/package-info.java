@NullMarked
package io.tenancy.billing.stripe.reconciliation;

import org.jspecify.annotations.NullMarked;
