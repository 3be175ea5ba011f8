/** Entitlements of Spring beans and controllers. */
@NullMarked
package io.tenancy.spring.entitlement;

import org.jspecify.annotations.NullMarked;
