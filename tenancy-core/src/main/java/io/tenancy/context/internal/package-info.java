/** The one place that holds the current scope of a thread. */
@NullMarked
package io.tenancy.context.internal;

import org.jspecify.annotations.NullMarked;
