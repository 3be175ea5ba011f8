@NullMarked
package io.tenancy.plugins.extension;

import org.jspecify.annotations.NullMarked;
