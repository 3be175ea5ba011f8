/** Entitlements in Thymeleaf's templates. */
@NullMarked
package io.tenancy.spring.thymeleaf;

import org.jspecify.annotations.NullMarked;
