/** From a plan to a paid invoice, in one file. */
@NullMarked
package io.tenancy.samples.billing;

import org.jspecify.annotations.NullMarked;
