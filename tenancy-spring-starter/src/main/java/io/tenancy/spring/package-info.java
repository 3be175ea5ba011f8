/** The SDK in a Spring Boot application: its properties, its errors at start, and rounds over all tenants. */
@NullMarked
package io.tenancy.spring;

import org.jspecify.annotations.NullMarked;
