/** The recipes of the guides, followed on a real server. */
@NullMarked
package io.tenancy.docs.guide;

import org.jspecify.annotations.NullMarked;
