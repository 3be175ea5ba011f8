/** Who is billed for a tenant, and how. */
@NullMarked
package io.tenancy.billing.account;

import org.jspecify.annotations.NullMarked;
