/** Quotas in the control database, their alerts, and units that follow a tenant's transaction. */
@NullMarked
package io.tenancy.jpa.quota;

import org.jspecify.annotations.NullMarked;
