/** What tenants have subscribed to, and what they are charged for it. */
@NullMarked
package io.tenancy.billing.subscription;

import org.jspecify.annotations.NullMarked;
