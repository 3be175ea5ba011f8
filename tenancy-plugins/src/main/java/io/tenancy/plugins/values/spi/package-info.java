/** What applications do for plugins that are called. */
@NullMarked
package io.tenancy.plugins.values.spi;

import org.jspecify.annotations.NullMarked;
