/** Notices as e-mail, by Jakarta Mail. */
@NullMarked
package io.tenancy.billing.mail;

import org.jspecify.annotations.NullMarked;
