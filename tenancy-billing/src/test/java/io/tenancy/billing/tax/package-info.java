@NullMarked
package io.tenancy.billing.tax;

import org.jspecify.annotations.NullMarked;
