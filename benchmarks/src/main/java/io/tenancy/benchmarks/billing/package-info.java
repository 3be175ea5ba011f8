/** What prices, invoices and books cost. */
@NullMarked
package io.tenancy.benchmarks.billing;

import org.jspecify.annotations.NullMarked;
