/** For those who keep counters of rate limits, or know which limits a tenant has. */
@NullMarked
package io.tenancy.ratelimit.spi;

import org.jspecify.annotations.NullMarked;
