/** The binder, for edges (filters, schedulers, test fixtures) that cannot work with a lambda. */
@NullMarked
package io.tenancy.context.spi;

import org.jspecify.annotations.NullMarked;
