/**
 * The landing page that lists the clinics of this installation.
 */
@NullMarked
package io.tenancy.samples.cms.directory;

import org.jspecify.annotations.NullMarked;
