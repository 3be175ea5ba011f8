/** How billing works with the control database; free to change. */
@NullMarked
package io.tenancy.billing.internal;

import org.jspecify.annotations.NullMarked;
