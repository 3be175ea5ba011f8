/** What all of plugins share. */
@NullMarked
package io.tenancy.plugins;

import org.jspecify.annotations.NullMarked;
