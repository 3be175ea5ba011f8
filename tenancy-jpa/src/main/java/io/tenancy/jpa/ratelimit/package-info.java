/** Counters of rate limits on Bucket4j: in this process, in the control database, in Redis. */
@NullMarked
package io.tenancy.jpa.ratelimit;

import org.jspecify.annotations.NullMarked;
