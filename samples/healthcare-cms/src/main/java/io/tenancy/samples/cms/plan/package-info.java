/**
 * What the clinic's plan has room for, and what was used of it. Who sells plans, and to whom else, is not known here.
 */
@NullMarked
package io.tenancy.samples.cms.plan;

import org.jspecify.annotations.NullMarked;
