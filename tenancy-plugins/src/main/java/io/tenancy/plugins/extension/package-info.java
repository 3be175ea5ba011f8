/** Where applications call the plugins of their tenants. */
@NullMarked
package io.tenancy.plugins.extension;

import org.jspecify.annotations.NullMarked;
