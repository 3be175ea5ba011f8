@NullMarked
package io.tenancy.billing.coupon;

import org.jspecify.annotations.NullMarked;
