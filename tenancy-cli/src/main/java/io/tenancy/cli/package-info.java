/** The command {@code tenancy}. */
@NullMarked
package io.tenancy.cli;

import org.jspecify.annotations.NullMarked;
