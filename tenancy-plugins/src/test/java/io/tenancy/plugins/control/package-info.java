@NullMarked
package io.tenancy.plugins.control;

import org.jspecify.annotations.NullMarked;
