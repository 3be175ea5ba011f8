@NullMarked
package io.tenancy.billing.account;

import org.jspecify.annotations.NullMarked;
