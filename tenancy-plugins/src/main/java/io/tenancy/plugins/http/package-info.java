/** Sends requests of plugins to hosts that are allowed, and to no address inside. */
@NullMarked
package io.tenancy.plugins.http;

import org.jspecify.annotations.NullMarked;
