/** The spine: the stages of a request in their order. */
@NullMarked
package io.tenancy.pipeline;

import org.jspecify.annotations.NullMarked;
