@NullMarked
package io.tenancy.billing.run;

import org.jspecify.annotations.NullMarked;
