/** Who sells, and who is billed. */
@NullMarked
package io.tenancy.billing.party;

import org.jspecify.annotations.NullMarked;
