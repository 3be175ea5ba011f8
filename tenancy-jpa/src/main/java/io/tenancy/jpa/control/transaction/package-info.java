/** Transactions of the platform in the control database, for the parts of the SDK that keep tables there. */
@NullMarked
package io.tenancy.jpa.control.transaction;

import org.jspecify.annotations.NullMarked;
