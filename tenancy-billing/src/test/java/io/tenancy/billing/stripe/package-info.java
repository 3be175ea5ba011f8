@NullMarked
package io.tenancy.billing.stripe;

import org.jspecify.annotations.NullMarked;
