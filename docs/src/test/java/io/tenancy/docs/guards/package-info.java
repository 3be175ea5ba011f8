/** Breaks each guard in a copy of the tree and expects its test to turn red. */
@NullMarked
package io.tenancy.docs.guards;

import org.jspecify.annotations.NullMarked;
