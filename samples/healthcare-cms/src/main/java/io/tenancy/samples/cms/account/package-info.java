/**
 * The people of a clinic who may sign in.
 */
@NullMarked
package io.tenancy.samples.cms.account;

import org.jspecify.annotations.NullMarked;
