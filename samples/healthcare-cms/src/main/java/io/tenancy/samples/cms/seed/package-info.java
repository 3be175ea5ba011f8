/**
 * The demonstration content that a new clinic starts with.
 */
@NullMarked
package io.tenancy.samples.cms.seed;

import org.jspecify.annotations.NullMarked;
