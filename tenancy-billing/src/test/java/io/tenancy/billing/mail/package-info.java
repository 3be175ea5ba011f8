@NullMarked
package io.tenancy.billing.mail;

import org.jspecify.annotations.NullMarked;
