/** Entitlements through the standard API for feature flags. */
@NullMarked
package io.tenancy.spring.openfeature;

import org.jspecify.annotations.NullMarked;
