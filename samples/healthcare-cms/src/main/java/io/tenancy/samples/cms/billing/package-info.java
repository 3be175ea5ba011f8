/** What the clinic has subscribed to and what it pays: the one place of a clinic's pages that knows billing. */
@NullMarked
package io.tenancy.samples.cms.billing;

import org.jspecify.annotations.NullMarked;
