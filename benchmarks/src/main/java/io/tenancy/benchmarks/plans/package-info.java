/** What plans, rate limits, quotas and usage cost, each beside the same without the SDK. */
@NullMarked
package io.tenancy.benchmarks.plans;

import org.jspecify.annotations.NullMarked;
