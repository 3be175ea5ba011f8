/** How the starter checks its configuration and explains failures; free to change. */
@NullMarked
package io.tenancy.spring.internal;

import org.jspecify.annotations.NullMarked;
