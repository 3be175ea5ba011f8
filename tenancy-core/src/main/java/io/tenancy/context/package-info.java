/** Whose work is running: tenant scope, platform scope, and how they cross threads. */
@NullMarked
package io.tenancy.context;

import org.jspecify.annotations.NullMarked;
