/**
 * Packages of plugins: what a plugin says of itself, the one file that it comes in, who signed it, and whether that is
 * trusted here. Reads nothing but what it is given: no network, no disk, no clock.
 */
@NullMarked
package io.tenancy.plugins.pack;

import org.jspecify.annotations.NullMarked;
