@NullMarked
package io.tenancy.billing.payment;

import org.jspecify.annotations.NullMarked;
