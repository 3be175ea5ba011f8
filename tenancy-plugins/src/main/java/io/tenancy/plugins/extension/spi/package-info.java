/** What applications hear from plugins. */
@NullMarked
package io.tenancy.plugins.extension.spi;

import org.jspecify.annotations.NullMarked;
