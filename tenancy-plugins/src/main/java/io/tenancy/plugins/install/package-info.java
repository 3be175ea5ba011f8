/** What tenants have installed, and the steps on which it gets there. */
@NullMarked
package io.tenancy.plugins.install;

import org.jspecify.annotations.NullMarked;
