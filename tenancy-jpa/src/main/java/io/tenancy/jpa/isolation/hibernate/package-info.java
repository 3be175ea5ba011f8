/** Hibernate's side of isolation: one session factory for every tenant of a database product. */
@NullMarked
package io.tenancy.jpa.isolation.hibernate;

import org.jspecify.annotations.NullMarked;
