/** Stage 3: may the tenant work now? */
@NullMarked
package io.tenancy.lifecycle;

import org.jspecify.annotations.NullMarked;
