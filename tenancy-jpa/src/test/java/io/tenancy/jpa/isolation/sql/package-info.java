@NullMarked
package io.tenancy.jpa.isolation.sql;

import org.jspecify.annotations.NullMarked;
