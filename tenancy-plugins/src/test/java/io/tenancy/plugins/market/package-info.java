@NullMarked
package io.tenancy.plugins.market;

import org.jspecify.annotations.NullMarked;
