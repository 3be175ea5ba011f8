@NullMarked
package io.tenancy.billing.ledger;

import org.jspecify.annotations.NullMarked;
