/** Judges the build as a whole: its architecture, its artifacts, its coverage and its guards. */
@NullMarked
package io.tenancy.docs;

import org.jspecify.annotations.NullMarked;
