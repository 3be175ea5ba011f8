/** Money, and what it takes to work out what a tenant owes. */
@NullMarked
package io.tenancy.billing;

import org.jspecify.annotations.NullMarked;
