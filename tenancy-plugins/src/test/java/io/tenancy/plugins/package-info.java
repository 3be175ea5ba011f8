@NullMarked
package io.tenancy.plugins;

import org.jspecify.annotations.NullMarked;
