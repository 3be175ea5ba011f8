/**
 * Reads SQL text exactly as PostgreSQL's own scanner does, so that statements can be classified once and sent to one
 * tenant's schema without ever touching data inside them.
 */
@NullMarked
package io.tenancy.jpa.isolation.sql;

import org.jspecify.annotations.NullMarked;
