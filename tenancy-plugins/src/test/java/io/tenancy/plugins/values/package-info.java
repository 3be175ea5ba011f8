@NullMarked
package io.tenancy.plugins.values;

import org.jspecify.annotations.NullMarked;
