@NullMarked
package io.tenancy.test.stripe;

import org.jspecify.annotations.NullMarked;
