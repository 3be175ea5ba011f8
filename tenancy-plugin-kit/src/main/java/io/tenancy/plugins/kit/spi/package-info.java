/** For whoever takes finished plugins. */
@NullMarked
package io.tenancy.plugins.kit.spi;

import org.jspecify.annotations.NullMarked;
