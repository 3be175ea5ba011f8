/** The store of plugins, what a clinic has of it, and where the clinic's articles meet it. */
@NullMarked
package io.tenancy.samples.cms.plugin;

import org.jspecify.annotations.NullMarked;
