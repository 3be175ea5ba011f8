/** Runs plugins, each call within its limits and without a trace in the next one. */
@NullMarked
package io.tenancy.plugins.sandbox;

import org.jspecify.annotations.NullMarked;
