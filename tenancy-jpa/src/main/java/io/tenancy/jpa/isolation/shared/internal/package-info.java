/** Reading the catalog and deciding what to change. */
@NullMarked
package io.tenancy.jpa.isolation.shared.internal;

import org.jspecify.annotations.NullMarked;
