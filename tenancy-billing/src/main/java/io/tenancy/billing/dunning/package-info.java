/** What happens when an invoice is not paid. */
@NullMarked
package io.tenancy.billing.dunning;

import org.jspecify.annotations.NullMarked;
