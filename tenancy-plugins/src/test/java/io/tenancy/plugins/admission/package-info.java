@NullMarked
package io.tenancy.plugins.admission;

import org.jspecify.annotations.NullMarked;
