/** Billing of an installation as a whole. */
@NullMarked
package io.tenancy.billing.installation;

import org.jspecify.annotations.NullMarked;
