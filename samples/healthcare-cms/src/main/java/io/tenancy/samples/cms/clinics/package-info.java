/**
 * Knows that there are many clinics: it provisions them, fills them and lists them. Beside it only the clinic's bills and
 * the operator's pages do; everything else is written for one.
 */
@NullMarked
package io.tenancy.samples.cms.clinics;

import org.jspecify.annotations.NullMarked;
