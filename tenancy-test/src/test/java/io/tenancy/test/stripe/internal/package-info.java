@NullMarked
package io.tenancy.test.stripe.internal;

import org.jspecify.annotations.NullMarked;
