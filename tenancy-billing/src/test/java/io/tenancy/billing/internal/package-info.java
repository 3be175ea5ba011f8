@NullMarked
package io.tenancy.billing.internal;

import org.jspecify.annotations.NullMarked;
