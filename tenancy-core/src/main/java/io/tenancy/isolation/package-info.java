/** Stage 6: where does the tenant's SQL go? The API; the work is done by a data module. */
@NullMarked
package io.tenancy.isolation;

import org.jspecify.annotations.NullMarked;
