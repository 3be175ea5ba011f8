/** The boot gate: reads the catalog of a database and names every way around the walls between tenants. */
@NullMarked
package io.tenancy.jpa.isolation.gate;

import org.jspecify.annotations.NullMarked;
