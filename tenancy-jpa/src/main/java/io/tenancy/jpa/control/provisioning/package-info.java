/** Makes the place where a tenant's data lives, step by step, so that a failure half-way can be resumed or undone. */
@NullMarked
package io.tenancy.jpa.control.provisioning;

import org.jspecify.annotations.NullMarked;
