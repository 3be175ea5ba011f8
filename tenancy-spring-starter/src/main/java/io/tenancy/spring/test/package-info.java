/** Tests of a Spring application: {@code @WithTenant} means a tenant of the application under test. */
@NullMarked
package io.tenancy.spring.test;

import org.jspecify.annotations.NullMarked;
