/** What is tested of bills without the application around them. */
@NullMarked
package io.tenancy.samples.cms.billing;

import org.jspecify.annotations.NullMarked;
