/** What a check of local rate limits costs beside Bucket4j alone. */
@NullMarked
package io.tenancy.benchmarks.ratelimit;

import org.jspecify.annotations.NullMarked;
