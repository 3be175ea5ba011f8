@NullMarked
package io.tenancy.billing.dunning;

import org.jspecify.annotations.NullMarked;
