/** The control plane: what is known of tenants, their placements and their secrets. */
@NullMarked
package io.tenancy.jpa.control;

import org.jspecify.annotations.NullMarked;
