/** Reads and writes the binary format. May change freely. */
@NullMarked
package io.tenancy.plugins.admission.internal;

import org.jspecify.annotations.NullMarked;
