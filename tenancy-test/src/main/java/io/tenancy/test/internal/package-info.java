/** The JUnit extensions behind the annotations. */
@NullMarked
package io.tenancy.test.internal;

import org.jspecify.annotations.NullMarked;
