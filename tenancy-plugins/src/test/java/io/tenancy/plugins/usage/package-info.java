@NullMarked
package io.tenancy.plugins.usage;

import org.jspecify.annotations.NullMarked;
