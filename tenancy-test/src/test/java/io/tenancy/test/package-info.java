/** Tests of the test fixtures: leaking tests are run inside tests, to see them fail. */
@NullMarked
package io.tenancy.test;

import org.jspecify.annotations.NullMarked;
