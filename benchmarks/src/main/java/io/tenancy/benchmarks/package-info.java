/** The one command that measures everything and writes the page with the figures. */
@NullMarked
package io.tenancy.benchmarks;

import org.jspecify.annotations.NullMarked;
