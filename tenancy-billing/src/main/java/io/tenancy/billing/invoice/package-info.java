/** From what is charged to what is due. */
@NullMarked
package io.tenancy.billing.invoice;

import org.jspecify.annotations.NullMarked;
