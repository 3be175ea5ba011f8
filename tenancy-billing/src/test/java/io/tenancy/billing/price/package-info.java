@NullMarked
package io.tenancy.billing.price;

import org.jspecify.annotations.NullMarked;
