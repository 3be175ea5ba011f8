@NullMarked
package io.tenancy.billing.stripe.webhook;

import org.jspecify.annotations.NullMarked;
