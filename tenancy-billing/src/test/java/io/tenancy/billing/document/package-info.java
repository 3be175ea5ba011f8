@NullMarked
package io.tenancy.billing.document;

import org.jspecify.annotations.NullMarked;
