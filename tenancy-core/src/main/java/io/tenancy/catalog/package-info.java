/** Stage 2: what do we know of that tenant? */
@NullMarked
package io.tenancy.catalog;

import org.jspecify.annotations.NullMarked;
