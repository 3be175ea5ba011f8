/** When a tenant is billed: periods from an anchor, and shares of them. */
@NullMarked
package io.tenancy.billing.period;

import org.jspecify.annotations.NullMarked;
