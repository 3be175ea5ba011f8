/** What a tenant may do: plans, add-ons, trials, overrides and limits of resellers, resolved into one value. */
@NullMarked
package io.tenancy.entitlement;

import org.jspecify.annotations.NullMarked;
