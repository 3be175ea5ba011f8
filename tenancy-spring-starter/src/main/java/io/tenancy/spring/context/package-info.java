/** Carries the tenant to other threads. */
@NullMarked
package io.tenancy.spring.context;

import org.jspecify.annotations.NullMarked;
