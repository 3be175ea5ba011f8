/** Stage 6: sends each tenant's SQL only where its data lives. */
@NullMarked
package io.tenancy.jpa.isolation;

import org.jspecify.annotations.NullMarked;
