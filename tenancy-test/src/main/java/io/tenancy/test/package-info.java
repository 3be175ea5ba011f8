/**
 * What an application's own tests use: an embedded PostgreSQL for a whole test run, a tenant bound around each test,
 * and the detector of what a test leaves behind.
 */
@NullMarked
package io.tenancy.test;

import org.jspecify.annotations.NullMarked;
