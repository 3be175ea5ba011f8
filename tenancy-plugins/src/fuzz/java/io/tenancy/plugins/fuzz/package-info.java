/** Bytes that a fuzzer makes, guided by what they reach. Compiled and run under the profile {@code fuzz} only. */
@NullMarked
package io.tenancy.plugins.fuzz;

import org.jspecify.annotations.NullMarked;
