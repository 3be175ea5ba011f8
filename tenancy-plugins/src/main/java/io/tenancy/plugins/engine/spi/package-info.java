/** What a runtime of WebAssembly does for plugins. */
@NullMarked
package io.tenancy.plugins.engine.spi;

import org.jspecify.annotations.NullMarked;
