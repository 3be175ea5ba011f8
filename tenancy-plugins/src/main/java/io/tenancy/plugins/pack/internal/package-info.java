/** How packages of plugins are read and written; free to change. */
@NullMarked
package io.tenancy.plugins.pack.internal;

import org.jspecify.annotations.NullMarked;
