/** The whole application in a real browser, over a real server, through a crash. */
@NullMarked
package io.tenancy.samples.cms.journey;

import org.jspecify.annotations.NullMarked;
