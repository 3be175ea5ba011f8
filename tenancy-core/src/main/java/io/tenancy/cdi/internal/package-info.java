/** What the CDI container runs. */
@NullMarked
package io.tenancy.cdi.internal;

import org.jspecify.annotations.NullMarked;
