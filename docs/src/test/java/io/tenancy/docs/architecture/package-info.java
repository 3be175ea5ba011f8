/** The walls of the code base, and proof that each of them holds. */
@NullMarked
package io.tenancy.docs.architecture;

import org.jspecify.annotations.NullMarked;
