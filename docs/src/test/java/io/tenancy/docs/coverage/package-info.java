/** What was asked for, the tests that show it, and the check that these tests ran in this build. */
@NullMarked
package io.tenancy.docs.coverage;

import org.jspecify.annotations.NullMarked;
