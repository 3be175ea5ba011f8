/** What is levied on what is sold. */
@NullMarked
package io.tenancy.billing.tax;

import org.jspecify.annotations.NullMarked;
