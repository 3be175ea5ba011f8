/** What plugins keep, and what the host does for them while they are called. */
@NullMarked
package io.tenancy.plugins.values;

import org.jspecify.annotations.NullMarked;
