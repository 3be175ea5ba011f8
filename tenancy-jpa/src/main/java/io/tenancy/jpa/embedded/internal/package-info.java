/** How the embedded server's programs are unpacked, started, recognised and stopped. */
@NullMarked
package io.tenancy.jpa.embedded.internal;

import org.jspecify.annotations.NullMarked;
