@NullMarked
package io.tenancy.billing.subscription;

import org.jspecify.annotations.NullMarked;
