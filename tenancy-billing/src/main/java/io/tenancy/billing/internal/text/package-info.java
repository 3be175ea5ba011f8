/** Words and numbers in the languages that bills are written in. */
@NullMarked
package io.tenancy.billing.internal.text;

import org.jspecify.annotations.NullMarked;
