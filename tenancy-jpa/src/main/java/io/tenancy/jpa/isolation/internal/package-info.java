/** The connection wrapper and its pools; may change freely. */
@NullMarked
package io.tenancy.jpa.isolation.internal;

import org.jspecify.annotations.NullMarked;
