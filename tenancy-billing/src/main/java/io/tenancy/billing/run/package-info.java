/** Lets take place what is due. */
@NullMarked
package io.tenancy.billing.run;

import org.jspecify.annotations.NullMarked;
