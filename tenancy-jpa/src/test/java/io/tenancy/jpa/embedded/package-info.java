/** Tests of the embedded server, and the one that the module's other tests share. */
@NullMarked
package io.tenancy.jpa.embedded;

import org.jspecify.annotations.NullMarked;
