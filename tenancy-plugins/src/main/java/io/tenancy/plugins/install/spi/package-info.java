/** What applications know of tenants that install plugins. */
@NullMarked
package io.tenancy.plugins.install.spi;

import org.jspecify.annotations.NullMarked;
