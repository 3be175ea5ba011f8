/** For those who store usage. */
@NullMarked
package io.tenancy.usage.spi;

import org.jspecify.annotations.NullMarked;
