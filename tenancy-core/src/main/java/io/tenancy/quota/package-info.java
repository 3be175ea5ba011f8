/** How much of a thing a tenant may have: counted exactly on many nodes, spent without a round trip each. */
@NullMarked
package io.tenancy.quota;

import org.jspecify.annotations.NullMarked;
