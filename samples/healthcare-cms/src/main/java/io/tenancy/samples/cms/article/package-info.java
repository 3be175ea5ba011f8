/**
 * Articles, from the first draft to the published page.
 */
@NullMarked
package io.tenancy.samples.cms.article;

import org.jspecify.annotations.NullMarked;
