/** Attacks on the walls between tenants, through every door that an application has. */
@NullMarked
package io.tenancy.jpa.attack;

import org.jspecify.annotations.NullMarked;
