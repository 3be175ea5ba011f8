/** What takes something off invoices. */
@NullMarked
package io.tenancy.billing.coupon;

import org.jspecify.annotations.NullMarked;
