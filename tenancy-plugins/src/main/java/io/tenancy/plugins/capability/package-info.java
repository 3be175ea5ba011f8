/** What plugins may do besides computing, and what the host does for them. */
@NullMarked
package io.tenancy.plugins.capability;

import org.jspecify.annotations.NullMarked;
