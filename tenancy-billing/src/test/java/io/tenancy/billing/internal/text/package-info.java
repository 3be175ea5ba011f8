@NullMarked
package io.tenancy.billing.internal.text;

import org.jspecify.annotations.NullMarked;
