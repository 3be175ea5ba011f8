/** Where catalogue and grants are kept, for those who keep them. */
@NullMarked
package io.tenancy.entitlement.spi;

import org.jspecify.annotations.NullMarked;
