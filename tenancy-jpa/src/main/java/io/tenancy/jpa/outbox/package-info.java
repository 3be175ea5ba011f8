/** Messages that a tenant's transaction leaves for the platform, delivered once. */
@NullMarked
package io.tenancy.jpa.outbox;

import org.jspecify.annotations.NullMarked;
