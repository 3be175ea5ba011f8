/** Holds what was opened on a thread until it is restored. */
@NullMarked
package io.tenancy.spring.context.internal;

import org.jspecify.annotations.NullMarked;
