/** How fast a tenant may go: rate limits and limits on what runs at once. */
@NullMarked
package io.tenancy.ratelimit;

import org.jspecify.annotations.NullMarked;
