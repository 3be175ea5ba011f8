@NullMarked
package io.tenancy.billing.stripe.client;

import org.jspecify.annotations.NullMarked;
