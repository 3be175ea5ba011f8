/** A second way to work out what a tenant owes; knows nothing of the first. */
@NullMarked
package io.tenancy.billing.independent;

import org.jspecify.annotations.NullMarked;
