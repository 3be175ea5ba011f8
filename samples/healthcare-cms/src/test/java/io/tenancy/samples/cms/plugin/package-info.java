/** Tests of what pages show of plugins. */
@NullMarked
package io.tenancy.samples.cms.plugin;

import org.jspecify.annotations.NullMarked;
