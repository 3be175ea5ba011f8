/** Small things that several packages of this module share. */
@NullMarked
package io.tenancy.internal;

import org.jspecify.annotations.NullMarked;
