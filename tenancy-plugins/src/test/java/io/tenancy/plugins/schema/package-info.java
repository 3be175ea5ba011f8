@NullMarked
package io.tenancy.plugins.schema;

import org.jspecify.annotations.NullMarked;
