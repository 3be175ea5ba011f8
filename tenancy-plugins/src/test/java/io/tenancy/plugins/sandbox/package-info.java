@NullMarked
package io.tenancy.plugins.sandbox;

import org.jspecify.annotations.NullMarked;
