/** The user's migrations: one set of scripts, run once per schema (structure) or once per tenant (data). */
@NullMarked
package io.tenancy.jpa.control.migration;

import org.jspecify.annotations.NullMarked;
