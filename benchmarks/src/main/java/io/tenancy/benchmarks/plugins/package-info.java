/** What plugins cost. */
@NullMarked
package io.tenancy.benchmarks.plugins;

import org.jspecify.annotations.NullMarked;
