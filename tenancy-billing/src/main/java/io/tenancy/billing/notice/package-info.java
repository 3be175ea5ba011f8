/** What tenants are told about their bills. */
@NullMarked
package io.tenancy.billing.notice;

import org.jspecify.annotations.NullMarked;
