/** The quickstart without a framework. */
@NullMarked
package io.tenancy.samples.quickstart;

import org.jspecify.annotations.NullMarked;
