@NullMarked
package io.tenancy.billing.notice;

import org.jspecify.annotations.NullMarked;
