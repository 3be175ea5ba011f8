/** The edge for Jakarta CDI containers. */
@NullMarked
package io.tenancy.cdi;

import org.jspecify.annotations.NullMarked;
