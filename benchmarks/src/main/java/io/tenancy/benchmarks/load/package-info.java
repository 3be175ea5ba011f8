/** Transactions on a real PostgreSQL, with the SDK and without, in turns. */
@NullMarked
package io.tenancy.benchmarks.load;

import org.jspecify.annotations.NullMarked;
