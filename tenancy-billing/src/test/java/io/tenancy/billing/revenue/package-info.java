@NullMarked
package io.tenancy.billing.revenue;

import org.jspecify.annotations.NullMarked;
