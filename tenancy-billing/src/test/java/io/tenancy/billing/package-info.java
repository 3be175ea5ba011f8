@NullMarked
package io.tenancy.billing;

import org.jspecify.annotations.NullMarked;
