@NullMarked
package io.tenancy.billing.invoice;

import org.jspecify.annotations.NullMarked;
