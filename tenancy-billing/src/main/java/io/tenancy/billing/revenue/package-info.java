/** What comes in, for the owner to look at. */
@NullMarked
package io.tenancy.billing.revenue;

import org.jspecify.annotations.NullMarked;
