/** What the starter configures by itself; every bean gives way to one of the application's own. */
@NullMarked
package io.tenancy.spring.autoconfigure;

import org.jspecify.annotations.NullMarked;
