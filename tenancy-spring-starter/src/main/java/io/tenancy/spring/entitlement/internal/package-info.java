/** How annotations on beans are honoured. */
@NullMarked
package io.tenancy.spring.entitlement.internal;

import org.jspecify.annotations.NullMarked;
