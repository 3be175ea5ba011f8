/** Tests of what plans and add-ons cost. */
@NullMarked
package io.tenancy.billing.catalogue;

import org.jspecify.annotations.NullMarked;
