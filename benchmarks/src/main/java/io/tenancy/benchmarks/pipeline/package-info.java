/** What a request costs before its work begins, by JMH. */
@NullMarked
package io.tenancy.benchmarks.pipeline;

import org.jspecify.annotations.NullMarked;
