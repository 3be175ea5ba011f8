/**
 * Where the operator looks after the clinics and their bills, on the landing host. Knows that there are many clinics, as
 * the package of the clinics does; everything here is the platform's work and is audited as such.
 */
@NullMarked
package io.tenancy.samples.cms.platform;

import org.jspecify.annotations.NullMarked;
