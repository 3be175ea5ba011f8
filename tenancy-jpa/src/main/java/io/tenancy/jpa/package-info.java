/** The SDK on PostgreSQL, assembled: one installation with its control database, isolation and provisioning. */
@NullMarked
package io.tenancy.jpa;

import org.jspecify.annotations.NullMarked;
