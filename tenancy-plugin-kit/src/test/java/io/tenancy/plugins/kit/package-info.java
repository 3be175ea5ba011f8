@NullMarked
package io.tenancy.plugins.kit;

import org.jspecify.annotations.NullMarked;
