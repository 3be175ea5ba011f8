/**
 * The one place that knows there are many clinics: it provisions them, fills them and lists them. Everything beside it
 * is written for one.
 */
@NullMarked
package io.tenancy.samples.cms.clinics;

import org.jspecify.annotations.NullMarked;
