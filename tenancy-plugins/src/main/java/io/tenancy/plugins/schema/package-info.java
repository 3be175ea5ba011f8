/** JSON Schema: what plugins say of their input, output and settings. */
@NullMarked
package io.tenancy.plugins.schema;

import org.jspecify.annotations.NullMarked;
