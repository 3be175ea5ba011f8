/** Units that follow the transaction of a Hibernate session. */
@NullMarked
package io.tenancy.jpa.quota.hibernate;

import org.jspecify.annotations.NullMarked;
