/** Money that comes and goes. */
@NullMarked
package io.tenancy.billing.payment;

import org.jspecify.annotations.NullMarked;
