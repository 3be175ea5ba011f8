/** For authors of plugins: templates, checks, a harness for tests, packing, signing and publishing. */
@NullMarked
package io.tenancy.plugins.kit;

import org.jspecify.annotations.NullMarked;
