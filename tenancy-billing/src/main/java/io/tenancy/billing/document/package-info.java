/** Invoices as people read them: HTML and PDF. */
@NullMarked
package io.tenancy.billing.document;

import org.jspecify.annotations.NullMarked;
