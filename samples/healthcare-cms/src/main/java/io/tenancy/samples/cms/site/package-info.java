/**
 * The clinic itself: its brand, where to find it, and what its pages look like.
 */
@NullMarked
package io.tenancy.samples.cms.site;

import org.jspecify.annotations.NullMarked;
