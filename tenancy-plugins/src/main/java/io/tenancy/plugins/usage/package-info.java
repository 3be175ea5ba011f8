/** How much fuel tenants' plugins use and may use. */
@NullMarked
package io.tenancy.plugins.usage;

import org.jspecify.annotations.NullMarked;
