/**
 * Pages, forms and the rules of who may see them.
 */
@NullMarked
package io.tenancy.samples.cms.web;

import org.jspecify.annotations.NullMarked;
