/** The books: double-entry, append-only. */
@NullMarked
package io.tenancy.billing.ledger;

import org.jspecify.annotations.NullMarked;
