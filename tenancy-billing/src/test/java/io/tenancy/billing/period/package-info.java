@NullMarked
package io.tenancy.billing.period;

import org.jspecify.annotations.NullMarked;
