/**
 * The clinic's articles for other programs. What the plan must have is said by annotations.
 */
@NullMarked
package io.tenancy.samples.cms.api;

import org.jspecify.annotations.NullMarked;
