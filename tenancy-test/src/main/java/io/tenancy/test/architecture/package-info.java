/** The walls of the code base as ArchUnit rules, for this project's own build and for applications that embed it. */
@NullMarked
package io.tenancy.test.architecture;

import org.jspecify.annotations.NullMarked;
