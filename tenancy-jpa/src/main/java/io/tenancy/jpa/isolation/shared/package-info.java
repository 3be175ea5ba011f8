/** Turns a schema that knows no tenant into one where the database itself keeps tenants apart. */
@NullMarked
package io.tenancy.jpa.isolation.shared;

import org.jspecify.annotations.NullMarked;
