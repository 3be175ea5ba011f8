/** Catalogue and grants in the control database: how they are read, and how they are administered. */
@NullMarked
package io.tenancy.jpa.entitlement;

import org.jspecify.annotations.NullMarked;
