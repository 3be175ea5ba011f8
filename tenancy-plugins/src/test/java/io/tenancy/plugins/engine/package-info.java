@NullMarked
package io.tenancy.plugins.engine;

import org.jspecify.annotations.NullMarked;
